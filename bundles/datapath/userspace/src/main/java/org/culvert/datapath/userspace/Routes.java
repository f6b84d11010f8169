package org.culvert.datapath.userspace;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where inner destinations of either version lead.
 *
 * @param link the tunnel on whose own device packets that stay on their link go; none on a device
 *     that tunnels share
 * @param own the outer addresses of all tunnels here
 */
record Routes(RoutingTable ipv4, RoutingTable ipv6, @Nullable Tunnel link, OwnAddresses own) {
  static final Routes NONE = of(List.of());

  /** Returns what a device needs that tunnels share. */
  static Routes of(Collection<Tunnel> tunnels) {
    return of(tunnels, null, own(tunnels));
  }

  /** Returns the outer addresses of tunnels at this end. */
  static OwnAddresses own(Collection<Tunnel> tunnels) {
    return OwnAddresses.ofEnds(
        tunnels.stream().map(tunnel -> tunnel.carried.outer().local()).toList());
  }

  /** Returns what the device needs that is a tunnel's own. */
  static Routes ofOwn(Tunnel tunnel) {
    return ofOwn(tunnel, own(List.of(tunnel)));
  }

  /** Returns the same beside tunnels that have other outer addresses here. */
  static Routes ofOwn(Tunnel tunnel, OwnAddresses own) {
    return of(List.of(tunnel), tunnel.isLink ? tunnel : null, own);
  }

  private static Routes of(Collection<Tunnel> tunnels, @Nullable Tunnel link, OwnAddresses own) {
    return new Routes(
        new RoutingTable(tunnels.stream().filter(tunnel -> tunnel.isIpv4).toList()),
        new RoutingTable(tunnels.stream().filter(tunnel -> !tunnel.isIpv4).toList()),
        link,
        own);
  }
}
