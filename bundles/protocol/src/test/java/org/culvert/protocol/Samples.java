package org.culvert.protocol;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.Dialect;
import org.culvert.protocol.xml.RequestReader;
import org.culvert.protocol.xml.TunnelCommand;
import org.culvert.testkit.encapsulation.SampleProfiles;

/** The requests and offers of the worked examples. */
public final class Samples {
  private static final List<DnsServer> DNS_SERVERS =
      List.of(
          new DnsServer.Address(ip("192.0.2.5")),
          new DnsServer.Address(ip("2001:db8::1")),
          new DnsServer.Name("ns1.alice.example"));

  public static final TunnelRequest HOST = request(TunnelType.V6V4, "198.51.100.2", false);

  public static final TunnelRequest ROUTER =
      new TunnelRequest(
          TunnelType.V6V4,
          List.of(ip("198.51.100.2")),
          false,
          Optional.empty(),
          Optional.of(
              new RouterRequest(
                  OptionalInt.of(48), Optional.empty(), OptionalLong.empty(), DNS_SERVERS)));

  public static final TunnelRequest BEHIND_NAT = request(TunnelType.V6UDPV4, "10.9.0.2", true);
  public static final TunnelRequest ANY = request(TunnelType.V6ANYV4, "10.9.0.2", true);
  public static final TunnelRequest DSTM = request(TunnelType.V4V6, "2001:db8:f::2", true);

  public static final TunnelOffer E1 =
      offer(
          TunnelType.V6V4,
          party("198.51.100.1", "2001:db8:100::1", Optional.empty()),
          party("198.51.100.2", "2001:db8:100::2", Optional.of("alice.tb.example")),
          Optional.empty(),
          Optional.empty());

  public static final TunnelOffer E2 =
      offer(
          TunnelType.V6V4,
          E1.server(),
          E1.client(),
          Optional.empty(),
          Optional.of(new RouterGrant(IpPrefix.parse("2001:db8:1234::/48"), DNS_SERVERS)));

  public static final TunnelOffer E3 =
      offer(
          TunnelType.V6UDPV4,
          party("192.0.2.1", "2001:db8:100::1", Optional.empty()),
          party("10.9.0.2", "2001:db8:100::2", Optional.empty()),
          keepAlive("2001:db8:100::1", 30),
          Optional.empty());

  public static final TunnelOffer E5 =
      offer(
          TunnelType.V4V6,
          party("2001:db8:f::1", "192.0.0.1", 30),
          party("2001:db8:f::2", "192.0.0.2", 30),
          keepAlive("192.0.0.1", 30),
          Optional.empty());

  /** The second example, routed otherwise. */
  public static TunnelOffer routed(RoutingAgreement routing) {
    return offer(
        TunnelType.V6V4,
        E1.server(),
        E1.client(),
        Optional.empty(),
        Optional.of(new RouterGrant(IpPrefix.parse("2001:db8:1234::/48"), DNS_SERVERS, routing)));
  }

  private Samples() {}

  /** TSP's own types. */
  public static final Set<TunnelProfile> TYPES =
      Set.of(SampleProfiles.V6V4, SampleProfiles.V6UDPV4, SampleProfiles.V4V6);

  /** Returns a request of one who can have TSP's own types. */
  public static SignalingRequest asked(TunnelRequest request) {
    return new SignalingRequest(request, TYPES);
  }

  /** Reads a command of one who may ask for these types, in the RFC's dialect. */
  public static TunnelCommand command(byte[] document) {
    return RequestReader.read(document, Dialect.RFC, TYPES);
  }

  public static InetAddress ip(String text) {
    return IpAddresses.parse(text);
  }

  public static TunnelOffer.Party party(String outer, String inner, Optional<String> name) {
    return new TunnelOffer.Party(ip(outer), ip(inner), name);
  }

  /** Returns an end with IPv4 inside. */
  public static TunnelOffer.Party party(String outer, String inner, int length) {
    return new TunnelOffer.Party(ip(outer), ip(inner), Optional.empty(), OptionalInt.of(length));
  }

  public static Optional<KeepAlive> keepAlive(String address, int seconds) {
    return Optional.of(new KeepAlive(Duration.ofSeconds(seconds), ip(address)));
  }

  public static TunnelOffer offer(
      TunnelType type,
      TunnelOffer.Party server,
      TunnelOffer.Party client,
      Optional<KeepAlive> keepAlive,
      Optional<RouterGrant> router) {
    return new TunnelOffer(
        "lease-1",
        type,
        Optional.of(Duration.ofMinutes(1440)),
        server,
        client,
        keepAlive,
        router,
        List.of());
  }

  /** Returns an offer as a client reads it, which never sees the lease's id. */
  public static TunnelOffer asRead(TunnelOffer offer) {
    return new TunnelOffer(
        "",
        offer.type(),
        offer.lifetime(),
        offer.server(),
        offer.client(),
        offer.keepAlive(),
        offer.router(),
        offer.resolvers(),
        offer.mtu());
  }

  private static TunnelRequest request(TunnelType type, String address, boolean keepAlive) {
    return new TunnelRequest(
        type,
        List.of(ip(address)),
        false,
        keepAlive ? Optional.of(Duration.ofSeconds(30)) : Optional.empty(),
        Optional.empty());
  }
}
