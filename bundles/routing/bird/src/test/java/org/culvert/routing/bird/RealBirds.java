package org.culvert.routing.bird;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A link that is like a tunnel, with real BIRDs of the test's own at its ends. */
abstract class RealBirds {
  static final ServedTunnel SERVED = Tunnels.tunnel(Side.SERVER, Tunnels.BGP);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  Lab lab;
  RealBird server;

  static List<RoutingAgreement> agreements() {
    return List.of(Tunnels.BGP, RoutingAgreement.bgp(65000, 65000), Tunnels.OSPF, Tunnels.RIP);
  }

  @BeforeEach
  final void build() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and BIRD");
    lab = open(Lab.build());
    server = open(RealBird.start(lab.server, ""));
  }

  @AfterEach
  final void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  static String state(BirdRouting routing) {
    try {
      return routing.state(SERVED);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  static String learned(String namespace) {
    return Lab.routes(namespace, "proto", "bird");
  }

  static List<String> verify(BirdRouting routing, ServedTunnel tunnel) {
    try {
      return routing.verify(tunnel);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  final BirdRouting routing(RealBird bird, Map<String, Object> values) {
    BirdRouting routing = new BirdRouting(bird.settings(values), 100, TimeUnit.MILLISECONDS);
    opened.push(routing::stop);
    Patience.until("BIRD is found", () -> !routing.protocols().isEmpty());
    return routing;
  }

  final <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }
}
