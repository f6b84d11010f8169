package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Optional;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelConfigurationTest {
  private static final String SERVER_CHANNEL =
      "    import filter { if net ~ [ 2001:db8:1::/48{48,64} ]%s; reject; };\n"
          + "    import keep filtered on;\n"
          + "    receive limit 1000 action %s;\n"
          + "    import limit 16 action block;\n"
          + "    export where source = RTS_STATIC && net ~ [ ::/0 ];\n"
          + "  };\n";

  private static final String FROM_BGP =
      " && filter(bgp_path, [4200000001]).len = bgp_path.len then { bgp_community.empty;"
          + " bgp_ext_community.empty; bgp_large_community.empty; bgp_local_pref = 100; accept; }";

  private final TunnelConfiguration configuration =
      new TunnelConfiguration(Configs.settings(Map.of()));

  @Test
  void writesAServersSessionOfBgp() throws Exception {
    assertThat(text(Tunnels.tunnel(Side.SERVER, Tunnels.BGP)))
        .isEqualTo(
            """
            # Written by Culvert, which changes and removes it with the tunnel.
            ipv6 table NAME_t;
            protocol static NAME_s {
              ipv6 { table NAME_t; };
              route 2001:db8:f::2/128 via "tun0";
              route ::/0 unreachable;
            }
            protocol bgp NAME {
              local 2001:db8:f::1 as 65000;
              neighbor 2001:db8:f::2 as 4200000001;
              multihop 1;
              ttl security on;
              keepalive time 10;
              hold time 30;
              connect delay time 1;
              connect retry time 10;
              ipv6 {
                table NAME_t;
                igp table NAME_t;
                gateway recursive;
                next hop self;
            %s}
            protocol pipe NAME_p {
              table NAME_t;
              peer table master6;
              import none;
              export where source != RTS_STATIC;
            }
            """
                .formatted(
                    SERVER_CHANNEL
                        .formatted(FROM_BGP, "restart")
                        .replace("}; reject", "} reject")));
  }

  @Test
  void writesAnInterfaceOfOspf() throws Exception {
    assertThat(text(Tunnels.tunnel(Side.SERVER, Tunnels.OSPF)))
        .contains(
            "protocol ospf v3 NAME {\n  ipv6 {\n    table NAME_t;\n"
                + SERVER_CHANNEL.formatted(" then accept", "block")
                + "  area 0 {\n    interface \"tun0\" {\n      type ptp;\n"
                + "      hello 10;\n      dead 40;\n    };\n  };\n}\n")
        .doesNotContain("via");
  }

  @Test
  void writesAnInterfaceOfRipng() throws Exception {
    assertThat(text(Tunnels.tunnel(Side.SERVER, Tunnels.RIP)))
        .contains(
            "protocol rip ng NAME {\n  ipv6 {\n    table NAME_t;\n"
                + SERVER_CHANNEL.formatted(" then accept", "block")
                + "  interface \"tun0\" {\n    mode multicast;\n    ttl security on;\n"
                + "    update time 30;\n    timeout time 180;\n    garbage time 180;\n  };\n}\n");
  }

  @Test
  void writesAClientsEndAsTheMirror() throws Exception {
    assertThat(text(Tunnels.tunnel(Side.CLIENT, Tunnels.BGP)))
        .contains("  local 2001:db8:f::2 as 4200000001;\n  neighbor 2001:db8:f::1 as 65000;\n")
        .contains("  route 2001:db8:f::1/128 via \"tun0\";\n  route 2001:db8:1::/48 unreachable;\n")
        .contains(
            "import filter { if net ~ [ 2001:db8:1::/48+ ] then reject;"
                + " if net ~ [ ::/0 ] then accept; reject; };")
        .contains("export where source = RTS_STATIC && net ~ [ 2001:db8:1::/48 ];");
  }

  @Test
  void followsTheOperatorsPolicy() throws Exception {
    TunnelConfiguration other =
        new TunnelConfiguration(
            Configs.settings(
                Map.of(
                    "announce",
                    new String[] {"2001:db8::/32, 2001:db8:f::/48"},
                    "longestPrefix",
                    48,
                    "maximumPrefixes",
                    2,
                    "client_accept",
                    new String[] {"any"},
                    "ttlSecurity",
                    false,
                    "table",
                    "culverts")));

    assertThat(other.of(Tunnels.tunnel(Side.SERVER, Tunnels.BGP)).orElseThrow())
        .contains("  route 2001:db8::/32 unreachable;\n  route 2001:db8:f::/48 unreachable;\n")
        .contains("&& net ~ [ 2001:db8::/32, 2001:db8:f::/48 ];")
        .contains("net ~ [ 2001:db8:1::/48{48,48} ]")
        .contains("import limit 2 action")
        .contains("ttl security off;")
        .contains("peer table culverts;");
    assertThat(other.of(Tunnels.tunnel(Side.CLIENT, Tunnels.BGP)).orElseThrow())
        .contains("then reject; if true then accept; reject; };");
  }

  @Test
  void acceptsNothingWhereThereIsNoPrefix() throws Exception {
    ServedTunnel without =
        Tunnels.tunnel(
            "x", Side.SERVER, Tunnels.RIP, Optional.of("tun0"), Tunnels.CLIENT, Optional.empty());

    assertThat(configuration.of(without).orElseThrow()).contains("import filter {  reject; };");
  }

  @Test
  void writesNothingForStaticRoutes() throws Exception {
    assertThat(configuration.of(Tunnels.tunnel(Side.SERVER, RoutingAgreement.STATIC))).isEmpty();
  }

  @Test
  @Threat("T15")
  void writesNothingThatAUserChose() throws Exception {
    assertThat(text(Tunnels.tunnel(Side.SERVER, Tunnels.BGP)))
        .doesNotContain("alice")
        .doesNotContain("unguessable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "tun*",
        "-tun0",
        "tun0\"; }",
        "tun0\nbogus",
        "a?b",
        "{tun0}",
        "sixteen-letters-",
        "tün"
      })
  @Threat("T15")
  void refusesADeviceThatBirdCouldReadOtherwise(String device) {
    assertThatThrownBy(
            () ->
                configuration.of(
                    Tunnels.tunnel("x", Side.SERVER, Tunnels.BGP, Optional.of(device))))
        .isInstanceOf(ServiceException.class);
  }

  @Test
  void waitsForADevice() {
    ServiceException problem =
        problem(Tunnels.tunnel("x", Side.SERVER, Tunnels.BGP, Optional.empty()));

    assertThat(problem.isLasting()).isFalse();
  }

  @Test
  void refusesWhatItCannotSpeak() {
    assertThat(
            problem(Tunnels.tunnel(Side.SERVER, RoutingAgreement.of(new RoutingProtocol("babel")))))
        .hasMessage("babel is not spoken by BIRD here");
    assertThat(problem(Tunnels.tunnel(Side.SERVER, RoutingAgreement.of(RoutingProtocol.BGP))))
        .hasMessageContaining("without autonomous systems");
    assertThat(
            problem(
                Tunnels.tunnel(
                    "x",
                    Side.SERVER,
                    Tunnels.BGP,
                    Optional.of("tun0"),
                    "192.0.2.1",
                    Optional.empty())))
        .hasMessageContaining("IPv6");
  }

  @Test
  void namesTheTwoEndsOfATunnelApart() {
    assertThat(TunnelName.of(Tunnels.tunnel(Side.SERVER, Tunnels.BGP)).text())
        .matches("culvert_[0-9a-f]{20}")
        .isNotEqualTo(TunnelName.of(Tunnels.tunnel(Side.CLIENT, Tunnels.BGP)).text());
  }

  private ServiceException problem(ServedTunnel tunnel) {
    return catchThrowableOfType(() -> configuration.of(tunnel), ServiceException.class);
  }

  private String text(ServedTunnel tunnel) throws ServiceException {
    return configuration.of(tunnel).orElseThrow().replace(TunnelName.of(tunnel).text(), "NAME");
  }
}
