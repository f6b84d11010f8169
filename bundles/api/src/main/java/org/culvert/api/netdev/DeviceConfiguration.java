package org.culvert.api.netdev;

import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;

/**
 * The whole of what a device should have.
 *
 * @param addresses its addresses
 * @param routes destinations that lead into it
 * @param fallbackRoutes destinations that lead into it while no other route to them is there
 * @param mtu its MTU in octets
 */
public record DeviceConfiguration(
    Set<InterfaceAddress> addresses, Set<IpPrefix> routes, Set<IpPrefix> fallbackRoutes, int mtu) {

  /** Copies the sets. */
  public DeviceConfiguration {
    addresses = Set.copyOf(addresses);
    routes = Set.copyOf(routes);
    fallbackRoutes = Set.copyOf(fallbackRoutes);
  }

  /** Describes a device without fallback routes. */
  public DeviceConfiguration(Set<InterfaceAddress> addresses, Set<IpPrefix> routes, int mtu) {
    this(addresses, routes, Set.of(), mtu);
  }
}
