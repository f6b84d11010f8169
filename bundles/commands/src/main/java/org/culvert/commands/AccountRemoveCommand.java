package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Forgets a user. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-remove",
    description = "Forget a user; addresses stay reserved for the name for a while")
public final class AccountRemoveCommand extends AccountTunnelCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException, InterruptedException {
    String user = user();
    Found found = find(user);
    found.store().remove(user);
    List<String> lines = new ArrayList<>(List.of("Removed: " + Text.safe(user) + "."));
    if (found.account().settings().policy().mechanisms().contains("EXTERNAL")) {
      lines.add(
          "Note: a certificate that names this user needs no account and still lets in. To lock it"
              + " out: culvert:account-create --mechanisms EXTERNAL, then culvert:account-disable");
    }
    lines.addAll(tunnels());
    report(out, Map.of("user", user), lines);
  }
}
