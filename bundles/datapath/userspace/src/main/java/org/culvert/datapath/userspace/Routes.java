package org.culvert.datapath.userspace;

import java.util.Collection;
import java.util.List;

/** Where inner destinations of either version lead. */
record Routes(RoutingTable ipv4, RoutingTable ipv6) {
  static final Routes NONE = of(List.of());

  static Routes of(Collection<Tunnel> tunnels) {
    return new Routes(
        new RoutingTable(tunnels.stream().filter(tunnel -> tunnel.isIpv4).toList()),
        new RoutingTable(tunnels.stream().filter(tunnel -> !tunnel.isIpv4).toList()));
  }
}
