package org.culvert.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Function;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.TunnelType;

/**
 * Finds tunnels whose outer addresses no socket and no device could have, before they spoil the
 * work for others.
 */
final class OuterFit {
  private OuterFit() {}

  /** Says what is wrong with a tunnel's outer addresses; empty if nothing is. */
  static Optional<String> obstacle(TunnelType type, CarriedTunnel tunnel) {
    return obstacle("this end's", IpAddresses::text, type, tunnel, tunnel.outer().local())
        .or(
            () ->
                obstacle(
                    "the other end's", UserAddresses::text, type, tunnel, tunnel.outer().remote()));
  }

  private static Optional<String> obstacle(
      String whose,
      Function<InetAddress, String> form,
      TunnelType type,
      CarriedTunnel tunnel,
      InetSocketAddress outer) {
    InetAddress address = outer.getAddress();
    if (address == null) {
      return Optional.of(whose + " outer address " + outer.getHostString() + " is unknown");
    }
    String named = whose + " outer address " + form.apply(address);
    boolean isIpv4 = tunnel.wire().outer() == IpVersion.IPV4;
    if (address instanceof Inet4Address != isIpv4) {
      return Optional.of(
          named + " cannot carry " + type + ", which goes over IPv" + (isIpv4 ? 4 : 6));
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      return Optional.of(named + " is not the address of one host");
    }
    if (tunnel.wire().inUdp() && outer.getPort() == 0) {
      return Optional.of(named + " lacks the UDP port that " + type + " needs");
    }
    return Optional.empty();
  }
}
