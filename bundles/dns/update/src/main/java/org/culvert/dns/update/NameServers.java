package org.culvert.dns.update;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.service.DnsServer;
import org.xbill.DNS.Name;

/** Gives the name servers that a client named the names that NS records need. */
final class NameServers {
  private NameServers() {}

  /**
   * A name server of a delegated zone.
   *
   * @param name its name
   * @param addresses what is known of its addresses
   * @param entered whether these addresses have to be entered under the name
   */
  record NameServer(Name name, List<InetAddress> addresses, boolean entered) {}

  /**
   * Names servers. One that lies in a delegated zone itself, or below the tunnel's own name, gets
   * all addresses that the client named; without such a one each address gets a name of its own.
   *
   * @param own the tunnel's name and address; names are made below it, or else below the first cut
   * @param cuts the zones to delegate
   */
  static List<NameServer> of(
      List<DnsServer> named, Optional<Name> own, InetAddress ownAddress, List<Name> cuts) {
    List<InetAddress> addresses = new ArrayList<>();
    List<Name> names = new ArrayList<>();
    for (DnsServer server : named) {
      if (server instanceof DnsServer.Address byAddress) {
        addresses.add(byAddress.address());
      } else if (server instanceof DnsServer.Name byName) {
        // What is no host name is never granted, unless by somebody else.
        HostNames.find(byName.name()).ifPresent(names::add);
      }
    }
    List<NameServer> servers = new ArrayList<>();
    boolean glued = false;
    for (Name name : names) {
      boolean itself = own.filter(name::equals).isPresent();
      boolean inside = needsAddress(name, own, cuts);
      glued |= inside;
      List<InetAddress> known = inside ? addresses : itself ? List.of(ownAddress) : List.of();
      servers.add(new NameServer(name, List.copyOf(known), inside));
    }
    Name parent = own.orElse(cuts.get(0));
    for (int i = 0; i < addresses.size() && !glued; i++) {
      Name made = HostNames.below(label(i + 1, ownAddress), parent);
      servers.add(new NameServer(made, List.of(addresses.get(i)), true));
    }
    return servers;
  }

  /** Tells whether nobody but this bundle can enter the addresses of a name server. */
  static boolean needsAddress(Name name, Optional<Name> own, List<Name> cuts) {
    return isInside(name, cuts)
        || own.filter(parent -> !name.equals(parent) && HostNames.within(name, parent)).isPresent();
  }

  /** Tells whether a name lies in a zone that is delegated, or is its name. */
  static boolean isInside(Name name, List<Name> cuts) {
    return cuts.stream().anyMatch(cut -> HostNames.within(name, cut));
  }

  /** Returns the label of a name that is made; those of a user's two tunnels differ. */
  static String label(int number, InetAddress tunnelAddress) {
    return (tunnelAddress instanceof Inet4Address ? "v4ns" : "ns") + number;
  }
}
