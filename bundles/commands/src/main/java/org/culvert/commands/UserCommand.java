package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.support.CommandException;

/** What the commands about one user share. */
abstract class UserCommand extends AccountCommand {
  @Argument(name = "user", description = "The user's name", multiValued = true)
  @Completion(UserCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  /** Returns the user's name. */
  final String user() throws CommandException {
    List<String> arguments = arguments();
    if (arguments.size() > 1) {
      throw refusal(
          "There is one argument: the user's name. A password is never one.",
          "Change a password that was written here: the shell's history keeps it.");
    }
    return argument("user's name", "Try: culvert:accounts");
  }
}
