package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

final class BgpLinesTest {
  private static final RunningConfig NOTHING = RunningConfig.parse("");
  private static final String MARK = Mark.of("unguessable-1").hex();

  @Test
  void writesTheServersSide() throws Exception {
    assertThat(commands(Tunnels.bgp(Side.SERVER), NOTHING))
        .isEqualTo(
            """
            ipv6 prefix-list CULVERT-M-IN seq 5 permit 2001:db8:1::/48 le 64
            ipv6 prefix-list CULVERT-M-OUT seq 5 permit ::/0
            bgp as-path access-list CULVERT-M-AS seq 5 permit ^4200000001(_4200000001)*$
            route-map CULVERT-M-IN permit 10
            match as-path CULVERT-M-AS
            match ipv6 address prefix-list CULVERT-M-IN
            set community none
            set extcommunity none
            set ipv6 next-hop peer-address
            set large-community none
            exit
            ipv6 prefix-list CULVERT-BGP-65000 seq 5 deny any
            router bgp 65000
            no bgp default ipv4-unicast
            neighbor 2001:db8:f::2 remote-as 4200000001
            neighbor 2001:db8:f::2 shutdown
            neighbor 2001:db8:f::2 description culvert M
            neighbor 2001:db8:f::2 ttl-security hops 1
            neighbor 2001:db8:f::2 update-source 2001:db8:f::1
            neighbor 2001:db8:f::2 timers 10 30
            neighbor 2001:db8:f::2 timers connect 10
            exit
            router bgp 65000
            address-family ipv6 unicast
            neighbor 2001:db8:f::2 route-map CULVERT-M-IN in
            neighbor 2001:db8:f::2 prefix-list CULVERT-M-OUT out
            neighbor 2001:db8:f::2 maximum-prefix 16 restart 5
            neighbor 2001:db8:f::2 default-originate
            neighbor 2001:db8:f::2 activate
            exit
            exit
            router bgp 65000
            no neighbor 2001:db8:f::2 shutdown
            exit
            """);
  }

  @Test
  void writesTheClientsSide() throws Exception {
    List<ConfigLine> lines =
        lines(Tunnels.bgp(Side.CLIENT), NOTHING, Map.of("client_accept", new String[] {"any"}));

    assertThat(text(lines))
        .isEqualTo(
            """
            ipv6 route 2001:db8:1::/48 Null0 tag T 254
            ipv6 prefix-list CULVERT-M-OWN seq 5 permit 2001:db8:1::/48
            ipv6 prefix-list CULVERT-M-IN seq 5 deny 2001:db8:1::/48 le 128
            ipv6 prefix-list CULVERT-M-IN seq 10 permit any
            route-map CULVERT-M-IN permit 10
            route-map CULVERT-M-IN permit 10 / match ipv6 address prefix-list CULVERT-M-IN
            route-map CULVERT-M-IN permit 10 / set ipv6 next-hop peer-address
            route-map CULVERT-M-OWN permit 10
            ipv6 prefix-list CULVERT-BGP-4200000001 seq 5 deny any
            router bgp 4200000001
            R / no bgp default ipv4-unicast
            R / neighbor 2001:db8:f::1 remote-as 65000
            R / neighbor 2001:db8:f::1 description culvert M
            R / neighbor 2001:db8:f::1 ttl-security hops 1
            R / neighbor 2001:db8:f::1 update-source 2001:db8:f::2
            R / neighbor 2001:db8:f::1 timers 10 30
            R / neighbor 2001:db8:f::1 timers connect 10
            R / A / neighbor 2001:db8:f::1 route-map CULVERT-M-IN in
            R / A / neighbor 2001:db8:f::1 prefix-list CULVERT-M-OWN out
            R / A / neighbor 2001:db8:f::1 maximum-prefix 1000 restart 5
            R / A / network 2001:db8:1::/48 route-map CULVERT-M-OWN
            R / A / neighbor 2001:db8:f::1 activate
            """);
  }

