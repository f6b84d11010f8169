package org.culvert.lan.radvd;

import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;

/** Tunnels of the documentation's addresses. */
final class Samples {
  private Samples() {}

  static ServedTunnel tunnel(String prefix, String device) {
    return tunnel(prefix, device, RoutingAgreement.STATIC);
  }

  static ServedTunnel tunnel(String prefix, String device, RoutingAgreement routing) {
    return new ServedTunnel(
        "client",
        Side.CLIENT,
        "alice",
        false,
        TunnelType.V6UDPV4,
        IpAddresses.parse("2001:db8:ffff::1"),
        IpAddresses.parse("2001:db8:ffff::2"),
        Optional.of(IpPrefix.parse(prefix)),
        Optional.of(device),
        new Arrangements(Optional.empty(), List.of(), Optional.of(routing)));
  }
}
