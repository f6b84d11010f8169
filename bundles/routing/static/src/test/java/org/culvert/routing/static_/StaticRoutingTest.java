package org.culvert.routing.static_;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

class StaticRoutingTest {
  private final StaticRouting routing = new StaticRouting();

  @Test
  void offersStaticRoutesAndNothingElse() {
    assertThat(routing.protocols()).containsExactly(RoutingProtocol.STATIC);
  }

  @Test
  void namesThePrefixAndWhoRoutesIt() {
    assertThat(routing.state(tunnel(Side.SERVER, Optional.of(IpPrefix.parse("2001:db8:1::/48")))))
        .isEqualTo("2001:db8:1::/48 is routed into the tunnel by the tunnel server");
  }

  @Test
  void claimsNoRouteWhereThereIsNoPrefix() {
    assertThat(routing.state(tunnel(Side.SERVER, Optional.empty())))
        .isEqualTo("no prefix to route");
  }

  @Test
  void leavesTheClientsRoutesToItsEndpoint() {
    assertThat(routing.state(tunnel(Side.CLIENT, Optional.empty()))).contains("client's endpoint");
  }

  @Test
  void findsNothingAmissForItDoesNothing() {
    ServedTunnel tunnel = tunnel(Side.SERVER, Optional.empty());

    routing.provide(tunnel);
    routing.withdraw(tunnel);

    assertThat(routing.verify(tunnel)).isEmpty();
  }

  private static ServedTunnel tunnel(Side side, Optional<IpPrefix> prefix) {
    return new ServedTunnel(
        "id",
        side,
        "alice",
        false,
        TunnelType.V6V4,
        IpAddresses.parse("2001:db8::1"),
        IpAddresses.parse("2001:db8::2"),
        prefix,
        Optional.of("culvert0"),
        Arrangements.NONE);
  }
}
