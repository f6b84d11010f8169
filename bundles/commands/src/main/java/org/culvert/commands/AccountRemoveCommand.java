package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Forgets a user. */
@Service
@Command(
    scope = "culvert",
    name = "account-remove",
    description = "Forget a user; addresses stay reserved for the name for a while")
public final class AccountRemoveCommand extends AccountTunnelCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException, InterruptedException {
    String user = user();
    find(user).store().remove(user);
    out.println("Removed: " + Text.safe(user) + ".");
    tunnels(out);
  }
}
