package org.culvert.broker;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;

/**
 * What tells one tunnel's packets from another's on the wire; only one tunnel can have it.
 *
 * @param type the type
 * @param endpoints the outer addresses, with ports where the type has them
 */
record Outer(TunnelType type, OuterEndpoints endpoints) {
  private static final int SITE_LENGTH = 64;

  static Outer of(Lease lease) {
    return new Outer(lease.type(), lease.outer());
  }

  /** Returns what is counted as one source: an IPv4 address, or the IPv6 prefix of one site. */
  InetAddress source() {
    InetAddress remote = endpoints.remote().getAddress();
    return remote instanceof Inet6Address
        ? IpPrefix.containing(remote, SITE_LENGTH).network()
        : remote;
  }
}
