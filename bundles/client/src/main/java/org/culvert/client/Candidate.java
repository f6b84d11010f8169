package org.culvert.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.culvert.api.tunnel.TunnelType;

/**
 * A broker's address.
 *
 * @param broker the broker as it was written
 * @param address one of its addresses, or the one that stands for it
 * @param nat64 the NAT64 that leads there
 */
record Candidate(BrokerAddress broker, InetSocketAddress address, Optional<Nat64Prefix> nat64) {

  /** Returns the type to ask for there: IP protocols other than UDP do not pass a NAT64. */
  TunnelType asking(TunnelType wanted) {
    return nat64.isPresent() ? TunnelType.V6UDPV4 : wanted;
  }

  /** Returns the address that the client says it has, on a session from a local address. */
  InetAddress claim(InetAddress local) {
    return nat64.isPresent() ? Nat64Prefix.STAND_IN : local;
  }
}
