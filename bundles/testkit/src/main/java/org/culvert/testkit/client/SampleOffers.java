package org.culvert.testkit.client;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;

/** Offers as a broker of the documentation's addresses makes them. */
public final class SampleOffers {
  /** The client's inner IPv6 address. */
  public static final InetAddress CLIENT6 = IpAddresses.parse("2001:db8:100::2");

  /** The server's inner IPv6 address. */
  public static final InetAddress SERVER6 = IpAddresses.parse("2001:db8:100::1");

  private SampleOffers() {}

  /** Returns an offer of IPv6 over IPv4, with a keepalive of 30 seconds and a day of lifetime. */
  public static TunnelOffer ipv6(TunnelType type) {
    return lasting(type, Duration.ofDays(1));
  }

  /** Returns the same with another lifetime. */
  public static TunnelOffer lasting(TunnelType type, Duration lifetime) {
    return new TunnelOffer(
        "",
        type,
        Optional.of(lifetime),
        new TunnelOffer.Party(IpAddresses.parse("192.0.2.1"), SERVER6, Optional.empty()),
        new TunnelOffer.Party(IpAddresses.parse("198.51.100.2"), CLIENT6, Optional.empty()),
        Optional.of(new KeepAlive(Duration.ofSeconds(30), SERVER6)),
        Optional.empty(),
        List.of());
  }

  /** Returns the same with a prefix. */
  public static TunnelOffer withPrefix(TunnelType type, String prefix) {
    TunnelOffer offer = ipv6(type);
    return new TunnelOffer(
        offer.id(),
        offer.type(),
        offer.lifetime(),
        offer.server(),
        offer.client(),
        offer.keepAlive(),
        Optional.of(new RouterGrant(IpPrefix.parse(prefix), List.of())),
        offer.resolvers());
  }

  /** Returns the same with a prefix that is routed by what was agreed on. */
  public static TunnelOffer routed(TunnelType type, String prefix, RoutingAgreement routing) {
    TunnelOffer offer = ipv6(type);
    return new TunnelOffer(
        offer.id(),
        offer.type(),
        offer.lifetime(),
        offer.server(),
        offer.client(),
        offer.keepAlive(),
        Optional.of(new RouterGrant(IpPrefix.parse(prefix), List.of(), routing)),
        offer.resolvers());
  }

  /** Returns an offer of IPv4 over IPv6 that tells no length. */
  public static TunnelOffer ipv4() {
    return ipv4(OptionalInt.empty(), "192.0.0.1");
  }

  /** Returns an offer of IPv4 over IPv6 with a length, and with the address to ping. */
  public static TunnelOffer ipv4(int length, String pinged) {
    return ipv4(OptionalInt.of(length), pinged);
  }

  private static TunnelOffer ipv4(OptionalInt length, String pinged) {
    return new TunnelOffer(
        "",
        TunnelType.V4V6,
        Optional.empty(),
        new TunnelOffer.Party(
            IpAddresses.parse("2001:db8:f::1"),
            IpAddresses.parse("192.0.0.1"),
            Optional.empty(),
            length),
        new TunnelOffer.Party(
            IpAddresses.parse("2001:db8:f::2"),
            IpAddresses.parse("192.0.0.2"),
            Optional.empty(),
            length),
        Optional.of(new KeepAlive(Duration.ofSeconds(30), IpAddresses.parse(pinged))),
        Optional.empty(),
        List.of());
  }
}
