package org.culvert.commands;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Lets a user in again. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "account-enable",
    description = "Let a user who was locked out in again")
public final class AccountEnableCommand extends UserCommand {
  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    String user = user();
    Found found = find(user);
    found.store().change(user, found.account().settings().enabled(true));
    report(out, Map.of("user", user), List.of("Enabled: " + Text.safe(user) + "."));
  }
}
