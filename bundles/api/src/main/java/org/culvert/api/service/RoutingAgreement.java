package org.culvert.api.service;

import java.util.OptionalLong;

/**
 * How client and broker agreed to route the client's prefix. Each end's peer is the other end's
 * inner address.
 *
 * @param protocol the protocol to speak
 * @param clientAs the client's autonomous system; only where the protocol knows such
 * @param serverAs the tunnel server's autonomous system; only where the protocol knows such
 */
public record RoutingAgreement(
    RoutingProtocol protocol, OptionalLong clientAs, OptionalLong serverAs) {
  private static final long LARGEST_AS = 0xFFFF_FFFFL;

  /** Static routes. */
  public static final RoutingAgreement STATIC = of(RoutingProtocol.STATIC);

  /** Refuses a number that no autonomous system has (RFC 6793, RFC 7607). */
  public RoutingAgreement {
    checkAs(clientAs);
    checkAs(serverAs);
  }

  /** Agrees on a protocol that knows no autonomous systems. */
  public static RoutingAgreement of(RoutingProtocol protocol) {
    return new RoutingAgreement(protocol, OptionalLong.empty(), OptionalLong.empty());
  }

  /** Agrees on BGP. */
  public static RoutingAgreement bgp(long clientAs, long serverAs) {
    return new RoutingAgreement(
        RoutingProtocol.BGP, OptionalLong.of(clientAs), OptionalLong.of(serverAs));
  }

  /** Tells whether nothing is spoken. */
  public boolean isStatic() {
    return protocol.equals(RoutingProtocol.STATIC);
  }

  private static void checkAs(OptionalLong as) {
    if (as.isPresent() && (as.getAsLong() < 1 || as.getAsLong() > LARGEST_AS)) {
      throw new IllegalArgumentException(
          "autonomous system " + as.getAsLong() + " is not in 1.." + LARGEST_AS);
    }
  }
}
