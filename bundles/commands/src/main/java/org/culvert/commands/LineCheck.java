package org.culvert.commands;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;
import org.apache.karaf.shell.support.parsing.DefaultParser;

/**
 * Looks at a line before the shell runs it, and refuses in plain words what the shell would stumble
 * over with the words of a programmer and a trace in the log: a quote or bracket that is not
 * closed, a variable without a value, an option that there is not. Karaf asks it for each command
 * that names it as its parser: where a line comes as a whole, as over SSH; in a terminal it is
 * asked only where words are completed. For any thread.
 */
@Service
public final class LineCheck extends DefaultParser {
  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:\\{([A-Za-z_][\\w.]*)}|([A-Za-z_][\\w.]*))");

  private static final Pattern JSON = Pattern.compile("(^|.*\\s)--json(\\s.*|$)");

  /** A line that cannot be taken apart, or not yet: somebody is still typing it. */
  private static final class Unreadable extends CommandLineImpl {
    private Unreadable(String line, int cursor) {
      super(new String[] {line}, 0, cursor, cursor, line);
    }
  }

  @Override
  public CommandLine parse(Session session, String line, int cursor) {
    CommandLine parsed;
    try {
      parsed = super.parse(session, line, cursor);
    } catch (RuntimeException e) {
      return new Unreadable(line, cursor);
    }
    String[] words = parsed.getArguments();
    // A terminal leaves out spaces at the end, and has its cursor behind them.
    int at = cursor > line.length() ? words.length : parsed.getCursorArgumentIndex();
    return at < words.length ? parsed : withWordToBegin(parsed, words, at);
  }

  /** Where the next word would begin, whoever completes words wants an empty one. */
  private static CommandLine withWordToBegin(CommandLine parsed, String[] words, int at) {
    String[] more = Arrays.copyOf(words, at + 1);
    Arrays.fill(more, words.length, more.length, "");
    return new CommandLineImpl(more, at, 0, parsed.getBufferPosition(), parsed.getBuffer());
  }

  /** Is called right before the line runs; whatever it throws is shown like a command's refusal. */
  @Override
  public String preprocess(Session session, CommandLine line) {
    try {
      if (line instanceof Unreadable || !Brackets.areClosed(line.getBuffer())) {
        throw ShellCommand.refusal(
            "The command line cannot be read.",
            "Close each quote and bracket, or write \\ in front of one that is meant as it is.");
      }
      List<String> words = List.of(line.getArguments());
      refuseVariables(session, words);
      refuseOptions(session.resolveCommand(words.get(0)), words.subList(1, words.size()));
    } catch (CommandException e) {
      boolean json = JSON.matcher(line.getBuffer().replace('\n', ' ')).matches();
      throw LineCheck.<RuntimeException>thrown(json ? ShellCommand.inJson(e) : e);
    }
    return super.preprocess(session, line);
  }

  /** Karaf's interface names no exception, and its shell shows this kind as it is meant. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E thrown(Throwable refusal) throws E {
    throw (E) refusal;
  }

  private static void refuseVariables(Session session, List<String> words) throws CommandException {
    for (String word : words) {
      Matcher variable = VARIABLE.matcher(word);
      if (variable.matches()) {
        String name = Optional.ofNullable(variable.group(1)).orElseGet(() -> variable.group(2));
        if (session.get(name) == null) {
          throw ShellCommand.refusal(
              "The variable " + name + " has no value in this shell.",
              "Write the value itself, or give it one. Try: %s = value".formatted(name));
        }
      }
    }
  }

  /** Those in front of the first argument, which Karaf reads; {@link Line} reads the others. */
  private static void refuseOptions(String command, List<String> words) throws CommandException {
    Optional<Class<?>> action = action(command);
    if (action.isEmpty() || words.contains("--help")) {
      return;
    }
    Map<String, Boolean> options = Line.options(action.get());
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      if (!word.startsWith("-")) {
        return;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      Boolean hasValue = options.get(name);
      if (hasValue == null) {
        throw Line.noOption(command, name, options.keySet());
      }
      if (hasValue && equals < 0 && rest.hasNext()) {
        rest.next();
      }
    }
  }

  /** Finds a command's class, which is called like the command: of {@code a-b}, {@code AB}. */
  static Optional<Class<?>> action(String command) {
    StringBuilder name = new StringBuilder(LineCheck.class.getPackageName()).append('.');
    for (String word : command.substring(command.indexOf(':') + 1).split("-", -1)) {
      if (!word.matches("[a-z]+")) {
        return Optional.empty();
      }
      name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    try {
      return Optional.of(
          Class.forName(
              name.append("Command").toString(), false, LineCheck.class.getClassLoader()));
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }
}
