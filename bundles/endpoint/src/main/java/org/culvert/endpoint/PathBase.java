package org.culvert.endpoint;

import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelParameters;

/** Says how large a packet inside may be that every path carries. */
final class PathBase {
  private PathBase() {}

  /**
   * Returns octets: 1280, which IPv6 inside must have. IPv4 inside can do with less, and over IPv6
   * nobody on the way cuts what is too big: it gets what is left of the 1280 octets that every path
   * of IPv6 carries, and who sends more is told, or it is cut (RFC 2473 section 7.2).
   */
  static int of(WireFormat wire) {
    boolean isLess = wire.inner() == IpVersion.IPV4 && wire.outer() == IpVersion.IPV6;
    return TunnelParameters.MINIMUM_MTU - (isLess ? wire.overhead() : 0);
  }

  /** Returns what a tunnel begins with: more than every path carries only if that was agreed. */
  static int agreed(TunnelParameters tunnel, WireFormat wire) {
    return tunnel.mtu() > TunnelParameters.MINIMUM_MTU ? tunnel.mtu() : of(wire);
  }
}
