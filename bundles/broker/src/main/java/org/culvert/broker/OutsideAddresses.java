package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * By which addresses clients reach this machine where a NAT that translates one to one stands
 * before it, as in most clouds. Replies name those; tunnels here stand on the machine's own.
 *
 * @param byInside the outside address of each inside address that is named with its own
 * @param others the outside addresses of all inside addresses of the same version
 */
record OutsideAddresses(Map<InetAddress, InetAddress> byInside, List<InetAddress> others) {
  static final String KEY = "outsideAddresses";

  /** No NAT stands before the machine. */
  static final OutsideAddresses NONE = new OutsideAddresses(Map.of(), List.of());

  /** What is not reached from everywhere: RFC 1918, RFC 6598, RFC 3927, RFC 4193. */
  private static final List<IpPrefix> PRIVATE =
      List.of(
          IpPrefix.parse("10.0.0.0/8"),
          IpPrefix.parse("172.16.0.0/12"),
          IpPrefix.parse("192.168.0.0/16"),
          IpPrefix.parse("100.64.0.0/10"),
          IpPrefix.parse("169.254.0.0/16"),
          IpPrefix.parse("fc00::/7"));

  /** Copies map and list. */
  OutsideAddresses {
    byInside = Map.copyOf(byInside);
    others = List.copyOf(others);
  }

  /** Reads {@code outside} or {@code inside outside}, separated by commas. */
  static OutsideAddresses from(Config config) {
    Map<InetAddress, InetAddress> byInside = new HashMap<>();
    Map<Boolean, InetAddress> others = new HashMap<>();
    for (String text : Settings.list(config.outsideAddresses())) {
      String[] words = text.split("\\s+", -1);
      if (words.length > 2) {
        throw refused(text, "write outside, or inside outside, for example 10.0.0.5 198.51.100.5");
      }
      InetAddress outside = address(text, words[words.length - 1]);
      InetAddress taken;
      if (words.length == 1) {
        taken = others.putIfAbsent(outside instanceof Inet4Address, outside);
      } else {
        InetAddress inside = address(text, words[0]);
        if (inside instanceof Inet4Address != outside instanceof Inet4Address) {
          throw refused(text, "write two addresses of one IP version");
        }
        taken = byInside.putIfAbsent(inside, outside);
      }
      if (taken != null) {
        throw refused(
            text,
            "the same inside addresses are said to be "
                + IpAddresses.text(taken)
                + " outside; write which inside address each belongs to, for example"
                + " 10.0.0.5 198.51.100.5, 10.0.0.6 198.51.100.6");
      }
    }
    return new OutsideAddresses(byInside, List.copyOf(others.values()));
  }

  /** Returns the address by which clients reach an address of this machine. */
  InetAddress of(InetAddress inside) {
    return found(inside).orElse(inside);
  }

  /** Tells whether nothing is said of an address that clients from elsewhere cannot reach. */
  boolean misses(InetAddress inside) {
    return isPrivate(inside) && found(inside).isEmpty();
  }

  /** Says what becomes of an address that is missed, and what to write. */
  static String told(InetAddress inside) {
    String own = IpAddresses.text(inside);
    return "this machine's address "
        + own
        + ", which replies to clients name, as those about v6v4 do, is private: if a NAT stands"
        + " before it, write "
        + KEY
        + " = ADDRESS in etc/"
        + Keys.PID
        + ".cfg, with the address that clients send to; if not, write "
        + own
        + " there";
  }

  private Optional<InetAddress> found(InetAddress inside) {
    return Optional.ofNullable(byInside.get(inside))
        .or(
            () ->
                others.stream()
                    .filter(o -> o instanceof Inet4Address == inside instanceof Inet4Address)
                    .findFirst());
  }

  private static boolean isPrivate(InetAddress address) {
    return PRIVATE.stream().anyMatch(prefix -> prefix.contains(address));
  }

  private static InetAddress address(String text, String word) {
    InetAddress address;
    try {
      address = IpAddresses.parse(word);
    } catch (IllegalArgumentException e) {
      throw refused(text, word + " is no IP address; write for example 10.0.0.5 198.51.100.5");
    }
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isMulticastAddress()
        || address.isLinkLocalAddress()) {
      throw refused(text, word + " is no address that packets come from elsewhere to");
    }
    return address;
  }

  private static InvalidConfigurationException refused(String text, String remedy) {
    return new InvalidConfigurationException(Keys.PID, KEY, text, remedy);
  }
}
