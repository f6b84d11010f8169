package org.culvert.commands;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.account.AccountSummary;

/**
 * What the commands that set a password share. It is never an argument, which would stay in the
 * shell's history.
 */
abstract class PasswordCommand extends PolicyCommand {
  @Option(name = "--generate", description = "Make up a strong password and show it once")
  boolean generate;

  @Option(
      name = "--password-stdin",
      description = "Read the password from a pipe, for scripts: ... | ssh ... COMMAND")
  boolean passwordStdin;

  /** Sets a password that was made up, read or asked for, and shows what came of it. */
  final void withPassword(PrintStream out, Change change) throws CommandException {
    if (generate && passwordStdin) {
      throw refusal("Two options contradict each other.", "Leave one of them out.");
    }
    Passwords passwords = new Passwords(session);
    char[] password =
        generate
            ? Passwords.generate()
            : passwordStdin ? passwords.fromPipe() : passwords.ask(user());
    try {
      AccountSummary account = change.make(password);
      Map<String, Object> row = new LinkedHashMap<>(row(account));
      if (generate) {
        row.put("password", new String(password));
      }
      Listing.printOne(out, json, width, row);
      remark(out, account.settings());
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** What to do with the password. */
  interface Change {
    AccountSummary make(char[] password) throws CommandException;
  }
}
