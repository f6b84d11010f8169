package org.culvert.broker;

import java.net.InetAddress;
import org.culvert.api.lease.Lease;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;

/**
 * What tells one tunnel's packets from another's on the wire; only one tunnel can have it.
 *
 * @param type the type
 * @param endpoints the outer addresses, with ports where the type has them
 */
record Outer(TunnelType type, OuterEndpoints endpoints) {
  static Outer of(Lease lease) {
    return new Outer(lease.type(), lease.outer());
  }

  InetAddress source() {
    return endpoints.remote().getAddress();
  }

  /** Tells whether the peer proved with its request that packets from there are its own. */
  boolean isMapping() {
    return endpoints.remote().getPort() != 0;
  }
}
