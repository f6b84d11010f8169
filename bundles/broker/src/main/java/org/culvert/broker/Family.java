package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;

/** The IP version inside a tunnel, which is the one that the user lacks outside. */
enum Family {
  /** Over an IPv4 path. */
  IPV6,
  /** Over an IPv6 path. */
  IPV4;

  /** Returns what a session over this path is about. */
  static Family over(SignalingPath path) {
    return path.isIpv4() ? IPV6 : IPV4;
  }

  /** Returns what a type carries, by the first half of its name. */
  static Family of(TunnelType type) {
    return type.name().startsWith("v4") ? IPV4 : IPV6;
  }

  static Family of(InetAddress inner) {
    return inner instanceof Inet4Address ? IPV4 : IPV6;
  }
}
