package org.culvert.registry;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.net.IpPrefix;
import org.culvert.registry.Directory.Found;

/** Turns one line of a whois query into the whole answer (RFC 3912). */
final class Whois {
  /** Characters of a query. */
  static final int MOST = 255;

  private static final String END = "\r\n";

  private final Directory directory;
  private final Rpsl rpsl;

  Whois(Directory directory) {
    this.directory = directory;
    this.rpsl = new Rpsl(directory.settings());
  }

  /** Answers a query; flags, which some clients send ahead of it, mean nothing here. */
  String answer(String line) {
    String query =
        Stream.of(line.trim().split("\\s+"))
            .filter(word -> !word.startsWith("-"))
            .collect(Collectors.joining(" "));
    if (query.isEmpty()) {
      return header() + error("106", "no search key specified");
    }
    Optional<IpPrefix> prefix = Directory.prefix(query);
    Found found = prefix.isPresent() ? directory.network(prefix.get()) : directory.contact(query);
    return header() + object(found);
  }

  /** What is told to one who asks too often. */
  String tooMany() {
    return header() + error("201", "access denied, too many queries");
  }

  /** What is told to one whose query is not one. */
  String tooLong() {
    return header() + error("107", "input line too long");
  }

  private String object(Found found) {
    if (found instanceof Found.Network network) {
      Assignment assignment = network.assignment();
      return rpsl.network(assignment)
          + END
          + assignment
              .handle()
              .map(directory::contact)
              .filter(Found.Contact.class::isInstance)
              .map(contact -> rpsl.contact((Found.Contact) contact) + END)
              .orElse("")
          + rpsl.contact((Found.Contact) directory.contact(directory.settings().contact()))
          + END;
    }
    return found instanceof Found.Contact contact
        ? rpsl.contact(contact) + END
        : error("101", "no entries found");
  }

  private String header() {
    return "% "
        + directory.settings().organisation()
        + ", registry "
        + directory.settings().source()
        + END
        + END;
  }

  private static String error(String number, String text) {
    return "%ERROR:" + number + ": " + text + END + END;
  }
}
