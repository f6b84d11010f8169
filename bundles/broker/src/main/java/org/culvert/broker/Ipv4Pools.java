package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;

/**
 * What the inner IPv4 addresses of {@code v4v6} are taken from. The first four addresses of each
 * pool go to no client.
 *
 * @param endpoint those of accounts, and the server's
 * @param anonymous those of anonymous users; empty: they get none
 * @param length 32: clients have single addresses and share the server's; 30: each client has a
 *     link of its own, the server at its first host address and the client at its second
 */
record Ipv4Pools(IpPrefix endpoint, Optional<IpPrefix> anonymous, int length) {
  private static final int SHORTEST = 8;
  private static final int LONGEST = 29;
  private static final int HOST = 32;

  /** Reads the pools; empty if none is configured, and so {@code v4v6} is not offered. */
  static Optional<Ipv4Pools> from(Config config) {
    int length = config.ipv4Length();
    if (length != Inner.LINK && length != HOST) {
      throw new InvalidConfigurationException(
          Keys.PID,
          "ipv4Length",
          length,
          "write 32 for single addresses beside one server address, or 30 for a link of two hosts"
              + " for each client");
    }
    if (config.ipv4Pool().isBlank()) {
      if (config.anonymousIpv4Pool().isBlank()) {
        return Optional.empty();
      }
      throw new InvalidConfigurationException(
          Keys.PID,
          "ipv4Pool",
          config.ipv4Pool(),
          "write an IPv4 prefix here too when anonymousIpv4Pool is set");
    }
    IpPrefix endpoint = pool("ipv4Pool", config.ipv4Pool());
    if (config.anonymousIpv4Pool().isBlank()) {
      return Optional.of(new Ipv4Pools(endpoint, Optional.empty(), length));
    }
    IpPrefix anonymous = pool("anonymousIpv4Pool", config.anonymousIpv4Pool());
    if (anonymous.overlaps(endpoint)) {
      throw new InvalidConfigurationException(
          Keys.PID,
          "anonymousIpv4Pool",
          config.anonymousIpv4Pool(),
          "it overlaps the pool " + endpoint + "; pools must be disjoint");
    }
    return Optional.of(new Ipv4Pools(endpoint, Optional.of(anonymous), length));
  }

  /** Returns how many addresses go out together. */
  int block() {
    return length == Inner.LINK ? Inner.LINK_SIZE : 1;
  }

  /** Returns both inner addresses of a client's tunnel. */
  Inner inner(InetAddress client) {
    return new Inner(
        length == Inner.LINK ? Inner.link(client).get(1) : Inner.link(endpoint.network()).get(1),
        client);
  }

  private static IpPrefix pool(String key, String text) {
    IpPrefix pool = read(key, text);
    if (pool.length() < SHORTEST || pool.length() > LONGEST) {
      throw new InvalidConfigurationException(
          Keys.PID, key, text, "write a prefix of length " + SHORTEST + " to " + LONGEST);
    }
    InetAddress first = pool.network();
    if (first.isAnyLocalAddress()
        || first.isLoopbackAddress()
        || first.isMulticastAddress()
        || first.isLinkLocalAddress()
        || (first.getAddress()[0] & 0xFF) >= 224
        || first.getAddress()[0] == 0) {
      throw new InvalidConfigurationException(
          Keys.PID, key, text, "write a prefix of addresses that a host can have");
    }
    return pool;
  }

  private static IpPrefix read(String key, String text) {
    try {
      IpPrefix prefix = IpPrefix.parse(text.trim());
      if (prefix.network() instanceof Inet4Address) {
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      // The remedy below says all.
    }
    throw new InvalidConfigurationException(
        Keys.PID,
        key,
        text,
        "write an IPv4 prefix as address/length with no bits set beyond the length");
  }
}
