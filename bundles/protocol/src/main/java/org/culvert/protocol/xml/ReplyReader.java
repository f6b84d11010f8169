package org.culvert.protocol.xml;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.TunnelElement.KeepaliveElement;
import org.culvert.protocol.xml.TunnelElement.PartyElement;
import org.culvert.protocol.xml.TunnelElement.PrefixElement;
import org.culvert.protocol.xml.TunnelElement.RouterElement;

/** Reads what brokers answer, old ones included. */
public final class ReplyReader {
  /** The smallest MTU that any IP link may have, IPv4's. */
  private static final int LEAST_MTU = 68;

  private static final int MOST_MTU = 0xFFFF;
  private static final long MOST_AS = 0xFFFF_FFFFL;

  /** Brokers of one referral. */
  static final int MAX_BROKERS = 50;

  private ReplyReader() {}

  /**
   * Reads an offer. Lifetime, MTU, keepalive, names and the lengths of addresses may be missing or
   * make no sense; a type that is missing is the one asked for, and a client's outer address that
   * is missing is the one that the client named.
   *
   * @param asked what was asked for, by those whom the reply is read for
   * @throws IOException if it cannot be read, or if an address is missing or bad
   */
  public static TunnelOffer offer(byte[] document, SignalingRequest asked) throws IOException {
    TunnelElement tunnel = TunnelDocument.read(document);
    try {
      TunnelType type = tunnel.type().map(TunnelType::new).orElse(asked.request().type());
      Ends ends = new Ends(asked, type);
      TunnelOffer.Party server = ends.server(tunnel.server());
      TunnelOffer.Party client = ends.client(tunnel.client());
      InetAddress inside = server.inner();
      return new TunnelOffer(
          "",
          type,
          tunnel
              .lifetime()
              .flatMap(text -> Decimal.parse(text, Integer.MAX_VALUE))
              .filter(minutes -> minutes > 0)
              .map(Duration::ofMinutes),
          server,
          client,
          tunnel.client().keepalive().flatMap(keepalive -> keepAlive(keepalive, inside)),
          router(tunnel.client(), tunnel.server()),
          resolvers(tunnel.client()),
          Decimal.within(tunnel.mtu(), LEAST_MTU, MOST_MTU));
    } catch (IllegalArgumentException e) {
      throw new IOException("broker's offer: " + e.getMessage(), e);
    }
  }

  /** Reads the list after a status code above 1000; empty if it names nobody. */
  public static Optional<Referral> referral(byte[] document) throws IOException {
    List<String> brokers =
        TunnelDocument.read(document).brokers().stream()
            .flatMap(broker -> broker.addresses().stream())
            .flatMap(address -> Brokers.read(address).stream())
            .distinct()
            .limit(MAX_BROKERS)
            .toList();
    return brokers.isEmpty() ? Optional.empty() : Optional.of(new Referral(brokers));
  }

  private static Optional<KeepAlive> keepAlive(KeepaliveElement keepalive, InetAddress inside) {
    InetAddress address =
        Ends.addresses(keepalive.addresses(), IpVersion.of(inside))
            .findFirst()
            .filter(named -> !named.isAnyLocalAddress())
            .orElse(inside);
    return keepalive
        .interval()
        .flatMap(text -> Decimal.parse(text, Integer.MAX_VALUE))
        .filter(seconds -> seconds > 0)
        .map(seconds -> new KeepAlive(Duration.ofSeconds(seconds), address));
  }

  private static Optional<RouterGrant> router(PartyElement client, PartyElement server) {
    Optional<PrefixElement> prefix = client.router().flatMap(RouterElement::prefix);
    if (prefix.isEmpty() || prefix.get().text().isEmpty()) {
      return Optional.empty();
    }
    int length =
        prefix
            .get()
            .length()
            .flatMap(text -> Decimal.parse(text, 128))
            .orElseThrow(() -> new IllegalArgumentException("prefix without a length"))
            .intValue();
    return Optional.of(
        new RouterGrant(
            IpPrefix.containing(IpAddresses.parse(prefix.get().text()), length),
            client.router().map(RouterElement::dnsServers).orElse(List.of()).stream()
                .flatMap(address -> DnsServers.read(address).stream())
                .toList(),
            routing(client.router(), server.router())));
  }

  /** Both ends' elements tell the protocol, and each its own autonomous system. */
  private static RoutingAgreement routing(
      Optional<RouterElement> client, Optional<RouterElement> server) {
    return new RoutingAgreement(
        client
            .flatMap(RouterElement::protocol)
            .or(() -> server.flatMap(RouterElement::protocol))
            .map(RoutingProtocol::of)
            .orElse(RoutingProtocol.STATIC),
        autonomousSystem(client),
        autonomousSystem(server));
  }

  private static OptionalLong autonomousSystem(Optional<RouterElement> router) {
    return router
        .flatMap(RouterElement::asNumber)
        .flatMap(text -> Decimal.parse(text, MOST_AS))
        .filter(number -> number > 0)
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Brokers write {@code ::} where they have no resolver to tell; old clients need an address. */
  private static List<InetAddress> resolvers(PartyElement client) {
    return client.dnsServers().stream()
        .flatMap(address -> DnsServers.read(address).stream())
        .filter(DnsServer.Address.class::isInstance)
        .map(server -> ((DnsServer.Address) server).address())
        .filter(address -> !address.isAnyLocalAddress())
        .toList();
  }
}
