package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Lets a user in again. */
@Service
@Command(
    scope = "culvert",
    name = "account-enable",
    description = "Let a user who was locked out in again")
public final class AccountEnableCommand extends AccountCommand {
  @Argument(name = "user", description = "The user's name", required = true)
  @Completion(UserCompleter.class)
  String user = "";

  @Override
  void runOnAccounts(PrintStream out) throws CommandException {
    Found found = find(user);
    found.store().change(user, found.account().settings().enabled(true));
    out.println("Enabled: " + Text.safe(user) + ".");
  }
}
