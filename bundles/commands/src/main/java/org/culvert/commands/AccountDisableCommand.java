package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Locks a user out, and keeps the account. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-disable",
    description = "Lock a user out; the account and the password stay")
public final class AccountDisableCommand extends AccountTunnelCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException, InterruptedException {
    String user = user();
    Found found = find(user);
    found.store().change(user, found.account().settings().enabled(false));
    List<String> lines = new ArrayList<>(List.of("Disabled: " + Text.safe(user) + "."));
    lines.addAll(tunnels());
    report(out, Map.of("user", user), lines);
  }
}
