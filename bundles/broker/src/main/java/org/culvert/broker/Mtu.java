package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * How large packets inside tunnels may be: as the operator caps them, and never more than the path
 * outside leaves.
 *
 * @param cap the operator's cap in octets
 * @param path the largest packet that passes outside, in octets
 */
record Mtu(int cap, int path) {
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int UDP_HEADER = 8;

  /** What stands before the inner packet at most. */
  private static final int MOST = IPV6_HEADER + UDP_HEADER;

  static Mtu from(Config config) {
    return new Mtu(
        Keys.within("mtu", config.mtu(), TunnelParameters.MINIMUM_MTU, 65_535 - IPV6_HEADER),
        path(config));
  }

  private static int path(Config config) {
    int least = TunnelParameters.MINIMUM_MTU + MOST;
    int path = config.pathMtu();
    if (path < least || path > 65_535) {
      throw new InvalidConfigurationException(
          Keys.PID,
          "pathMtu",
          path,
          "write a number from "
              + least
              + ", so that every tunnel can carry IPv6's smallest packets whole, to 65535");
    }
    return path;
  }

  /** Returns the inner MTU of a tunnel: only those in UDP have ports outside. */
  int of(OuterEndpoints outer) {
    InetSocketAddress end = outer.remote();
    int ip = end.getAddress() instanceof Inet4Address ? IPV4_HEADER : IPV6_HEADER;
    return Math.min(cap, path - ip - (end.getPort() > 0 ? UDP_HEADER : 0));
  }
}
