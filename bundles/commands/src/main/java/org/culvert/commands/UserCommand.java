package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.support.CommandException;

/** What the commands about one user share. */
abstract class UserCommand extends AccountCommand {
  // Several, so that what stands behind the name is refused in words that help.
  @Argument(
      name = "user",
      description = "The user's name, behind all options",
      required = true,
      multiValued = true)
  @Completion(UserCompleter.class)
  List<String> words = List.of();

  /** Returns the user's name. */
  final String user() throws CommandException {
    if (words.stream().skip(1).anyMatch(word -> word.startsWith("-"))) {
      throw refusal("Options stand in front of the user's name.", "Write the name last.");
    }
    if (words.size() != 1) {
      throw refusal(
          "There is one argument: the user's name. A password is never one.",
          "Change a password that was written here: the shell's history keeps it.");
    }
    return words.get(0);
  }
}
