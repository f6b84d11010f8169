package org.culvert.routing.frr;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.tunnel.TunnelParameters.Side;

/** Tells which of FRR's daemons a protocol needs. */
final class Spoken {
  private static final String ZEBRA = "zebra";
  private static final String BGPD = "bgpd";
  private static final String STATICD = "staticd";
  private static final String RIPNGD = "ripngd";

  private Spoken() {}

  /** Returns the daemons that a protocol needs at an end of a tunnel. */
  static List<String> daemons(RoutingProtocol protocol, Side side) {
    if (protocol.equals(RoutingProtocol.BGP)) {
      return side == Side.SERVER ? List.of(ZEBRA, BGPD) : List.of(ZEBRA, BGPD, STATICD);
    }
    return protocol.equals(RoutingProtocol.RIP) ? List.of(ZEBRA, RIPNGD) : List.of();
  }

  /** Returns those protocols that can be spoken with some daemons at a server's end. */
  static Set<RoutingProtocol> among(Set<RoutingProtocol> offered, Set<String> daemons) {
    return offered.stream()
        .filter(protocol -> daemons.containsAll(daemons(protocol, Side.SERVER)))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