  @Test
  void announcesNothingButWhatIsListed() throws Exception {
    List<ConfigLine> lines =
        lines(
            Tunnels.bgp(Side.SERVER),
            NOTHING,
            Map.of("announce", new String[] {"2001:db8:a::/48, 2001:db8:b::/48"}));

    assertThat(text(lines))
        .contains(
            "CULVERT-M-OUT seq 5 permit 2001:db8:a::/48\n",
            "CULVERT-M-OUT seq 10 permit 2001:db8:b::/48\n")
        .doesNotContain("default-originate");
    assertThat(
            text(
                lines(
                    Tunnels.bgp(Side.SERVER), NOTHING, Map.of("announce", new String[] {"none"}))))
        .contains("CULVERT-M-OUT seq 5 deny any\n")
        .doesNotContain("default-originate");
  }

  @Test
  void acceptsNothingFromAClientWithoutAPrefix() throws Exception {
    ServedTunnel tunnel = Tunnels.with(Tunnels.bgp(Side.SERVER), Tunnels.CLIENT, Optional.empty());

    assertThat(text(lines(tunnel, NOTHING, Map.of()))).contains("CULVERT-M-IN seq 5 deny any\n");
  }

  @Test
  void takesARouterIdentifierOfItsOwnOnlyWhereBgpIsNotSpokenYet() throws Exception {
    RunningConfig spoken = RunningConfig.parse("router bgp 65000\n bgp router-id 192.0.2.9\n");
    BgpLines bgp = new BgpLines(Configs.settings(Map.of()));
    ConfigLine id = new ConfigLine(List.of("router bgp 65000"), "bgp router-id 192.0.2.1");
    var fallback = Optional.of(IpAddresses.parse4("192.0.2.1"));

    assertThat(bgp.lines(Tunnels.bgp(Side.SERVER), NOTHING, fallback)).contains(id);
    assertThat(bgp.lines(Tunnels.bgp(Side.SERVER), spoken, fallback)).doesNotContain(id);
  }

  @Test
  @Threat("T15")
  void saysNothingOfTheTunnelsIdOrOwner() throws Exception {
    assertThat(lines(Tunnels.bgp(Side.SERVER), NOTHING, Map.of()).toString())
        .doesNotContain("unguessable", "alice");
  }

  @Test
  void refusesBgpWithoutAutonomousSystems() {
    ServedTunnel tunnel =
        Tunnels.tunnel(
            "x", Side.SERVER, RoutingAgreement.of(RoutingProtocol.BGP), Optional.empty());

    assertThatThrownBy(() -> lines(tunnel, NOTHING, Map.of()))
        .isInstanceOf(ServiceException.class)
        .hasMessage("BGP was agreed on without autonomous systems");
  }

  @Test
  void refusesOneAutonomousSystemForBothEnds() {
    ServedTunnel tunnel =
        Tunnels.tunnel("x", Side.SERVER, RoutingAgreement.bgp(65000, 65000), Optional.empty());

    assertThatThrownBy(() -> lines(tunnel, NOTHING, Map.of()))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("both ends have 65000");
  }

  private static String commands(ServedTunnel tunnel, RunningConfig running) throws Exception {
    Change change = Change.between(List.of(), lines(tunnel, running, Map.of()), running);
    return String.join("\n", change.commands()).replace(MARK, "M") + "\n";
  }

  private static List<ConfigLine> lines(
      ServedTunnel tunnel, RunningConfig running, Map<String, Object> values) throws Exception {
    return new BgpLines(Configs.settings(values)).lines(tunnel, running, Optional.empty());
  }

  private static String text(List<ConfigLine> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString()
        .replace(MARK, "M")
        .replace("tag " + Mark.of("unguessable-1").tag() + " ", "tag T ")
        .replace("router bgp 4200000001 / ", "R / ")
        .replace("address-family ipv6 unicast / ", "A / ");
  }
}
