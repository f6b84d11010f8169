package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real BIRDs at the two ends of a link that is like a tunnel. */
final class RealBirdTest {
  private static final int FOREIGN_ROUTES = 10_000;
  private static final ServedTunnel SERVED = Tunnels.tunnel(Side.SERVER, Tunnels.BGP);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Lab lab;
  private RealBird server;

  static List<RoutingAgreement> agreements() {
    return List.of(Tunnels.BGP, RoutingAgreement.bgp(65000, 65000), Tunnels.OSPF, Tunnels.RIP);
  }

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and BIRD");
    lab = open(Lab.build());
    server = open(RealBird.start(lab.server, ""));
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @ParameterizedTest
  @MethodSource("agreements")
  void bringsUpRoutingFromBothEndsAndTakesItBack(RoutingAgreement agreement) throws Exception {
    RealBird client = open(RealBird.start(lab.client, ""));
    BirdRouting atServer = routing(server, Map.of());
    BirdRouting atClient = routing(client, Map.of());
    ServedTunnel served = Tunnels.tunnel(Side.SERVER, agreement);
    ServedTunnel used = Tunnels.tunnel(Side.CLIENT, agreement);
    String serverBefore = Lab.routes(lab.server);
    String clientBefore = Lab.routes(lab.client);

    atServer.provide(served);
    atClient.provide(used);

    Eventually.holds("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Eventually.holds("the default route is", () -> learned(lab.client).contains("default"));
    assertThat(learned(lab.server)).contains("dev tun0").hasLineCount(1);
    assertThat(learned(lab.client)).contains("dev tun0").hasLineCount(1);
    assertThat(atServer.state(served)).contains(", 1 prefix accepted, 1 prefix announced");
    assertThat(server.files()).hasSize(2).noneMatch(file -> file.contains("unguessable"));
    Eventually.holds("all is well at the server", () -> verify(atServer, served).isEmpty());
    Eventually.holds("all is well at the client", () -> verify(atClient, used).isEmpty());

    atServer.withdraw(served.on(Optional.empty()));
    atClient.withdraw(used.on(Optional.empty()));

    Eventually.holds(
        "the server's routes are as before", () -> Lab.routes(lab.server).equals(serverBefore));
    Eventually.holds(
        "the client's routes are as before", () -> Lab.routes(lab.client).equals(clientBefore));
    assertThat(server.files()).containsExactly("culvert.conf");
    assertThat(server.say("show protocols")).doesNotContain("culvert_");
  }

  @ParameterizedTest
  @MethodSource("agreements")
  void letsAHostileClientMoveNothing(RoutingAgreement agreement) throws Exception {
    String before = Lab.routes(lab.server);
    BirdRouting atServer = routing(server, Map.of("maximumReceived", 50_000));
    ServedTunnel served = Tunnels.tunnel(Side.SERVER, agreement);
    atServer.provide(served);

    RealBird client = open(RealBird.start(lab.client, hostile(agreement)));

    Eventually.holds("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Eventually.holds(
        "the foreign routes have come, too", () -> filtered(served) >= FOREIGN_ROUTES + 1);
    assertThat(learned(lab.server).lines()).singleElement().asString().contains(Tunnels.PREFIX);
    assertThat(server.say("show route table master6 count")).startsWith("1 of 1 routes");
    client.close();
    atServer.withdraw(served);
    Eventually.holds("all is as before", () -> Lab.routes(lab.server).equals(before));
  }

  @Test
  void breaksOffAClientThatAnnouncesTooMuchByBgp() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);

    open(RealBird.start(lab.client, hostile(Tunnels.BGP)));

