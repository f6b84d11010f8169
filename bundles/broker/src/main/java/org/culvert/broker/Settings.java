package org.culvert.broker;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * What the operator decided, checked.
 *
 * @param pools what IPv6 addresses and prefixes come from
 * @param ipv4 what inner IPv4 addresses come from; empty: none are handed out
 * @param times how long things last
 * @param limits how many there may be
 * @param keepAlive the keepalive's intervals
 * @param mtu the MTU of tunnels
 * @param routing what can be agreed on about routing
 * @param resolvers DNS resolvers to tell clients
 * @param referrals brokers to name when this one is full or busy
 * @param proxyUsers accounts that may claim another machine's address
 * @param outside by which addresses clients reach this machine
 * @param secondHost what becomes of a second host with one account
 */
record Settings(
    Pools pools,
    Optional<Ipv4Pools> ipv4,
    Times times,
    Limits limits,
    Intervals keepAlive,
    Mtu mtu,
    RoutingSettings routing,
    List<InetAddress> resolvers,
    Referrals referrals,
    Set<String> proxyUsers,
    OutsideAddresses outside,
    SecondHost secondHost) {

  /** Returns all that addresses and prefixes of tunnels come from. */
  Set<IpPrefix> allPools() {
    Set<IpPrefix> all = new HashSet<>();
    all.add(pools.endpoint());
    pools.anonymous().ifPresent(all::add);
    pools.delegation().forEach(policy -> all.add(policy.prefix()));
    ipv4.ifPresent(
        inner -> {
          all.add(inner.endpoint());
          inner.anonymous().ifPresent(all::add);
        });
    return all;
  }

  /**
   * Told where no resolver is configured: the most common old client crashes on new C libraries
   * without an IPv6 address in that place. It is nobody's address, so nobody's DNS goes there.
   */
  static final InetAddress NO_RESOLVER = IpAddresses.parse("::");

  private static final String NONE = "none";

  /** How many there may be. */
  record Limits(
      int tunnels, int tunnelsPerSource, int anonymous, int anonymousPerSource, int requests) {}

  /**
   * Keepalive intervals: the usual, the shortest and the longest, and how many may pass in silence.
   */
  record Intervals(Duration usual, Duration min, Duration max, int missed) {
    /** How long a client waits for the answer to its last keepalive (RFC 5572 section 4.6). */
    private static final Duration LAST_ANSWER = Duration.ofSeconds(5);

    /** As many missed keepalives tell a client that its tunnel is dead. */
    static final int MISSED_BY_CLIENT = 3;

    Duration clamp(Duration asked) {
      return asked.compareTo(min) < 0 ? min : asked.compareTo(max) > 0 ? max : asked;
    }

    /** Returns how long a tunnel may be silent here before it is ended. */
    Duration patience(Duration interval) {
      return interval.multipliedBy(missed).plus(LAST_ANSWER);
    }

    /** Returns the silence after which a client gives its tunnel up: never more than the above. */
    static Duration clientPatience(Duration interval) {
      return interval.multipliedBy(MISSED_BY_CLIENT).plus(LAST_ANSWER);
    }
  }

  /** Returns both inner addresses of the tunnel of a client that has this one. */
  Inner inner(InetAddress client) {
    return Family.of(client) == Family.IPV6
        ? new Inner(pools.serverAddress(), client)
        : ipv4.orElseThrow().inner(client);
  }

  /** Checks a configuration; {@code madeUp} supplies a site if no pools are configured. */
  static Settings from(Config config, List<AllocationPolicy> policies, Supplier<IpPrefix> madeUp) {
    return from(config, policies, madeUp, HeapRoom.ofThisProcess());
  }

  /** The same for a process with so much memory. */
  static Settings from(
      Config config, List<AllocationPolicy> policies, Supplier<IpPrefix> madeUp, HeapRoom heap) {
    PrefixPolicy.Lengths lengths = lengths(config);
    PrefixPolicy.Rerequest rerequest = rerequest(config);
    return new Settings(
        Pools.from(config, lengths, policies)
            .orElseGet(() -> Pools.within(madeUp.get(), lengths, rerequest)),
        Ipv4Pools.from(config),
        Times.from(config),
        new Limits(
            heap.limit(Keys.within("maxTunnels", config.maxTunnels(), 0, Integer.MAX_VALUE)),
            Keys.within("maxTunnelsPerIpv4", config.maxTunnelsPerIpv4(), 1, Integer.MAX_VALUE),
            Keys.within("maxAnonymous", config.maxAnonymous(), 0, Integer.MAX_VALUE),
            Keys.within("maxAnonymousPerIpv4", config.maxAnonymousPerIpv4(), 1, Integer.MAX_VALUE),
            Keys.within("maxPendingRequests", config.maxPendingRequests(), 1, 1_000_000)),
        intervals(config),
        Mtu.from(config),
        RoutingSettings.from(config),
        resolvers(config),
        Referrals.from(config),
        Set.copyOf(list(config.proxyUsers())),
        OutsideAddresses.from(config),
        SecondHost.of(config.secondHost()));
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

  private static PrefixPolicy.Lengths lengths(Config config) {
    int min = Keys.within("minPrefixLength", config.minPrefixLength(), 1, 64);
    int max = Keys.within("maxPrefixLength", config.maxPrefixLength(), min, 64);
    int unnamed = config.defaultPrefixLength();
    return new PrefixPolicy.Lengths(
        min,
        max,
        unnamed == 0
            ? OptionalInt.empty()
            : OptionalInt.of(Keys.within("defaultPrefixLength", unnamed, min, max)));
  }

  /** Reads what is done when a user asks for another length. */
  static PrefixPolicy.Rerequest rerequest(Config config) {
    return PrefixPolicy.Rerequest.of(config.onRerequest())
        .orElseThrow(
            () ->
                new InvalidConfigurationException(
                    Keys.PID, "onRerequest", config.onRerequest(), "write keep, grow or renumber"));
  }

  private static Intervals intervals(Config config) {
    int min = Keys.within("minKeepAlive", config.minKeepAlive(), 1, 3600);
    int max = Keys.within("maxKeepAlive", config.maxKeepAlive(), min, 3600);
    return new Intervals(
        Duration.ofSeconds(Keys.within("keepAlive", config.keepAlive(), min, max)),
        Duration.ofSeconds(min),
        Duration.ofSeconds(max),
        Keys.within(
            "missedKeepAlives", config.missedKeepAlives(), Intervals.MISSED_BY_CLIENT, 1000));
  }

  private static List<InetAddress> resolvers(Config config) {
    List<String> named = list(config.resolvers());
    return named.isEmpty()
        ? List.of(NO_RESOLVER)
        : named.equals(List.of(NONE)) ? List.of() : named.stream().map(Settings::resolver).toList();
  }

  private static InetAddress resolver(String text) {
    try {
      return IpAddresses.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(
          Keys.PID, "resolvers", text, "write IP addresses, separated by commas, or none");
    }
  }

  /** Reads an IPv6 prefix of the broker's own configuration. */
  static IpPrefix prefix(String key, String text) {
    return prefix(Keys.PID, key, text);
  }

  /** Reads an IPv6 prefix. */
  static IpPrefix prefix(String pid, String key, String text) {
    try {
      IpPrefix prefix = IpPrefix.parse(text.trim());
      if (prefix.network() instanceof Inet6Address) {
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationException(
          pid, key, text, "write address/length with no bits set beyond the length");
    }
    throw new InvalidConfigurationException(pid, key, text, "write an IPv6 prefix, not IPv4");
  }
}
