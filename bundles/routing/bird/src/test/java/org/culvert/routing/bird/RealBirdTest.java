package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real BIRDs at the two ends of a link that is like a tunnel. */
final class RealBirdTest {
  private static final ServedTunnel SERVED = Tunnels.tunnel(Side.SERVER, Tunnels.BGP);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Lab lab;
  private RealBird server;

  static List<RoutingAgreement> agreements() {
    return List.of(Tunnels.BGP, Tunnels.OSPF, Tunnels.RIP);
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
    assertThat(atServer.state(served)).endsWith(", 1 prefix accepted, 1 prefix announced");
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

  private static String learned(String namespace) {
    return Lab.routes(namespace, "proto", "bird");
  }

  private static List<String> verify(BirdRouting routing, ServedTunnel tunnel) {
    try {
      return routing.verify(tunnel);
    } catch (org.culvert.api.service.ServiceException e) {
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
