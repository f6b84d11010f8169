package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** BGP by real FRRs at the two ends of a link that is like a tunnel. */
final class BgpTest {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Lab lab;
  private RealFrr server;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and FRR");
    lab = open(Lab.build());
    server = open(RealFrr.start(lab.server, "zebra", "staticd", "bgpd"));
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void bringsUpASessionFromBothEnds() throws Exception {
    RealFrr client = open(RealFrr.start(lab.client, "zebra", "staticd", "bgpd"));
    FrrRouting atServer = routing(server, Map.of());
    FrrRouting atClient = routing(client, Map.of());

    fallback(lab.server, Tunnels.PREFIX);
    fallback(lab.client, "default");

    atServer.provide(Tunnels.bgp(Side.SERVER));
    atClient.provide(Tunnels.bgp("other id", Side.CLIENT));

    Lab.await("the prefix is learned", () -> serverRoutes().contains(Tunnels.PREFIX));
    Lab.await(
        "the default route is learned", () -> Lab.routes(lab.client, "bgp").contains("default"));
    assertThat(serverRoutes()).contains("via " + Tunnels.CLIENT + " dev tun0").hasLineCount(1);
    assertThat(atServer.state(Tunnels.bgp(Side.SERVER)))
        .startsWith("Established for ")
        .endsWith(", 1 prefix accepted, 1 prefix announced");
    assertThat(atClient.state(Tunnels.bgp("other id", Side.CLIENT))).startsWith("Established");
    assertThat(atServer.verify(Tunnels.bgp(Side.SERVER))).isEmpty();
    assertThat(atClient.verify(Tunnels.bgp("other id", Side.CLIENT))).isEmpty();
    assertThat(server.running()).doesNotContain("unguessable");

    atServer.withdraw(Tunnels.bgp(Side.SERVER));
    Lab.await("the prefix is gone", () -> serverRoutes().isEmpty());
  }

  @Test
  void sendsNothingWhereAPeerOfAnotherMakeWouldHaveIt() throws Exception {
    assumeTrue(RealBird.isInstalled(), "needs BIRD");
    FrrRouting routing = routing(server, Map.of());
    open(
        RealBird.start(
            lab.client,
            "protocol static { ipv6; route 2001:db8:1::/48 blackhole; }\n"
                + "protocol bgp { local 2001:db8:f::2 as 4200000001;\n"
                + " neighbor 2001:db8:f::1 as 65000; multihop 1; ttl security on;\n"
                + " ipv6 { import all; export filter {\n"
                + "  bgp_next_hop = 2001:db8:77::1; bgp_community.add((65535, 666)); accept; }; }; }\n"));

    routing.provide(Tunnels.bgp(Side.SERVER));

    Lab.await("the prefix is learned", () -> serverRoutes().contains(Tunnels.PREFIX));
    assertThat(serverRoutes()).contains("via " + Tunnels.CLIENT + " dev tun0").hasLineCount(1);
    assertThat(server.say("show bgp ipv6 unicast " + Tunnels.PREFIX))
        .doesNotContain("ommunity", "2001:db8:77::1");
  }

  /** The shell may be killed between any two commands. */
  @Test
  void goesOnWhereverTheShellEnded() throws Exception {
    ServedTunnel tunnel = Tunnels.bgp(Side.SERVER);
    FrrRouting routing = routing(server, Map.of());
    String before = server.running();
    routing.provide(tunnel);
    String provided = server.running();
    FrrSettings settings = server.settings(Map.of());
    Vtysh vtysh =
        new Vtysh(
            "/usr/bin/vtysh",
            List.of("--vty_socket", server.directory.toString()),
            Duration.ofMinutes(1),
            Vtysh.LONGEST_ANSWER);
    routing.withdraw(tunnel);
    Frr empty = Frr.ask(vtysh);
    List<String> commands =
        Change.between(
                List.of(),
                new BgpLines(settings).lines(tunnel, empty.running(), Optional.empty()),
                empty.running())
            .commands();

    for (int said = 1; said < commands.size(); said++) {
      vtysh.configure(commands.subList(0, said));
      if (said % 2 == 0) {
        routing.provide(tunnel);
        assertThat(server.running()).as("after " + commands.get(said - 1)).isEqualTo(provided);
      }
      routing.withdraw(tunnel);
      assertThat(server.running()).as("after " + commands.get(said - 1)).isEqualTo(before);
    }
  }

