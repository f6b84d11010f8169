package org.culvert.broker;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.broker.PrefixPolicy.Lengths;
import org.culvert.broker.PrefixPolicy.OtherLength;
import org.culvert.broker.PrefixPolicy.Rerequest;
import org.culvert.broker.PrefixPolicy.Reservation;

/** Reads one pool's configuration. */
final class PolicyReader {
  private static final int USUAL_SHORTEST = 48;

  private final String pid;
  private final PoolConfig config;

  private PolicyReader(AllocationPolicy policy) {
    this.pid = policy.pid();
    this.config = policy.config();
  }

  /**
   * Reads a pool.
   *
   * @throws InvalidConfigurationException naming the pool's file
   */
  static PrefixPolicy read(AllocationPolicy policy) {
    return new PolicyReader(policy).read(policy.name());
  }

  private PrefixPolicy read(String name) {
    IpPrefix prefix = Settings.prefix(pid, "prefix", config.prefix());
    if (prefix.length() < 1 || prefix.length() > PrefixPool.LONGEST) {
      throw wrong("prefix", config.prefix(), "write a prefix of length 1 to 64");
    }
    return new PrefixPolicy(
        name,
        pid,
        prefix,
        lengths(prefix),
        Set.copyOf(Settings.list(config.groups())),
        types(),
        config.anonymous(),
        config.order(),
        otherLength(),
        rerequest(),
        reservations(prefix),
        config.reservedIfUnnamed());
  }

  private Lengths lengths(IpPrefix prefix) {
    int min =
        config.shortestLength() == 0
            ? Math.max(prefix.length(), USUAL_SHORTEST)
            : within("shortestLength", config.shortestLength(), prefix.length());
    int max = within("longestLength", config.longestLength(), min);
    int unnamed = config.defaultLength();
    if (unnamed != 0 && (unnamed < min || unnamed > max)) {
      throw wrong(
          "defaultLength", unnamed, "write 0 for none, or a length from " + min + " to " + max);
    }
    return new Lengths(min, max, unnamed == 0 ? OptionalInt.empty() : OptionalInt.of(unnamed));
  }

  private int within(String key, int value, int min) {
    if (value < min || value > PrefixPool.LONGEST) {
      throw wrong(key, value, "write a length from " + min + " to " + PrefixPool.LONGEST);
    }
    return value;
  }

  private Set<TunnelType> types() {
    Set<TunnelType> types = new HashSet<>();
    for (String text : Settings.list(config.types())) {
      if (!text.matches("[a-z0-9]{1,16}") || text.equals(TunnelType.V6ANYV4.name())) {
        throw wrong("types", text, "write types of tunnels such as v6v4, v6udpv4");
      }
      types.add(new TunnelType(text));
    }
    return types;
  }

  private OtherLength otherLength() {
    return switch (config.onOtherLength()) {
      case "exact" -> OtherLength.EXACT;
      case "atMost" -> OtherLength.AT_MOST;
      case "refuse" -> OtherLength.REFUSE;
      default ->
          throw wrong("onOtherLength", config.onOtherLength(), "write exact, atMost or refuse");
    };
  }

  private Rerequest rerequest() {
    return Rerequest.of(config.onRerequest())
        .orElseThrow(
            () -> wrong("onRerequest", config.onRerequest(), "write keep, grow or renumber"));
  }

  private List<Reservation> reservations(IpPrefix pool) {
    List<Reservation> reservations = new ArrayList<>();
    for (String text : Settings.list(config.reservations())) {
      String[] words = text.split("\\s+", -1);
      if (words.length != 2) {
        throw wrong(
            "reservations", text, "write a user, a space and a prefix, then a comma for the next");
      }
      IpPrefix prefix = Settings.prefix(pid, "reservations", words[1]);
      if (!pool.contains(prefix) || prefix.length() > PrefixPool.LONGEST) {
        throw wrong(
            "reservations", text, "write a prefix that lies in " + pool + ", of length 64 or less");
      }
      for (Reservation other : reservations) {
        if (other.prefix().overlaps(prefix)) {
          throw wrong(
              "reservations",
              text,
              "it overlaps " + other.prefix() + " of " + other.user() + "; write another prefix");
        }
      }
      reservations.add(new Reservation(words[0], prefix));
    }
    return reservations;
  }

  private InvalidConfigurationException wrong(String key, Object value, String remedy) {
    return new InvalidConfigurationException(pid, key, value, remedy);
  }
}
