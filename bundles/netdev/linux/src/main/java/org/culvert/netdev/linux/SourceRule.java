package org.culvert.netdev.linux;

import org.culvert.api.net.IpPrefix;

/**
 * A rule that sends packets to a routing table because of their source.
 *
 * @param withoutDefaultRoutes whether default routes of the table do not count, nor what stands for
 *     one: all global addresses, or each half of all
 */
record SourceRule(IpPrefix source, int priority, int table, boolean withoutDefaultRoutes) {
  /**
   * Returns the longest prefix that stands for a default route: 2000::/3 in IPv6, halves in IPv4.
   */
  int suppressed() {
    return Family.of(source.network()) == Family.IPV6 ? 3 : 1;
  }
}
