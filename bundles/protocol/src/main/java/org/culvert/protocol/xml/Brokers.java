package org.culvert.protocol.xml;

import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.protocol.xml.TunnelElement.AddressElement;

/** Tells addresses from names in a list of brokers. */
final class Brokers {
  private Brokers() {}

  /** Returns the value of the {@code type} attribute for a broker as an operator writes it. */
  static String type(String broker) {
    try {
      return Markup.family(IpAddresses.parse(broker));
    } catch (IllegalArgumentException e) {
      return "dn";
    }
  }

  /** Reads one as a peer writes it; empty if it is neither an address nor a host name. */
  static Optional<String> read(AddressElement element) {
    return switch (element.type()) {
      case "ipv4", "ipv6" -> address(element.text());
      case "dn" -> DnsServers.hostName(element.text());
      default -> Optional.empty();
    };
  }

  private static Optional<String> address(String text) {
    try {
      return Optional.of(IpAddresses.text(IpAddresses.parse(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
