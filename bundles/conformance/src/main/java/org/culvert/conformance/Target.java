package org.culvert.conformance;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server under test, and how to reach it.
 *
 * @param server one address of it
 * @param user a user's name; empty if none is known
 * @param password the password; not shown
 * @param login the mechanism for cases that are not about mechanisms; empty for the usual one
 * @param limit longest time for an answer
 * @param sources gives each session an address of its own, where this host has many
 */
record Target(
    InetSocketAddress server,
    String user,
    String password,
    String login,
    Duration limit,
    Sources sources) {

  /** The addresses that sessions come from. */
  static final class Sources {
    private static final int HOSTS = 250;
    private final boolean many;
    private final AtomicInteger next = new AtomicInteger();

    private Sources(boolean many) {
      this.many = many;
    }

    /** Uses what routing gives. */
    static Sources one() {
      return new Sources(false);
    }

    /** Uses 127.0.0.0/8, of which every address is this host's, for a server on it. */
    static Sources loopback() {
      return new Sources(true);
    }

    Optional<InetAddress> next() {
      if (!many) {
        return Optional.empty();
      }
      int n = next.getAndIncrement();
      byte[] octets = {
        127, 77, (byte) (1 + n / HOSTS % HOSTS), (byte) (1 + n % HOSTS),
      };
      try {
        return Optional.of(InetAddress.getByAddress(octets));
      } catch (java.net.UnknownHostException e) {
        throw new IllegalStateException("four octets are an address", e);
      }
    }
  }

  boolean hasCredentials() {
    return !user.isEmpty();
  }

  @Override
  public String toString() {
    return server.getAddress().getHostAddress() + " port " + server.getPort();
  }
}
