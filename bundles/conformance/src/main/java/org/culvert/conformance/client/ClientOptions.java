package org.culvert.conformance.client;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What {@code client} was asked for on the command line. */
final class ClientOptions {
  private static final int PORT = 3653;
  private static final int TIMEOUT_MILLIS = 8000;
  private static final int WAIT_SECONDS = 60;

  List<InetAddress> listen = List.of(InetAddress.getLoopbackAddress());
  int port = PORT;
  Set<Way> ways = EnumSet.allOf(Way.class);
  String glob = "*";
  Optional<String> command = Optional.empty();
  String user = "alice";
  String password = "secret1";
  Set<String> has = new LinkedHashSet<>();
  Duration timeout = Duration.ofMillis(TIMEOUT_MILLIS);
  Duration wait = Duration.ofSeconds(WAIT_SECONDS);
  int lanes = 1;
  boolean table;
  boolean list;
  Optional<Path> report = Optional.empty();

  private ClientOptions() {}

  /**
   * Reads the command line after {@code client}.
   *
   * @throws IllegalArgumentException with what to tell the user
   */
  static ClientOptions parse(List<String> words) throws IOException {
    ClientOptions options = new ClientOptions();
    List<String> left = new ArrayList<>(words);
    while (!left.isEmpty()) {
      String word = left.remove(0);
      switch (word) {
        case "--listen" -> {
          List<InetAddress> addresses = new ArrayList<>();
          for (String address : value(word, left).split(",", -1)) {
            addresses.add(InetAddress.getByName(address));
          }
          options.listen = List.copyOf(addresses);
        }
        case "--port" -> options.port = Integer.parseInt(value(word, left));
        case "--transport" -> {
          String which = value(word, left);
          options.ways.removeIf(way -> way.isTcp() ? which.equals("udp") : which.equals("tcp"));
        }
        case "--cases" -> options.glob = value(word, left);
        case "--command" -> options.command = Optional.of(value(word, left));
        case "--user" -> options.user = value(word, left);
        case "--password-file" -> options.password = firstLine(Path.of(value(word, left)));
        case "--has" -> options.has.addAll(List.of(value(word, left).split(",", -1)));
        case "--timeout" ->
            options.timeout = Duration.ofMillis(Integer.parseInt(value(word, left)));
        case "--wait" -> options.wait = Duration.ofSeconds(Integer.parseInt(value(word, left)));
        case "--lanes" -> options.lanes = Integer.parseInt(value(word, left));
        case "--table" -> options.table = true;
        case "--list" -> options.list = true;
        case "--report" -> options.report = Optional.of(Path.of(value(word, left)));
        default -> throw new IllegalArgumentException("\"" + word + "\" is not understood");
      }
    }
    return options;
  }

  /** Tells whether a script's id fits. */
  boolean chooses(Script script) {
    String regex = Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return script.id().matches(regex);
  }

  private static String value(String option, List<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return left.remove(0);
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(file + " is empty; the password is its first line"));
  }
}
