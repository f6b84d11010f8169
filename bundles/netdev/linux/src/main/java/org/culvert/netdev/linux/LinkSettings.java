package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the kernel does with IP on a device, as a message about a link tells it: what {@code sysctl}
 * shows, but read with the link and in the namespace of the conversation.
 */
final class LinkSettings {
  private static final int IFLA_AF_SPEC = 26;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IFLA_INET_CONF = 1;
  private static final int IFLA_INET6_CONF = 2;
  private static final int IFLA_INET6_ADDR_GEN_MODE = 8;

  /** Places in the array of {@code enum devconf} of IPv6, which the kernel only adds to. */
  private static final int FORWARDING = 0;

  private static final int ACCEPT_RA = 3;

  private static final int DISABLE_IPV6 = 26;

  /** Places in that of IPv4, which counts from one. */
  private static final int IPV4_FORWARDING = 1 - 1;

  private static final int RP_FILTER = 8 - 1;

  private final Attributes ipv4;
  private final Attributes ipv6;

  private LinkSettings(Attributes families) {
    this.ipv4 = families.nested(AF_INET);
    this.ipv6 = families.nested(AF_INET6);
  }

  static LinkSettings of(Attributes link) {
    return new LinkSettings(link.nested(IFLA_AF_SPEC));
  }

  /** Tells whether the device can have IPv6: not where the kernel has none, nor the MTU for it. */
  boolean knowsIpv6() {
    return number(ipv6, IFLA_INET6_CONF, DISABLE_IPV6).isPresent();
  }

  boolean isIpv6Off() {
    return number(ipv6, IFLA_INET6_CONF, DISABLE_IPV6).orElse(0) != 0;
  }

  /** Tells whether the kernel makes no address of its own here. */
  boolean isQuiet() {
    return ipv6.octet(IFLA_INET6_ADDR_GEN_MODE) == RoutingRequests.IN6_ADDR_GEN_MODE_NONE;
  }

  boolean acceptsAdvertisements() {
    return number(ipv6, IFLA_INET6_CONF, ACCEPT_RA).orElse(0) != 0;
  }

  /**
   * Tells whether router advertisements are taken while the device does not forward, and only so.
   */
  boolean acceptsUnlessForwarding() {
    return number(ipv6, IFLA_INET6_CONF, ACCEPT_RA).orElse(0) == 1;
  }

  /** Tells whether the device forwards IPv6, which each has for itself. */
  boolean forwardsIpv6() {
    return number(ipv6, IFLA_INET6_CONF, FORWARDING).orElse(0) != 0;
  }

  /** Tells whether IPv4 that comes in by the device is not passed on. */
  boolean isIpv4Kept() {
    return number(ipv4, IFLA_INET_CONF, IPV4_FORWARDING).orElse(1) == 0;
  }

  /** Returns the device's reverse path filter, which is not the whole story. */
  int reversePathFilter() {
    return number(ipv4, IFLA_INET_CONF, RP_FILTER).orElse(0);
  }

  private static OptionalInt number(Attributes family, int array, int place) {
    ByteBuffer numbers = family.value(array);
    return Optional.of(numbers)
        .filter(present -> present.remaining() >= (place + 1) * Integer.BYTES)
        .map(present -> OptionalInt.of(present.getInt(place * Integer.BYTES)))
        .orElse(OptionalInt.empty());
  }
}
