package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that announce what is not theirs. */
final class HostileClientTest extends RealBirds {
  private static final int FOREIGN_ROUTES = 10_000;

  /**
   * How many are announced in datagrams: a socket has room for a burst of these. Of one that is
   * longer the end is lost, and lost again each time, where the receiver is not quick.
   */
  private static final int FOREIGN_ROUTES_IN_DATAGRAMS = 1_000;

  @ParameterizedTest
  @MethodSource("agreements")
  @Threat("T27")
  void letsAHostileClientMoveNothing(RoutingAgreement agreement) throws Exception {
    String before = Lab.routes(lab.server);
    BirdRouting atServer = routing(server, Map.of("maximumReceived", 50_000));
    ServedTunnel served = Tunnels.tunnel(Side.SERVER, agreement);
    atServer.provide(served);

    RealBird client = open(RealBird.start(lab.client, hostile(agreement)));

    Patience.until("the prefix is learned", () -> learned(lab.server).contains(Tunnels.PREFIX));
    Patience.until(
        "the foreign routes have come, too",
        () -> filtered(served) >= foreignRoutes(agreement) + 1);
    assertThat(learned(lab.server).lines()).singleElement().asString().contains(Tunnels.PREFIX);
    assertThat(server.say("show route table master6 count")).startsWith("1 of 1 routes");
    client.close();
    atServer.withdraw(served);
    Patience.until("all is as before", () -> Lab.routes(lab.server).equals(before));
  }

  @Test
  @Threat("T27")
  void breaksOffAClientThatAnnouncesTooMuchByBgp() throws Exception {
    BirdRouting atServer = routing(server, Map.of());
    atServer.provide(SERVED);

    open(RealBird.start(lab.client, hostile(Tunnels.BGP)));

    Patience.until(
        "it is broken off",
        () -> state(atServer).equals("Idle, Automatic shutdown: Route limit exceeded"));
    assertThat(learned(lab.server)).doesNotContain("default").doesNotContain("2001:db8:66:");
  }

  @Test
  @Threat("T27")
  void acceptsNoMorePartsOfAPrefixThanAreAllowed() throws Exception {
    BirdRouting atServer = routing(server, Map.of("maximumPrefixes", 3));
    atServer.provide(SERVED);
    StringBuilder parts = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      parts.append("route 2001:db8:1:").append(i).append("::/64 unreachable;\n");
    }
    parts.append("route 2001:db8:1:ffff:1::/80 unreachable;\n");

    open(RealBird.start(lab.client, announcing(Tunnels.BGP, parts.toString())));

    Patience.until(
        "three are learned", () -> state(atServer).startsWith("Established, 3 prefixes accepted"));
    Patience.until("the kernel has three", () -> learned(lab.server).lines().count() == 3);
    assertThat(learned(lab.server)).doesNotContain("/80");
  }

  @Test
  @Threat("T27")
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

    // The other one refused is the host route to the server.
    Patience.until(
        "one of three is accepted",
        () ->
            state(atServer)
                .equals("Established, 1 prefix accepted, 1 prefix announced, 2 prefixes refused"));
    Patience.until("one is learned", () -> learned(lab.server).contains("2001:db8:1:2::/64"));
    assertThat(learned(lab.server)).contains("2001:db8:1:2::/64").hasLineCount(1);
    assertThat(server.say("show route table master6 all"))
        .contains("BGP.as_path: 4200000001 4200000001")
        .contains("BGP.community: \n")
        .doesNotContain("(1, 2, 3)");
  }

  private static int foreignRoutes(RoutingAgreement agreement) {
    return agreement.protocol().equals(RoutingProtocol.BGP)
        ? FOREIGN_ROUTES
        : FOREIGN_ROUTES_IN_DATAGRAMS;
  }

  private String hostile(RoutingAgreement agreement) throws Exception {
    StringBuilder routes = new StringBuilder("route ::/0 unreachable;\n");
    routes.append("route ").append(Tunnels.PREFIX).append(" unreachable;\n");
    for (int i = 0; i < foreignRoutes(agreement); i++) {
      routes
          .append("route 2001:db8:66:")
          .append(Integer.toHexString(i))
          .append("::/64 unreachable;\n");
    }
    return announcing(agreement, routes.toString());
  }

  /** Configures a client that announces what it likes. */
  private static String announcing(RoutingAgreement agreement, String routes) throws Exception {
    BirdSettings settings =
        Configs.settings(Map.of("connectRetry", 1, "rip_update", 1, "ospf_hello", 1));
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
}
