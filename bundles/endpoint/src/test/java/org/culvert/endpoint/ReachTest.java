package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostService;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:1::/64");

  @Test
  @Threat("T23")
  void asItShipsTunnelsReachTheSignalingOfTheHostAndNothingElse() throws Exception {
    Class<?> config = ServerEndpoint.Config.class;
    HostGuard guard =
        reach(
                (String) config.getMethod("isolate").getDefaultValue(),
                (String) config.getMethod("hostServices").getDefaultValue())
            .guard(Set.of(POOL), Set.of(), List.of(), id -> Optional.empty());

    assertThat(guard.open()).isFalse();
    assertThat(guard.services())
        .containsExactlyInAnyOrder(
            HostService.tcp(3653), HostService.udp(3653), HostService.tcp(3654));
  }

  @Test
  @Threat("T23")
  void readsWhatTheOperatorWrites() {
    assertThat(reach("none", "").isolated()).isEmpty();
    assertThat(reach(" all ", "").isolated())
        .containsExactlyInAnyOrder(IpPrefix.parse("::/0"), IpPrefix.parse("0.0.0.0/0"));
    assertThat(reach("2001:db8:2::/64, 10.65.0.0/16", "").isolated())
        .containsExactlyInAnyOrder(
            IpPrefix.parse("2001:db8:2::/64"), IpPrefix.parse("10.65.0.0/16"));
    assertThat(reach("none", " tcp/443,udp/53 , 132").services())
        .containsExactlyInAnyOrder(
            HostService.tcp(443), HostService.udp(53), HostService.of(132, 0));
    assertThat(reach("none", "").open()).isFalse();
    assertThat(reach("none", "all").open()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "groups,", ","})
  void refusesNothingForNoneSinceThatWouldOpen(String isolate) {
    assertThatThrownBy(() -> Reach.from("some.pid", "culvert0", isolate, ""))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: isolate")
        .hasMessageContaining("write none, all, groups");
  }

  @Test
  void readsGroupsAloneAndBesidePrefixes() {
    assertThat(reach("none", "").byGroup()).isFalse();
    assertThat(reach("all", "").byGroup()).isFalse();
    assertThat(reach(" groups ", "").byGroup()).isTrue();
    assertThat(reach("groups", "").isolated()).isEmpty();
    Reach both = reach("10.65.0.0/16, groups", "");
    assertThat(both.byGroup()).isTrue();
    assertThat(both.isolated()).containsExactly(IpPrefix.parse("10.65.0.0/16"));
  }

  @Test
  void tellsTheGroupsOfAllThatTunnelsHaveWhereTheyDecide() {
    TunnelParameters alice =
        tunnel("alice", "2001:db8:1::2", PrefixRoutes.STATIC, false).in(Set.of("home", "work"));
    TunnelParameters nobody = tunnel("nobody", "2001:db8:1::3", PrefixRoutes.STATIC, false);

    HostGuard guard = guard(reach("groups", ""), alice, nobody);
    assertThat(guard.isolates()).isTrue();
    assertThat(guard.groups())
        .contains(Map.of(IpPrefix.parse("2001:db8:1::2/128"), Set.of("home", "work")));
    assertThat(guard(reach("none", ""), alice, nobody).groups()).isEmpty();
  }

  private static HostGuard guard(Reach reach, TunnelParameters... tunnels) {
    return reach.guard(Set.of(POOL), Set.of(), List.of(tunnels), id -> Optional.of("culvert0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcp/0", "tcp/65536", "sctp/1", "256", "443/tcp", "ssh"})
  void refusesWhatIsNoService(String service) {
    assertThatThrownBy(() -> reach("none", service))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("hostServices")
        .hasMessageContaining("tcp/443");
  }

  @Test
  void refusesWhatIsNoPrefix() {
    assertThatThrownBy(() -> reach("everybody", ""))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("isolate")
        .hasMessageContaining("write none, all");
  }

  @Test
  @Threat("T23")
  void opensWhatWasNamedAgreedOnAndHandedOut() {
    HostGuard guard =
        reach("none", "tcp/443")
            .guard(
                Set.of(POOL),
                Set.of(IpAddresses.parse("2001:db8:1::53")),
                List.of(
                    tunnel("static", "2001:db8:1::2", PrefixRoutes.STATIC, false),
                    tunnel("bgp", "2001:db8:1::3", PrefixRoutes.FLOATING, false),
                    tunnel("ospf", "2001:db8:7::4", PrefixRoutes.NONE, true)),
                id -> Optional.of(id.equals("ospf") ? "cvsomething" : "culvert0"));

    IpPrefix linkLocal = IpPrefix.parse("fe80::/10");
    assertThat(guard.services())
        .containsExactlyInAnyOrder(
            HostService.tcp(443),
            HostService.tcp(3653),
            HostService.udp(3653),
            HostService.tcp(3654),
            HostService.tcp(53).at(IpAddresses.parse("2001:db8:1::53")),
            HostService.udp(53).at(IpAddresses.parse("2001:db8:1::53")),
            HostService.tcp(179).from(IpPrefix.parse("2001:db8:1::3/128")),
            HostService.of(89, 0).from(linkLocal),
            HostService.udp(521).from(linkLocal));
    assertThat(guard.devices()).containsExactlyInAnyOrder("culvert0", "culvert0-*", "cvsomething");
    assertThat(guard.members())
        .as("what tunnels have beyond the pools")
        .containsExactlyInAnyOrder(POOL, IpPrefix.parse("2001:db8:7::4/128"));
  }

  private static Reach reach(String isolate, String services) {
    return Reach.from("pid", "culvert0", isolate, services);
  }

  private static TunnelParameters tunnel(
      String id, String client, PrefixRoutes routes, boolean link) {
    return new TunnelParameters(
        id,
        Side.SERVER,
        TunnelType.V6V4,
        OuterEndpoints.withoutPorts(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("192.0.2.2")),
        IpAddresses.parse("2001:db8:1::1"),
        IpAddresses.parse(client),
        List.of(IpPrefix.host(IpAddresses.parse(client))),
        List.of(),
        1280,
        Optional.empty(),
        routes,
        link);
  }
}
