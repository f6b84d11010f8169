package org.culvert.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code server} was asked for on the command line. */
final class ServerOptions {
  private static final int PORT = 3653;

  String host = "";
  int port = PORT;
  boolean tcp = true;
  boolean udp = true;
  String user = "";
  String password = "";
  String login = "";
  String glob = "*";
  List<Level> levels = List.of(Level.values());
  boolean requireOptional;
  boolean slow;
  boolean limits;
  boolean table;
  Optional<Path> report = Optional.empty();
  int timeoutMillis = 4000;
  Duration patience = Pulse.USUAL_RETURN;

  private ServerOptions() {}

  /**
   * Reads the command line after {@code server}.
   *
   * @throws IllegalArgumentException with what to tell the user
   */
  static ServerOptions parse(List<String> words) throws IOException {
    ServerOptions options = new ServerOptions();
    List<String> left = new ArrayList<>(words);
    while (!left.isEmpty()) {
      String word = left.remove(0);
      switch (word) {
        case "--transport" -> {
          String which = value(word, left);
          options.tcp = !which.equals("udp");
          options.udp = !which.equals("tcp");
        }
        case "--user" -> options.user = value(word, left);
        case "--password-file" -> options.password = firstLine(Path.of(value(word, left)));
        case "--login" -> options.login = value(word, left).toUpperCase(Locale.ROOT);
        case "--cases" -> options.glob = value(word, left);
        case "--levels" -> {
          List<Level> levels = new ArrayList<>();
          for (String level : value(word, left).split(",", -1)) {
            levels.add(Level.valueOf(level));
          }
          options.levels = List.copyOf(levels);
        }
        case "--require-optional" -> options.requireOptional = true;
        case "--slow" -> options.slow = true;
        case "--limits" -> options.limits = true;
        case "--table" -> options.table = true;
        case "--report" -> options.report = Optional.of(Path.of(value(word, left)));
        case "--wait" -> options.patience = Duration.ofSeconds(Long.parseLong(value(word, left)));
        case "--timeout" -> options.timeoutMillis = Integer.parseInt(value(word, left));
        default -> {
          if (word.startsWith("--") || !options.host.isEmpty()) {
            throw new IllegalArgumentException("\"" + word + "\" is not understood");
          }
          options.address(word);
        }
      }
    }
    if (options.host.isEmpty()) {
      throw new IllegalArgumentException("which server? HOST[:PORT] is missing");
    }
    return options;
  }

  /** Takes {@code host}, {@code host:port}, an IPv6 address, {@code [address]:port}. */
  private void address(String word) {
    int close = word.indexOf(']');
    int colon = word.lastIndexOf(':');
    if (word.startsWith("[") && close > 0) {
      host = word.substring(1, close);
      colon = close + 1 < word.length() ? close + 1 : -1;
    } else if (colon >= 0 && word.indexOf(':') == colon) {
      host = word.substring(0, colon);
    } else {
      host = word;
      colon = -1;
    }
    if (colon >= 0) {
      port = Integer.parseInt(word.substring(colon + 1));
    }
  }

  private static String value(String option, List<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return left.remove(0);
  }

  private static String firstLine(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(file + " is empty; the password is its first line");
    }
    return lines.get(0);
  }
}
