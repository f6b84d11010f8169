package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.SignalingPath;

/** The IP version inside a tunnel. */
enum Family {
  /** IPv6. */
  IPV6,
  /** IPv4. */
  IPV4;

  /** Returns what a user most likely asks for over a path: the version that is missing there. */
  static Family missingOn(SignalingPath path) {
    return path.isIpv4() ? IPV6 : IPV4;
  }

  static Family of(IpVersion inner) {
    return inner == IpVersion.IPV4 ? IPV4 : IPV6;
  }

  static Family of(InetAddress inner) {
    return inner instanceof Inet4Address ? IPV4 : IPV6;
  }
}
