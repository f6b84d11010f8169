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
 * @param defaultMetric the metric of a default route among the routes
 * @param forwardsIpv4 whether IPv4 that comes out of it is passed on, where the host passes IPv4 on
 *     at all; of IPv6 only the whole host is asked
 */
public record DeviceConfiguration(
    Set<InterfaceAddress> addresses,
    Set<IpPrefix> routes,
    Set<IpPrefix> fallbackRoutes,
    int mtu,
    int defaultMetric,
    boolean forwardsIpv4) {

  /**
   * The metric of a default route where nothing else is said: behind the one of a router
   * advertisement or of an operator (1024), so that IPv6 beside the tunnel goes before it.
   */
  public static final int DEFAULT_METRIC = 2048;

  /** Copies the sets. */
  public DeviceConfiguration {
    addresses = Set.copyOf(addresses);
    routes = Set.copyOf(routes);
    fallbackRoutes = Set.copyOf(fallbackRoutes);
  }

  /** Describes a device that need not pass IPv4 on. */
  public DeviceConfiguration(
      Set<InterfaceAddress> addresses,
      Set<IpPrefix> routes,
      Set<IpPrefix> fallbackRoutes,
      int mtu,
      int defaultMetric) {
    this(addresses, routes, fallbackRoutes, mtu, defaultMetric, false);
  }

  /**
   * Describes a device whose default route, if it has one, has the metric {@link #DEFAULT_METRIC}.
   */
  public DeviceConfiguration(
      Set<InterfaceAddress> addresses,
      Set<IpPrefix> routes,
      Set<IpPrefix> fallbackRoutes,
      int mtu) {
    this(addresses, routes, fallbackRoutes, mtu, DEFAULT_METRIC);
  }

  /** Describes a device without fallback routes. */
  public DeviceConfiguration(Set<InterfaceAddress> addresses, Set<IpPrefix> routes, int mtu) {
    this(addresses, routes, Set.of(), mtu);
  }

  /** Describes the same device, as one that passes IPv4 on or need not. */
  public DeviceConfiguration forwardingIpv4(boolean forwards) {
    return new DeviceConfiguration(addresses, routes, fallbackRoutes, mtu, defaultMetric, forwards);
  }
}
