package org.culvert.protocol.xml;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.TunnelElement.AddressElement;
import org.culvert.protocol.xml.TunnelElement.KeepaliveElement;
import org.culvert.protocol.xml.TunnelElement.PartyElement;
import org.culvert.protocol.xml.TunnelElement.PrefixElement;
import org.culvert.protocol.xml.TunnelElement.RouterElement;

/** Reads what brokers answer, old ones included. */
public final class ReplyReader {
  /** The smallest MTU that any IP link may have, IPv4's. */
  private static final int LEAST_MTU = 68;

  private static final int MOST_MTU = 0xFFFF;
  private static final int IPV4_BITS = 32;
  private static final long MOST_AS = 0xFFFF_FFFFL;

  /** Brokers of one referral. */
  static final int MAX_BROKERS = 50;

  private ReplyReader() {}

  /**
   * Reads an offer. Lifetime, MTU, keepalive, names and the lengths of addresses may be missing or
   * make no sense; a type that is missing is the one asked for, and a client's outer address that
   * is missing is the one that the client named.
   *
   * @throws IOException if it cannot be read, or if an address is missing or bad
   */
  public static TunnelOffer offer(byte[] document, TunnelRequest asked) throws IOException {
    TunnelElement tunnel = TunnelDocument.read(document);
    try {
      TunnelType type = tunnel.type().map(TunnelType::new).orElse(asked.type());
      TunnelOffer.Party server = server(tunnel.server(), type);
      TunnelOffer.Party client = client(tunnel.client(), type, asked);
      InetAddress inside = type.equals(TunnelType.V4V6) ? server.ipv4() : server.ipv6();
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
          number(tunnel.mtu(), LEAST_MTU, MOST_MTU));
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

  private static TunnelOffer.Party server(PartyElement server, TunnelType type) throws IOException {
    return new TunnelOffer.Party(
        find(server.addresses(), "ipv4").orElseThrow(() -> missing("the server's IPv4 address")),
        find(server.addresses(), "ipv6").orElseThrow(() -> missing("the server's IPv6 address")),
        name(server),
        ipv4Length(server, type));
  }

  private static TunnelOffer.Party client(PartyElement client, TunnelType type, TunnelRequest asked)
      throws IOException {
    boolean overIpv6 = type.equals(TunnelType.V4V6);
    Optional<? extends InetAddress> claimed4 = overIpv6 ? Optional.empty() : asked.clientIpv4();
    Optional<? extends InetAddress> claimed6 = overIpv6 ? asked.clientIpv6() : Optional.empty();
    return new TunnelOffer.Party(
        find(client.addresses(), "ipv4")
            .or(() -> claimed4)
            .orElseThrow(() -> missing("the client's IPv4 address")),
        find(client.addresses(), "ipv6")
            .or(() -> claimed6)
            .orElseThrow(() -> missing("the client's IPv6 address")),
        name(client),
        ipv4Length(client, type));
  }

  /** Outside, where an address has no length, one that is there means nothing. */
  private static OptionalInt ipv4Length(PartyElement party, TunnelType type) {
    return type.equals(TunnelType.V4V6)
        ? number(
            party.addresses().stream()
                .filter(address -> address.type().equals("ipv4"))
                .findFirst()
                .flatMap(AddressElement::length),
            1,
            IPV4_BITS)
        : OptionalInt.empty();
  }

  private static OptionalInt number(Optional<String> text, int least, int most) {
    return text.flatMap(digits -> Decimal.parse(digits, most))
        .filter(value -> value >= least)
        .map(value -> OptionalInt.of(value.intValue()))
        .orElse(OptionalInt.empty());
  }

  private static Optional<InetAddress> find(List<AddressElement> addresses, String family) {
    return addresses.stream()
        .filter(address -> address.type().equals(family))
        .findFirst()
        .map(
            address ->
                family.equals("ipv4")
                    ? IpAddresses.parse4(address.text())
                    : IpAddresses.parse6(address.text()));
  }

  private static Optional<String> name(PartyElement party) {
    return party.addresses().stream()
        .filter(address -> address.type().equals("dn"))
        .flatMap(address -> DnsServers.hostName(address.text()).stream())
        .findFirst();
  }

  private static Optional<KeepAlive> keepAlive(KeepaliveElement keepalive, InetAddress inside) {
    InetAddress address =
        find(keepalive.addresses(), Markup.family(inside))
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

  private static IOException missing(String what) {
    return new IOException("broker's offer without " + what);
  }
}
