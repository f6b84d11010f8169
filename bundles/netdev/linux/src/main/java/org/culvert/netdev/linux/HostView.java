package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.net.IpPrefix;
import org.culvert.netdev.linux.HostRoutes.Digest;
import org.culvert.netdev.linux.HostRoutes.Entry;

/**
 * A host's interfaces, addresses and routes at one moment.
 *
 * @param links the interfaces by name
 * @param names the interfaces' names by index
 */
record HostView(
    Map<String, TunnelLink> links,
    Map<Integer, String> names,
    List<HostAddress> addresses,
    Digest digest) {

  static HostView of(Netlink netlink) throws IOException {
    Map<String, TunnelLink> links = TunnelLinks.list(netlink);
    Map<Integer, String> names = new HashMap<>();
    links.forEach((name, link) -> names.put(link.index(), name));
    return new HostView(links, names, HostAddress.list(netlink), HostRoutes.read(netlink));
  }

  /** Returns the default routes, and of ours all but those of tunnels in the main table. */
  List<Entry> routes() {
    return digest.routes();
  }

  /** Returns the interfaces that IPv4 is routed to by others. */
  Set<String> routedIpv4() {
    return named(digest.ipv4());
  }

  /** Returns the names of interfaces that are there. */
  Set<String> named(Set<Integer> devices) {
    Set<String> found = new TreeSet<>();
    for (Integer device : devices) {
      String name = names.get(device);
      if (name != null) {
        found.add(name);
      }
    }
    return found;
  }

  /**
   * Returns the interfaces that got a route, or an address that does not last, as it is when
   * routers advertise them.
   */
  Set<String> advertised() {
    Set<String> found = named(digest.advertised());
    for (HostAddress address : addresses) {
      boolean ipv6 = Family.of(address.onLink().network()) == Family.IPV6;
      if (ipv6 && !address.lasting() && names.containsKey(address.device())) {
        found.add(names.get(address.device()));
      }
    }
    return found;
  }

  /** Returns the interfaces with an address in one of these prefixes. */
  Set<String> within(Set<IpPrefix> prefixes) {
    Set<String> found = new TreeSet<>();
    for (HostAddress address : addresses) {
      if (names.containsKey(address.device())
          && prefixes.stream().anyMatch(prefix -> prefix.contains(address.onLink()))) {
        found.add(names.get(address.device()));
      }
    }
    return found;
  }
}
