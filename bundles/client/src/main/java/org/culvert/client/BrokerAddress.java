package org.culvert.client;

import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;

/**
 * A broker as an operator or a referral writes it.
 *
 * @param host a host name, or an address in text form without brackets
 * @param port its port
 */
record BrokerAddress(String host, int port) {
  private static final int LONGEST_NAME = 253;

  /** Refuses what is neither an address nor a host name, and a port out of range. */
  BrokerAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not in 1..65535");
    }
    if (literal(host).isEmpty() && !isName(host)) {
      throw new IllegalArgumentException("neither an address nor a host name");
    }
  }

  /**
   * Reads {@code host}, {@code host:port}, an address, {@code address:port} or {@code [v6]:port}.
   *
   * @param defaultPort the port if none is written
   * @throws IllegalArgumentException if the text is anything else
   */
  static BrokerAddress parse(String text, int defaultPort) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0) {
        throw new IllegalArgumentException("the closing bracket is missing");
      }
      String rest = text.substring(end + 1);
      if (!rest.isEmpty() && !rest.startsWith(":")) {
        throw new IllegalArgumentException("only :port may follow the bracket");
      }
      return new BrokerAddress(
          text.substring(1, end), rest.isEmpty() ? defaultPort : port(rest.substring(1)));
    }
    int colon = text.indexOf(':');
    if (colon < 0 || text.indexOf(':', colon + 1) >= 0) {
      return new BrokerAddress(text, defaultPort);
    }
    return new BrokerAddress(text.substring(0, colon), port(text.substring(colon + 1)));
  }

  /** Reads an entry of a referral, which cannot name a port; empty if it makes no sense. */
  static Optional<BrokerAddress> ofReferral(String entry, int port) {
    try {
      return Optional.of(new BrokerAddress(entry, port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns the address if the host is one; no name service is asked. */
  Optional<InetAddress> literal() {
    return literal(host);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the port is no number", e);
    }
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(IpAddresses.parse(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A last label of digits only would be a mistyped address, which resolvers read in odd ways. */
  private static boolean isName(String host) {
    return host.length() <= LONGEST_NAME
        && host.matches("[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_-]+)*\\.?")
        && !host.matches("(.*\\.)?[0-9]+");
  }
}
