package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** BGP by real FRRs at the two ends of a link that is like a tunnel. */
final class BgpTest {
  private static final String SECOND = "2001:db8:1:7::/64";
  private static final String FOREIGN = "2001:db8:66::/48";

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

    atServer.provide(Tunnels.bgp(Side.SERVER));
    atClient.provide(Tunnels.bgp("other id", Side.CLIENT));

    Eventually.holds("the prefix is learned", () -> serverRoutes().contains(Tunnels.PREFIX));
    Eventually.holds(
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
    Eventually.holds("the prefix is gone", () -> serverRoutes().isEmpty());
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
      routing.withdraw(Tunnels.bgp(side).on(java.util.Optional.empty()));

      assertThat(frr.running()).isEqualTo(before);
    }
  }

  private String serverRoutes() {
    return Lab.routes(lab.server, "bgp").strip();
  }

  private FrrRouting routing(RealFrr frr, Map<String, Object> values) {
    FrrRouting routing = new FrrRouting(frr.settings(values), 1, TimeUnit.HOURS);
    opened.push(routing::stop);
    return routing;
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }
}
