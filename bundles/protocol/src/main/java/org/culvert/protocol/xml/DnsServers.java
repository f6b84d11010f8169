package org.culvert.protocol.xml;

import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.protocol.xml.TunnelElement.AddressElement;

/** Reads the addresses of a {@code dns_server} element, which may be names. */
final class DnsServers {
  private static final int MAX_NAME = 253;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  private DnsServers() {}

  /** Reads one; empty if it is neither an address nor a host name. */
  static Optional<DnsServer> read(AddressElement element) {
    try {
      return switch (element.type()) {
        case "ipv4" -> Optional.of(new DnsServer.Address(IpAddresses.parse4(element.text())));
        case "ipv6" -> Optional.of(new DnsServer.Address(IpAddresses.parse6(element.text())));
        case "dn" -> hostName(element.text()).map(DnsServer.Name::new);
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Checks a host name label by label, and takes away the final dot; an address is none. */
  static Optional<String> hostName(String text) {
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (name.length() > MAX_NAME) {
      return Optional.empty();
    }
    String[] labels = name.split("\\.", -1);
    for (String label : labels) {
      if (!label.matches(LABEL)) {
        return Optional.empty();
      }
    }
    return labels[labels.length - 1].matches("[0-9]+") ? Optional.empty() : Optional.of(name);
  }
}
