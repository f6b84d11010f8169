package org.culvert.endpoint;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * A tunnel as a datapath needs to know it, with what it needs of the device that it will be on.
 *
 * @param needs its part of that device's configuration
 */
record DesiredTunnel(CarriedTunnel carried, DeviceConfiguration needs) {

  /**
   * Works out what a tunnel needs. The way to the other end is always a route, for without it no
   * routing protocol could speak to it; the way to what lies behind is what was asked for.
   */
  static DesiredTunnel of(TunnelParameters tunnel, WireFormat wire, LinkLocalAddresses linkLocal) {
    CarriedTunnel carried =
        new CarriedTunnel(
            tunnel.id(),
            wire,
            tunnel.outer(),
            tunnel.localAddress(),
            tunnel.remotePrefixes(),
            tunnel.localPrefixes(),
            PathBase.agreed(tunnel, wire),
            tunnel.ownLink());
    Set<InterfaceAddress> addresses = new HashSet<>();
    addresses.add(InterfaceAddress.host(tunnel.localAddress()));
    if (tunnel.ownLink() && wire.inner() == IpVersion.IPV6) {
      addresses.add(linkLocal.of(tunnel.id()));
    }
    IpPrefix otherEnd = IpPrefix.host(tunnel.remoteAddress());
    Set<IpPrefix> behind = new HashSet<>(tunnel.remotePrefixes());
    behind.remove(otherEnd);
    Set<IpPrefix> routes = new HashSet<>();
    routes.add(otherEnd);
    Set<IpPrefix> fallbackRoutes = new HashSet<>();
    switch (tunnel.prefixRoutes()) {
      case STATIC -> routes.addAll(behind);
      case FLOATING -> fallbackRoutes.addAll(behind);
      case NONE -> {}
    }
    DeviceConfiguration needs =
        new DeviceConfiguration(addresses, routes, fallbackRoutes, tunnel.mtu());
    return new DesiredTunnel(
        carried, needs.forwardingIpv4(HostNeeds.isForwarded(tunnel, IpVersion.IPV4)));
  }

  String id() {
    return carried.id();
  }

  /** Returns the prefixes that packets into the tunnel come from, where that is limited. */
  Set<IpPrefix> sources() {
    return carried.localPrefixes().stream()
        .filter(prefix -> prefix.length() > 0)
        .collect(Collectors.toUnmodifiableSet());
  }
}
