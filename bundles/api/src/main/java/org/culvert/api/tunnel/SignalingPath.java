package org.culvert.api.tunnel;

import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * The path that one TSP session takes, seen from this side.
 *
 * @param transport what carries the session
 * @param local this side's address and port: a real one, never the wildcard
 * @param remote the peer's address and port as they arrive here, that is, behind any NAT
 */
public record SignalingPath(
    Transport transport, InetSocketAddress local, InetSocketAddress remote) {

  /** What carries a TSP session (RFC 5572 section 4.4.1). */
  public enum Transport {
    /** TCP. */
    TCP,
    /** TLS on TCP, on a port of its own. */
    TLS,
    /** UDP with the reliability header of RFC 5572 section 4.4.1.2. */
    UDP;

    /** Tells whether messages arrive as a stream of octets, and not one in each datagram. */
    public boolean isStream() {
      return this != UDP;
    }
  }

  /** Tells whether the session runs over IPv4. */
  public boolean isIpv4() {
    return remote.getAddress() instanceof Inet4Address;
  }
}
