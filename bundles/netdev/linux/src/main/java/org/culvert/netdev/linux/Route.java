package org.culvert.netdev.linux;

import org.culvert.api.net.IpPrefix;

/**
 * A route of ours: what the kernel tells two routes apart by.
 *
 * @param device the index of the device that it leads into
 */
record Route(IpPrefix destination, int metric, int device) {
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  static Route of(IpPrefix destination, int device) {
    return new Route(destination, RoutingRequests.METRIC, device);
  }

  static Route fallback(IpPrefix destination, int device) {
    return new Route(destination, RoutingRequests.FALLBACK_METRIC, device);
  }

  /** Tells whether it is good on its own link only. */
  boolean isLinkLocal() {
    return LINK_LOCAL.contains(destination);
  }

  /** Returns the metric as {@code ip route} shows it: it has no sign. */
  String metricText() {
    return Integer.toUnsignedString(metric);
  }

  @Override
  public String toString() {
    return destination.toString();
  }
}