    Eventually.holds(
        "it is broken off",
        () -> state(atServer).equals("Idle, Automatic shutdown: Route limit exceeded"));
    assertThat(learned(lab.server)).doesNotContain("default").doesNotContain("2001:db8:66:");
  }

  @Test
  void acceptsNoMorePartsOfAPrefixThanAreAllowed() throws Exception {
    BirdRouting atServer = routing(server, Map.of("maximumPrefixes", 3));
    atServer.provide(SERVED);
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      parts.append("route 2001:db8:1:").append(i).append("::/64 unreachable;\n");
    }
    parts.append("route 2001:db8:1:ffff:1::/80 unreachable;\n");

    open(RealBird.start(lab.client, announcing(Tunnels.BGP, parts.toString())));

    Eventually.holds(
        "three are learned", () -> state(atServer).startsWith("Established, 3 prefixes accepted"));
    assertThat(learned(lab.server)).doesNotContain("/80").hasLineCount(3);
  }

  @Test
  void acceptsNoPathOverAnotherSystemAndNoCommunities() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);

    open(
        RealBird.start(
            lab.client,
            announcing(
                Tunnels.BGP,
                "route 2001:db8:1:1::/64 unreachable { bgp_path.prepend(64666); };\n"
                    + ("route 2001:db8:1:2::/64 unreachable { bgp_path.prepend("
                        + Tunnels.CLIENT_AS)
                    + "); bgp_community.add((65535,666)); bgp_large_community.add((1,2,3)); };\n")));

    Eventually.holds("one is learned", () -> learned(lab.server).contains("2001:db8:1:2::/64"));
    // The other one refused is the host route to the server.
    assertThat(state(atServer))
        .isEqualTo("Established, 1 prefix accepted, 1 prefix announced, 2 prefixes refused");
    assertThat(learned(lab.server)).contains("2001:db8:1:2::/64").hasLineCount(1);
    assertThat(server.say("show route table master6 all"))
        .contains("BGP.as_path: 4200000001 4200000001")
        .contains("BGP.community: \n")
        .doesNotContain("(1, 2, 3)");
  }

  @Test
  void leavesNobodyElsesSessionDown() throws Exception {
    String operators =
        "ipv6 table others;\n"
            + "protocol static theirs { ipv6 { table others; }; route 2001:db8:9::/48 via \"tun0\"; }\n"
            + "protocol bgp operators { local %s port 1790 as %d; neighbor %s port 1790 as %d;\n"
            + "  multihop 1; connect delay time 1; ipv6 { table others; import all; export all; }; }\n";
    // A BGP of the operator's own over the same link, which BIRD lets share no port.
    server.configure(include() + operators.formatted(Tunnels.SERVER, 64601, Tunnels.CLIENT, 64602));
    RealBird client =
        open(
            RealBird.start(
                lab.client, operators.formatted(Tunnels.CLIENT, 64602, Tunnels.SERVER, 64601)));
    server.say("configure");
    Eventually.holds("they speak", () -> server.say("show protocols").contains("Established"));
    String since = line(server, "operators");
    BirdRouting atServer = routing(server, Map.of());
    Files.writeString(server.included().resolve("operators.conf"), "define theirs2 = 1;\n");

    ServedTunnel served = Tunnels.tunnel(Side.SERVER, Tunnels.RIP);
    atServer.provide(served);
    routing(client, Map.of()).provide(Tunnels.tunnel(Side.CLIENT, Tunnels.RIP));
    Eventually.holds("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    atServer.withdraw(served);

    assertThat(line(server, "operators")).isEqualTo(since).contains("Established");
    assertThat(server.files()).containsExactly("culvert.conf", "operators.conf");
  }

  @Test
  void doesNotReconfigureForWhatIsSoAlready() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    String log = server.log();

    atServer.provide(SERVED);
    atServer.withdraw(Tunnels.tunnel("never seen", Side.SERVER, Tunnels.BGP, Optional.empty()));

    assertThat(server.log().substring(log.length())).doesNotContain("Reconfigur");
  }

  @Test
  void needsToDoNothingWhenBirdRestarts() throws Exception {
    RealBird client = open(RealBird.start(lab.client, ""));
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    routing(client, Map.of("connectRetry", 1)).provide(Tunnels.tunnel(Side.CLIENT, Tunnels.BGP));
    Eventually.holds("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));

    server.end();
    Eventually.holds("it is gone with BIRD", () -> learned(lab.server).isEmpty());
    assertThatThrownBy(() -> atServer.state(SERVED))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("BIRD is not running");
    Eventually.holds("nothing is offered", () -> atServer.protocols().isEmpty());
    server.begin();

    Eventually.holds("it is learned again", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Eventually.holds("all is well", () -> verify(atServer, SERVED).isEmpty());
  }

  @Test
  void putsBackWhatSomebodyRemoved() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);
    Path file = server.included().resolve(TunnelName.of(SERVED).file());

    Files.delete(file);
    server.say("configure");

    assertThat(atServer.verify(SERVED))
        .contains(file + " is missing", "BIRD has no protocol " + TunnelName.of(SERVED).text());
    atServer.provide(SERVED);
    Eventually.holds("all is well", () -> verify(atServer, SERVED).isEmpty());
  }

  private String hostile(RoutingAgreement agreement) throws Exception {
    StringBuilder routes = new StringBuilder("route ::/0 unreachable;\n");
    routes.append("route ").append(Tunnels.PREFIX).append(" unreachable;\n");
    for (int i = 0; i < FOREIGN_ROUTES; i++) {
      routes
          .append("route 2001:db8:66:")
          .append(Integer.toHexString(i))
          .append("::/64 unreachable;\n");
    }
    return announcing(agreement, routes.toString());
  }

  /** Configures a client that announces what it likes. */
  private static String announcing(RoutingAgreement agreement, String routes) throws Exception {
    BirdSettings settings = Configs.settings(Map.of("rip_update", 1, "ospf_hello", 1));
    return new TunnelConfiguration(settings)
        .of(Tunnels.tunnel(Side.CLIENT, agreement))
        .orElseThrow()
        .replace("  route " + Tunnels.PREFIX + " unreachable;\n", routes)
        .replaceFirst("export where .*", "export all;");
  }

  private long filtered(ServedTunnel tunnel) {
    return server
        .say("show protocols all " + TunnelName.of(tunnel).text())
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("Import updates:"))
        .mapToLong(line -> Long.parseLong(line.split("\\s+")[4]))
        .findFirst()
        .orElse(0);
  }

  private String include() {
    return "protocol device { }\nprotocol kernel { ipv6 { export all; }; }\ninclude \""
        + server.included()
        + "/*.conf\";\n";
  }

  private static String line(RealBird bird, String name) {
    return bird.say("show protocols " + name);
  }

  private static String state(BirdRouting routing) {
    try {
      return routing.state(SERVED);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  private static String learned(String namespace) {
    return Lab.routes(namespace, "proto", "bird");
  }

  private static List<String> verify(BirdRouting routing, ServedTunnel tunnel) {
    try {
      return routing.verify(tunnel);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  private BirdRouting routing(RealBird bird, Map<String, Object> values) {
    BirdRouting routing = new BirdRouting(bird.settings(values), 100, TimeUnit.MILLISECONDS);
    opened.push(routing::stop);
    Eventually.holds("BIRD is found", () -> !routing.protocols().isEmpty());
    return routing;
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }
}
