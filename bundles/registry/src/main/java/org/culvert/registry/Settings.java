package org.culvert.registry;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * What the operator decided, checked.
 *
 * @param whois where whois answers
 * @param rdap where RDAP answers
 * @param rdapUrl how the public reaches RDAP, with a slash at its end
 * @param networks the operator's networks, the longest prefixes first
 * @param organisation the operator's name
 * @param contact the operator's nic-handle
 * @param abuseMailbox where to write about abuse
 * @param country two letters
 * @param source the registry's name
 * @param show what is told of holders
 * @param handles nic-handles by user
 * @param queriesPerMinute the limit for one source
 * @param connections the limit for each service
 */
record Settings(
    List<InetSocketAddress> whois,
    List<InetSocketAddress> rdap,
    Optional<String> rdapUrl,
    List<IpPrefix> networks,
    String organisation,
    String contact,
    Optional<String> abuseMailbox,
    String country,
    String source,
    Show show,
    Map<String, String> handles,
    int queriesPerMinute,
    int connections) {

  /** The persistent identity of the registry's configuration. */
  static final String PID = "org.culvert.registry";

  private static final int MOST_QUERIES = 100_000;
  private static final int MOST_CONNECTIONS = 1000;
  private static final String WRITE_ADDRESS = "write address:port or [address]:port";

  /** What is told of who holds a prefix. */
  enum Show {
    /** Nothing. */
    NONE,
    /** The nic-handle. */
    HANDLE,
    /** The nic-handle and the account's name. */
    USER
  }

  /**
   * Checks a configuration.
   *
   * @throws InvalidConfigurationException if a value is refused
   */
  static Settings from(Config config) {
    String source = config.source().trim();
    if (!source.matches("[A-Z][A-Z0-9-]{1,15}")) {
      throw refused("source", source, "write 2 to 16 capital letters, digits or hyphens");
    }
    return new Settings(
        addresses("whois", config.whois()),
        addresses("rdap", config.rdap()),
        url(config.rdapUrl().trim()),
        list(config.networks()).stream()
            .map(Settings::network)
            .sorted((one, other) -> other.length() - one.length())
            .toList(),
        line("organisation", config.organisation()),
        handle("contact", config.contact().trim()),
        mailbox(config.abuseMailbox().trim()),
        country(config.country().trim()),
        source,
        show(config.show().trim()),
        handles(config.handles()),
        within("queriesPerMinute", config.queriesPerMinute(), MOST_QUERIES),
        within("connections", config.connections(), MOST_CONNECTIONS));
  }

  private static List<String> list(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::trim)
        .filter(value -> !value.isEmpty())
        .distinct()
        .toList();
  }

  private static List<InetSocketAddress> addresses(String key, String[] values) {
    return list(values).stream().map(text -> address(key, text)).toList();
  }

  private static InetSocketAddress address(String key, String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      throw refused(key, text, WRITE_ADDRESS);
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (port > 0xFFFF || (!bracketed && host.indexOf(':') >= 0)) {
      throw refused(key, text, WRITE_ADDRESS);
    }
    try {
      String bare = bracketed ? host.substring(1, host.length() - 1) : host;
      return new InetSocketAddress(IpAddresses.parse(bare), port);
    } catch (IllegalArgumentException e) {
      throw refused(key, text, WRITE_ADDRESS);
    }
  }

  private static Optional<String> url(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(text);
      if (List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null) {
        return Optional.of(text.endsWith("/") ? text : text + "/");
      }
    } catch (IllegalArgumentException e) {
      throw refused("rdapUrl", text, "write a URL such as https://rdap.example.net/");
    }
    throw refused("rdapUrl", text, "write a URL such as https://rdap.example.net/");
  }

  private static IpPrefix network(String text) {
    try {
      return IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw refused("networks", text, "write address/length with no bits set beyond the length");
    }
  }

  private static String line(String key, String text) {
    String line = text.trim();
    if (line.isEmpty() || line.length() > 80 || !line.chars().allMatch(Settings::isPrintable)) {
      throw refused(key, line, "write one line of 1 to 80 printable characters");
    }
    return line;
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c != 0x7F && !(c >= 0x80 && c < 0xA0);
  }

  private static Optional<String> mailbox(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.matches("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}")) {
      throw refused("abuseMailbox", text, "write an address such as abuse@example.net");
    }
    return Optional.of(text);
  }

  private static String country(String text) {
    if (!text.matches("[A-Z]{2}")) {
      throw refused("country", text, "write two capital letters, ZZ for none");
    }
    return text;
  }

  private static Show show(String text) {
    return switch (text) {
      case "none" -> Show.NONE;
      case "handle" -> Show.HANDLE;
      case "user" -> Show.USER;
      default -> throw refused("show", text, "write none, handle or user");
    };
  }

  private static String handle(String key, String text) {
    String handle = text.toUpperCase(Locale.ROOT);
    if (!NicHandles.isValid(handle)) {
      throw refused(key, text, "write a nic-handle: " + NicHandles.FORM);
    }
    return handle;
  }

  private static Map<String, String> handles(String[] values) {
    Map<String, String> handles = new LinkedHashMap<>();
    for (String entry : list(values)) {
      int equals = entry.indexOf('=');
      if (equals < 1) {
        throw refused("handles", entry, "write user=HANDLE, separated by commas");
      }
      String handle = handle("handles", entry.substring(equals + 1).trim());
      if (handles.containsValue(handle)) {
        throw refused("handles", entry, "give each user a handle of its own");
      }
      if (handles.put(entry.substring(0, equals).trim(), handle) != null) {
        throw refused("handles", entry, "give each user one handle only");
      }
    }
    return Map.copyOf(handles);
  }

  private static int within(String key, int value, int most) {
    if (value < 1 || value > most) {
      throw refused(key, value, "write a number from 1 to " + most);
    }
    return value;
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}
