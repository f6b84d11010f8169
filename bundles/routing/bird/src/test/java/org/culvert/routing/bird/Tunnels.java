package org.culvert.routing.bird;

import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;

/** Tunnels of tests. */
final class Tunnels {
  static final String SERVER = "2001:db8:f::1";
  static final String CLIENT = "2001:db8:f::2";
  static final String PREFIX = "2001:db8:1::/48";
  static final long SERVER_AS = 65000;
  static final long CLIENT_AS = 4_200_000_001L;
  static final RoutingAgreement BGP = RoutingAgreement.bgp(CLIENT_AS, SERVER_AS);
  static final RoutingAgreement OSPF = RoutingAgreement.of(RoutingProtocol.OSPF);
  static final RoutingAgreement RIP = RoutingAgreement.of(RoutingProtocol.RIP);

  private Tunnels() {}

  static ServedTunnel tunnel(Side side, RoutingAgreement agreement) {
    return tunnel("unguessable-1", side, agreement, Optional.of("tun0"));
  }

  static ServedTunnel tunnel(
      String id, Side side, RoutingAgreement agreement, Optional<String> device) {
    return tunnel(id, side, agreement, device, CLIENT, Optional.of(PREFIX));
  }

  static ServedTunnel tunnel(
      String id,
      Side side,
      RoutingAgreement agreement,
      Optional<String> device,
      String client,
      Optional<String> prefix) {
    return new ServedTunnel(
        id,
        side,
        "alice\"; };\n",
        false,
        TunnelType.V6UDPV4,
        IpAddresses.parse(SERVER),
        IpAddresses.parse(client),
        prefix.map(IpPrefix::parse),
        device,
        new Arrangements(Optional.empty(), List.of(), Optional.of(agreement)));
  }
}
