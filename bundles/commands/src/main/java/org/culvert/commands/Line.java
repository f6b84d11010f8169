package org.culvert.commands;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.config.Spelling;

/**
 * Reads the options that stand behind an argument. Karaf reads those in front of the first one and
 * takes every word from there on for an argument.
 */
final class Line {
  private Line() {}

  /**
   * Sets the options among some words, as Karaf would, and returns the rest.
   *
   * @throws CommandException if there is no such option, or a value is missing or another option
   */
  static List<String> read(ShellCommand command, List<String> words) throws CommandException {
    Map<String, Field> options = fields(command.getClass());
    List<String> arguments = new ArrayList<>();
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      if (word.equals("--")) {
        rest.forEachRemaining(arguments::add);
      } else if (word.startsWith("-") && word.length() > 1) {
        set(command, options, word, rest);
      } else {
        arguments.add(word);
      }
    }
    for (Map.Entry<String, Field> option : options.entrySet()) {
      refuseOptionAsValue(command, option.getKey(), option.getValue());
    }
    return arguments;
  }

  /** Karaf takes what stands behind an option for its value, whatever it is. */
  private static void refuseOptionAsValue(ShellCommand command, String name, Field option)
      throws CommandException {
    try {
      if (option.get(command) instanceof String value && value.startsWith("--")) {
        throw ShellCommand.refusal(
            "The value of %s is missing: %s is an option.".formatted(name, Text.safe(value)),
            "Write the value behind %s. Try: %s --help".formatted(name, name(command)));
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(option + " is not open to this package", e);
    }
  }

  private static void set(
      ShellCommand command, Map<String, Field> options, String word, Iterator<String> rest)
      throws CommandException {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Field option = options.get(name);
    if (option == null) {
      throw name.equals("--help")
          ? ShellCommand.refusal(
              "--help stands in front of every argument.", "Try: " + name(command) + " --help")
          : noOption(name(command), name, options.keySet());
    }
    try {
      if (option.getType() == boolean.class) {
        option.setBoolean(command, equals < 0 || Boolean.parseBoolean(word.substring(equals + 1)));
      } else if (equals < 0 && !rest.hasNext()) {
        throw ShellCommand.refusal(
            "The value of " + name + " is missing.", "Try: " + name(command) + " --help");
      } else {
        option.set(command, equals < 0 ? rest.next() : word.substring(equals + 1));
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(option + " is not open to this package", e);
    }
  }

  private static String name(ShellCommand command) {
    Command named = command.getClass().getAnnotation(Command.class);
    return named == null ? "help" : named.scope() + ":" + named.name();
  }

  /** Refuses an option that a command does not have, and names the one that is nearest. */
  static CommandException noOption(String command, String name, Set<String> options) {
    String nearest =
        Spelling.nearest(name, options).map(option -> "; the nearest is " + option).orElse("");
    return ShellCommand.refusal(
        "There is no option " + Text.safe(name) + nearest + ".", "Try: " + command + " --help");
  }

  /** Returns the options of a command by their names, and whether each takes a value. */
  static Map<String, Boolean> options(Class<?> command) {
    Map<String, Boolean> options = new HashMap<>();
    fields(command).forEach((name, field) -> options.put(name, field.getType() != boolean.class));
    return options;
  }

  private static Map<String, Field> fields(Class<?> command) {
    Map<String, Field> options = new HashMap<>();
    for (Class<?> type = command; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        Option option = field.getAnnotation(Option.class);
        if (option != null) {
          options.put(option.name(), field);
        }
      }
    }
    return options;
  }
}
