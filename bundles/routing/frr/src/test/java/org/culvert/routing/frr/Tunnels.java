package org.culvert.routing.frr;

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

  private Tunnels() {}

  static ServedTunnel bgp(Side side) {
    return bgp("unguessable-1", side);
  }

  static ServedTunnel bgp(String id, Side side) {
    return tunnel(id, side, RoutingAgreement.bgp(CLIENT_AS, SERVER_AS), Optional.of("tun0"));
  }

  static ServedTunnel rip(Side side) {
    return tunnel(
        "unguessable-1", side, RoutingAgreement.of(RoutingProtocol.RIP), Optional.of("tun0"));
  }

  static ServedTunnel tunnel(
      String id, Side side, RoutingAgreement agreement, Optional<String> device) {
    return new ServedTunnel(
        id,
        side,
        "alice",
        false,
        TunnelType.V6UDPV4,
        IpAddresses.parse(SERVER),
        IpAddresses.parse(CLIENT),
        Optional.of(IpPrefix.parse(PREFIX)),
        device,
        new Arrangements(Optional.empty(), List.of(), Optional.of(agreement)));
  }

  static ServedTunnel with(ServedTunnel tunnel, String client, Optional<String> prefix) {
    return new ServedTunnel(
        tunnel.id(),
        tunnel.side(),
        tunnel.owner(),
        tunnel.anonymous(),
        tunnel.type(),
        tunnel.serverAddress(),
        IpAddresses.parse(client),
        prefix.map(IpPrefix::parse),
        tunnel.device(),
        tunnel.arrangements());
  }
}
