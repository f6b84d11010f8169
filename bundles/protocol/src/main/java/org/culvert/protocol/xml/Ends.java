package org.culvert.protocol.xml;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.TunnelElement.AddressElement;
import org.culvert.protocol.xml.TunnelElement.PartyElement;

/**
 * Reads the ends of a tunnel, whose addresses are told by their IP version only: which of them are
 * outside, the tunnel's type says. Where both have one version, the outer address stands first.
 */
final class Ends {
  private static final int IPV4_BITS = 32;

  private final SignalingRequest asked;
  private final IpVersion outer;
  private final IpVersion inner;

  Ends(SignalingRequest asked, TunnelType type) {
    this.asked = asked;
    this.outer = asked.outer(type);
    this.inner = asked.inner(type);
  }

  TunnelOffer.Party server(PartyElement server) throws IOException {
    return new TunnelOffer.Party(
        outer(server).orElseThrow(() -> missing("server", outer)),
        inner(server).orElseThrow(() -> missing("server", inner)),
        name(server),
        innerLength(server));
  }

  TunnelOffer.Party client(PartyElement client) throws IOException {
    return new TunnelOffer.Party(
        outer(client).or(this::claimed).orElseThrow(() -> missing("client", outer)),
        inner(client).orElseThrow(() -> missing("client", inner)),
        name(client),
        innerLength(client));
  }

  /** Returns the addresses of one version, in their order. */
  static Stream<InetAddress> addresses(List<AddressElement> elements, IpVersion version) {
    return elements(elements, version).map(element -> address(element, version));
  }

  private static Stream<AddressElement> elements(List<AddressElement> all, IpVersion version) {
    return all.stream().filter(element -> element.type().equals(family(version)));
  }

  private static InetAddress address(AddressElement element, IpVersion version) {
    return version == IpVersion.IPV4
        ? IpAddresses.parse4(element.text())
        : IpAddresses.parse6(element.text());
  }

  private static String family(IpVersion version) {
    return version == IpVersion.IPV4 ? "ipv4" : "ipv6";
  }

  private Optional<InetAddress> outer(PartyElement party) {
    return addresses(party.addresses(), outer).findFirst();
  }

  private Optional<InetAddress> inner(PartyElement party) {
    return innerElement(party).map(element -> address(element, inner));
  }

  private Optional<AddressElement> innerElement(PartyElement party) {
    return elements(party.addresses(), inner).skip(inner == outer ? 1 : 0).findFirst();
  }

  /** Only IPv4 inside has a length; elsewhere one that is there means nothing. */
  private OptionalInt innerLength(PartyElement party) {
    return inner == IpVersion.IPV4
        ? Decimal.within(innerElement(party).flatMap(AddressElement::length), 1, IPV4_BITS)
        : OptionalInt.empty();
  }

  private Optional<InetAddress> claimed() {
    return asked.request().clientAddress(outer).map(InetAddress.class::cast);
  }

  private static Optional<String> name(PartyElement party) {
    return party.addresses().stream()
        .filter(address -> address.type().equals("dn"))
        .flatMap(address -> DnsServers.hostName(address.text()).stream())
        .findFirst();
  }

  private static IOException missing(String whose, IpVersion version) {
    return new IOException(
        "broker's offer without the %s's %s address"
            .formatted(whose, version == IpVersion.IPV4 ? "IPv4" : "IPv6"));
  }
}
