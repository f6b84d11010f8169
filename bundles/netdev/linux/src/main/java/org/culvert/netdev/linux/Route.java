package org.culvert.netdev.linux;

import org.culvert.api.net.IpPrefix;

/**
 * A route of ours: what the kernel tells two routes apart by.
 *
 * @param device the index of the device that it leads into
 */
record Route(IpPrefix destination, int metric, int device) {
  /**
   * The metric of our routes but default routes, for which the caller says it. What an operator or
   * a routing daemon sets with a lower one wins over the tunnel.
   */
  static final int METRIC = 512;

  /**
   * The metric of our routes that hold while nobody else has one: behind all that an operator, a
   * routing daemon (FRR says 20, BIRD 32) or the kernel (1024) sets unless told otherwise. FRR
   * takes the upper eight bits of a kernel route's metric for its distance, which it compares with
   * that of its own routes: 254 is behind all of them.
   */
  static final int FALLBACK_METRIC = 0xFE00_0000;

  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  static Route of(IpPrefix destination, int device) {
    return new Route(destination, METRIC, device);
  }

  /** Returns an ordinary route, or a default route, which has a metric of its own. */
  static Route of(IpPrefix destination, int defaultMetric, int device) {
    int metric = destination.length() == 0 ? defaultMetric : METRIC;
    return new Route(destination, metric, device);
  }

  static Route fallback(IpPrefix destination, int device) {
    return new Route(destination, FALLBACK_METRIC, device);
  }

  /** Tells whether it has a metric that routes of ours have; that of a default route is open. */
  boolean hasOurMetric() {
    return metric == METRIC || metric == FALLBACK_METRIC || destination.length() == 0;
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
