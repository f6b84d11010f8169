package org.culvert.broker;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * What the operator decided, checked.
 *
 * @param pools what addresses and prefixes come from
 * @param lengths the prefix lengths handed out
 * @param times how long things last
 * @param limits how many there may be
 * @param keepAlive the keepalive's intervals
 * @param mtu the inner MTU of every tunnel in octets
 * @param resolvers DNS resolvers to tell clients
 * @param referral brokers to name when this one is full
 * @param proxyUsers accounts that may claim another machine's address
 */
record Settings(
    Pools pools,
    Lengths lengths,
    Times times,
    Limits limits,
    Intervals keepAlive,
    int mtu,
    List<InetAddress> resolvers,
    Optional<Referral> referral,
    Set<String> proxyUsers) {

  /** The persistent identity of the broker's configuration. */
  static final String PID = "org.culvert.broker";

  private static final int MAXIMUM_MTU = 65535 - 40;

  /** Prefix lengths: the shortest, the longest, and the one for clients that name none. */
  record Lengths(int min, int max, Optional<Integer> unnamed) {}

  /** How long things last. */
  record Times(
      Duration lifetime,
      Duration anonymousLifetime,
      Duration offer,
      Duration reservation,
      Duration quarantine) {}

  /** How many there may be. */
  record Limits(
      int tunnels, int tunnelsPerIpv4, int anonymous, int anonymousPerIpv4, int requests) {}

  /** Keepalive intervals: the usual, the shortest and the longest. */
  record Intervals(Duration usual, Duration min, Duration max) {
    Duration clamp(Duration asked) {
      return asked.compareTo(min) < 0 ? min : asked.compareTo(max) > 0 ? max : asked;
    }
  }

  /** Checks a configuration; {@code madeUp} supplies the pools if none is configured. */
  static Settings from(Config config, Function<Config, Pools> madeUp) {
    return new Settings(
        Pools.from(config).orElseGet(() -> madeUp.apply(config)),
        lengths(config),
        new Times(
            Duration.ofMinutes(within("lifetime", config.lifetime(), 1, 5_256_000)),
            Duration.ofMinutes(within("anonymousLifetime", config.anonymousLifetime(), 1, 1440)),
            Duration.ofSeconds(within("offerTimeout", config.offerTimeout(), 1, 3600)),
            Duration.ofDays(within("reservation", config.reservation(), 0, 36_500)),
            Duration.ofMinutes(within("quarantine", config.quarantine(), 0, 525_600))),
        new Limits(
            within("maxTunnels", config.maxTunnels(), 0, Integer.MAX_VALUE),
            within("maxTunnelsPerIpv4", config.maxTunnelsPerIpv4(), 1, Integer.MAX_VALUE),
            within("maxAnonymous", config.maxAnonymous(), 0, Integer.MAX_VALUE),
            within("maxAnonymousPerIpv4", config.maxAnonymousPerIpv4(), 1, Integer.MAX_VALUE),
            within("maxPendingRequests", config.maxPendingRequests(), 1, 1_000_000)),
        intervals(config),
        within("mtu", config.mtu(), TunnelParameters.MINIMUM_MTU, MAXIMUM_MTU),
        resolvers(config),
        referral(config),
        Set.copyOf(list(config.proxyUsers())));
  }

  /** Splits at commas: a configuration file gives a list as one text. */
  static List<String> list(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(String::trim)
        .filter(value -> !value.isEmpty())
        .distinct()
        .toList();
  }

  private static Lengths lengths(Config config) {
    int min = within("minPrefixLength", config.minPrefixLength(), 1, 64);
    int max = within("maxPrefixLength", config.maxPrefixLength(), min, 64);
    int unnamed = config.defaultPrefixLength();
    return new Lengths(
        min,
        max,
        unnamed == 0
            ? Optional.empty()
            : Optional.of(within("defaultPrefixLength", unnamed, min, max)));
  }

  private static Intervals intervals(Config config) {
    int min = within("minKeepAlive", config.minKeepAlive(), 1, 3600);
    int max = within("maxKeepAlive", config.maxKeepAlive(), min, 3600);
    return new Intervals(
        Duration.ofSeconds(within("keepAlive", config.keepAlive(), min, max)),
        Duration.ofSeconds(min),
        Duration.ofSeconds(max));
  }

  private static List<InetAddress> resolvers(Config config) {
    return list(config.resolvers()).stream().map(Settings::resolver).toList();
  }

  private static InetAddress resolver(String text) {
    try {
      return IpAddresses.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(
          PID, "resolvers", text, "write IP addresses, separated by commas");
    }
  }

  private static Optional<Referral> referral(Config config) {
    List<String> brokers = list(config.referrals());
    for (String broker : brokers) {
      if (!broker.matches("[A-Za-z0-9.:-]{1,253}")) {
        throw new InvalidConfigurationException(
            PID, "referrals", broker, "write addresses or host names, without ports");
      }
    }
    return brokers.isEmpty() ? Optional.empty() : Optional.of(new Referral(brokers));
  }

  /** Reads an IPv6 prefix. */
  static IpPrefix prefix(String key, String text) {
    try {
      IpPrefix prefix = IpPrefix.parse(text.trim());
      if (prefix.network() instanceof Inet6Address) {
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(
          PID, key, text, "write address/length with no bits set beyond the length");
    }
    throw new InvalidConfigurationException(PID, key, text, "write an IPv6 prefix, not IPv4");
  }

  private static int within(String key, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidConfigurationException(
          PID, key, value, "write a number from " + min + " to " + max);
    }
    return value;
  }
}