  @Test
  void knowsItsNeighborWithoutTheDescription() throws Exception {
    ServedTunnel tunnel = Tunnels.bgp(Side.SERVER);
    FrrRouting routing = routing(server, Map.of());
    routing.provide(tunnel);
    String provided = server.running();

    server.say(
        "configure terminal",
        "router bgp " + Tunnels.SERVER_AS,
        "no neighbor " + Tunnels.CLIENT + " description");
    assertThat(routing.verify(tunnel)).isNotEmpty();
    routing.provide(tunnel);

    assertThat(server.running()).isEqualTo(provided);
  }

  @Test
  void leavesNothingBehind() throws Exception {
    RealFrr client = open(RealFrr.start(lab.client, "zebra", "staticd", "bgpd"));
    for (Side side : Side.values()) {
      RealFrr frr = side == Side.SERVER ? server : client;
      String before = frr.running();
      FrrRouting routing = routing(frr, Map.of("localAs", true, "routerId", "192.0.2.7"));

      routing.provide(Tunnels.bgp(side));
      assertThat(frr.running()).isNotEqualTo(before);
      routing.withdraw(Tunnels.bgp(side).on(Optional.empty()));

      assertThat(frr.running()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void findsAllAsItWasProvided(Map<String, Object> values) throws Exception {
    RealFrr client = open(RealFrr.start(lab.client, "zebra", "staticd", "bgpd"));
    for (Side side : Side.values()) {
      RealFrr frr = side == Side.SERVER ? server : client;
      FrrRouting routing = routing(frr, values);
      String before = frr.running();
      ServedTunnel tunnel = Tunnels.bgp(side);
      for (Optional<String> prefix :
          List.of(
              Optional.of(Tunnels.PREFIX),
              Optional.of("2001:db8:0:1::/64"),
              Optional.<String>empty())) {
        ServedTunnel changed = Tunnels.with(tunnel, Tunnels.CLIENT, prefix);
        routing.provide(changed);
        assertThat(routing.verify(changed)).isEmpty();
      }
      routing.withdraw(tunnel);
      assertThat(frr.running()).isEqualTo(before);
    }
  }

  static List<Map<String, Object>> settings() {
    return List.of(
        Map.of("keepAlive", 60, "holdTime", 180, "connectRetry", 120),
        Map.of("ttlSecurity", false, "announce", strings("none"), "client_accept", strings("any")),
        Map.of(
            "announce",
            strings("2001:db8:a::/48", "default"),
            "client_accept",
            strings("2001:db8:a::/48"),
            "longestPrefix",
            128,
            "restart",
            1));
  }

  @Test
  void doesNotDisturbASessionByProvidingAgain() throws Exception {
    RealFrr client = open(RealFrr.start(lab.client, "zebra", "staticd", "bgpd"));
    FrrRouting atServer = routing(server, Map.of());
    routing(client, Map.of()).provide(Tunnels.bgp(Side.CLIENT));
    atServer.provide(Tunnels.bgp(Side.SERVER));
    Lab.await("the prefix is learned", () -> serverRoutes().contains(Tunnels.PREFIX));
    String before = server.running();
    String dropped = dropped();

    atServer.provide(Tunnels.bgp(Side.SERVER));
    routing(server, Map.of("maximumPrefixes", 7)).provide(Tunnels.bgp(Side.SERVER));

    assertThat(server.running())
        .isEqualTo(before.replace("maximum-prefix 16 restart", "maximum-prefix 7 restart"));
    assertThat(dropped()).isEqualTo(dropped);
    assertThat(atServer.state(Tunnels.bgp(Side.SERVER))).startsWith("Established");
  }

  @Test
  void followsATunnelToAnotherAddress() throws Exception {
    FrrRouting routing = routing(server, Map.of());
    routing.provide(Tunnels.bgp(Side.SERVER));
    String before = server.running();

    ServedTunnel moved =
        Tunnels.with(Tunnels.bgp(Side.SERVER), "2001:db8:f::9", Optional.of(Tunnels.PREFIX));
    routing.provide(moved);

    assertThat(server.running()).isEqualTo(before.replace(Tunnels.CLIENT, "2001:db8:f::9"));
    assertThat(routing.verify(moved)).isEmpty();
  }

  @Test
  void leavesTheNeighborsOfOthersAlone() throws Exception {
    server.say(
        "configure terminal",
        "router bgp 65000",
        "neighbor 2001:db8:99::1 remote-as 65099",
        "neighbor 2001:db8:99::1 description culvert to be",
        "address-family ipv6 unicast",
        "neighbor 2001:db8:99::1 activate",
        "network 2001:db8::/32");
    String before = server.running();
    FrrRouting routing = routing(server, Map.of());

    routing.provide(Tunnels.bgp("one", Side.SERVER));
    ServedTunnel other =
        Tunnels.with(
            Tunnels.bgp("two", Side.SERVER), "2001:db8:f::3", Optional.of("2001:db8:2::/48"));
    routing.provide(other);

    assertThat(server.running()).contains("no neighbor " + Tunnels.CLIENT + " activate");
    assertThat(routing.verify(Tunnels.bgp("one", Side.SERVER))).isEmpty();
    assertThat(routing.verify(other)).isEmpty();
    routing.withdraw(Tunnels.bgp("one", Side.SERVER));
    assertThat(routing.verify(other)).isEmpty();
    routing.withdraw(other);
    assertThat(server.running()).isEqualTo(before);
  }

  @Test
  void keepsABlockThatSomebodyElseUsesMeanwhile() throws Exception {
    FrrRouting routing = routing(server, Map.of());
    routing.provide(Tunnels.bgp(Side.SERVER));
    server.say("configure terminal", "router bgp 65000", "neighbor 2001:db8:99::1 remote-as 65099");

    routing.withdraw(Tunnels.bgp(Side.SERVER));

    assertThat(server.running())
        .contains("router bgp 65000", "neighbor 2001:db8:99::1 remote-as 65099")
        .doesNotContain("CULVERT");
  }

  @Test
  void refusesANeighborThatSomebodyElseConfigured() throws Exception {
    server.say(
        "configure terminal",
        "router bgp 65000",
        "neighbor " + Tunnels.CLIENT + " remote-as 65001");
    String before = server.running();
    FrrRouting routing = routing(server, Map.of());

    assertThatThrownBy(() -> routing.provide(Tunnels.bgp(Side.SERVER)))
        .isInstanceOf(ServiceException.class)
        .hasMessage(
            Tunnels.CLIENT
                + " is a neighbor that somebody else configured in FRR; where nobody needs it, type"
                + " in vtysh: configure terminal, router bgp, no neighbor "
                + Tunnels.CLIENT)
        .matches(e -> ((ServiceException) e).isLasting());

    routing.withdraw(Tunnels.bgp(Side.SERVER));
    assertThat(server.running()).isEqualTo(before);
  }

  @Test
  void waitsForAnotherTunnelToLeaveItsAddress() throws Exception {
    FrrRouting routing = routing(server, Map.of());
    routing.provide(Tunnels.bgp("one", Side.SERVER));

    assertThatThrownBy(() -> routing.provide(Tunnels.bgp("two", Side.SERVER)))
        .isInstanceOf(ServiceException.class)
        .hasMessage(Tunnels.CLIENT + " is still a neighbor for another tunnel")
        .matches(e -> !((ServiceException) e).isLasting());

    routing.withdraw(Tunnels.bgp("one", Side.SERVER));
    routing.provide(Tunnels.bgp("two", Side.SERVER));
  }

  @Test
  void speaksAsAnotherAsOnlyIfToldTo() throws Exception {
    server.say("configure terminal", "router bgp 64999", "bgp router-id 192.0.2.1");
    RealFrr client = open(RealFrr.start(lab.client, "zebra", "staticd", "bgpd"));
    routing(client, Map.of()).provide(Tunnels.bgp(Side.CLIENT));

    assertThatThrownBy(() -> routing(server, Map.of()).provide(Tunnels.bgp(Side.SERVER)))
        .isInstanceOf(ServiceException.class)
        .hasMessage("FRR speaks BGP as AS 64999, but AS 65000 was agreed on")
        .matches(e -> ((ServiceException) e).isLasting());
    FrrRouting told = routing(server, Map.of("localAs", true));
    told.provide(Tunnels.bgp(Side.SERVER));

    assertThat(told.verify(Tunnels.bgp(Side.SERVER))).isEmpty();
    Lab.await("the prefix is learned", () -> serverRoutes().contains(Tunnels.PREFIX));
    told.withdraw(Tunnels.bgp(Side.SERVER));
    assertThat(server.running()).contains("router bgp 64999").doesNotContain("CULVERT");
  }

  @Test
  void providesAgainWhatADaemonForgot() throws Exception {
    FrrRouting routing = routing(server, Map.of(), 100, TimeUnit.MILLISECONDS);
    routing.provide(Tunnels.bgp(Side.SERVER));
    String before = server.running();

    server.stopDaemon("bgpd");
    Lab.await("BGP is not offered", () -> !routing.protocols().contains(RoutingProtocol.BGP));
    assertThatThrownBy(() -> routing.verify(Tunnels.bgp(Side.SERVER)))
        .hasMessage("FRR's bgpd is not running");
    assertThatThrownBy(() -> routing.withdraw(Tunnels.bgp("other", Side.SERVER)))
        .isInstanceOf(ServiceException.class)
        .matches(e -> !((ServiceException) e).isLasting());
    server.startDaemon("bgpd");

    Lab.await("BGP is offered", () -> routing.protocols().contains(RoutingProtocol.BGP));
    Lab.await("all is there again", () -> sorted(server.running()).equals(sorted(before)));
    assertThat(routing.verify(Tunnels.bgp(Side.SERVER))).isEmpty();
  }

  @Test
  void tellsWhatIsMissing() throws Exception {
    FrrRouting routing = routing(server, Map.of());
    routing.provide(Tunnels.bgp(Side.SERVER));
    server.say(
        "configure terminal",
        "router bgp 65000",
        "no neighbor " + Tunnels.CLIENT + " ttl-security hops 1",
        "neighbor " + Tunnels.CLIENT + " passive");

    assertThat(routing.verify(Tunnels.bgp(Side.SERVER)))
        .containsExactly(
            "superfluous in FRR: router bgp 65000 / neighbor " + Tunnels.CLIENT + " passive",
            "missing in FRR: router bgp 65000 / neighbor "
                + Tunnels.CLIENT
                + " ttl-security hops 1");
    routing.provide(Tunnels.bgp(Side.SERVER));
    assertThat(routing.verify(Tunnels.bgp(Side.SERVER))).isEmpty();
  }

  @Test
  void doesNotWaitForAHangingDaemon() throws Exception {
    FrrRouting routing = routing(server, Map.of("timeout", 1));
    server.signal("bgpd", "STOP");
    try {
      assertThatThrownBy(() -> routing.provide(Tunnels.bgp(Side.SERVER)))
          .isInstanceOf(ServiceException.class)
          .hasMessage("FRR did not answer within 1 s")
          .matches(e -> !((ServiceException) e).isLasting());
    } finally {
      server.signal("bgpd", "CONT");
    }
    // What it needs when nothing hangs may be more than a second.
    routing(server, Map.of()).provide(Tunnels.bgp(Side.SERVER));
  }

  /** Enters the route that endpoints hold for the time when nothing is spoken. */
  private static void fallback(String namespace, String destination) throws Exception {
    Lab.run(
        ("ip -n " + namespace + " -6 route add " + destination + " dev tun0 metric 4261412864")
            .split(" "));
  }

  private String dropped() {
    String json = server.say("show bgp neighbors " + Tunnels.CLIENT + " json");
    return json.replaceAll("(?s).*(\"connectionsDropped\":[0-9]+).*", "$1");
  }

  private String serverRoutes() {
    return Lab.routes(lab.server, "bgp").strip();
  }

  private static String[] strings(String... values) {
    return values;
  }

  /** A daemon that comes back shows its lines elsewhere. */
  private static List<String> sorted(String config) {
    return config.lines().filter(line -> !line.equals("!")).sorted().toList();
  }

  private FrrRouting routing(RealFrr frr, Map<String, Object> values) {
    return routing(frr, values, 1, TimeUnit.HOURS);
  }

  private FrrRouting routing(RealFrr frr, Map<String, Object> values, long period, TimeUnit unit) {
    Map<String, Object> all = new HashMap<>(Map.of("connectRetry", 1));
    all.putAll(values);
    FrrRouting routing = new FrrRouting(frr.settings(all), period, unit);
    Lab.await("the first look", () -> !routing.protocols().isEmpty());
    opened.push(routing::stop);
    return routing;
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }
}
