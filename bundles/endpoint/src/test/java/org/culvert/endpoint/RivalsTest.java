package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A better route of somebody else's makes a tunnel dead, and its state says so. */
class RivalsTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelState FAILED = new TunnelState.Failed("eth0 has a better one");
  private static final InetSocketAddress MAPPED = Ends.outer("198.51.100.1", 40_000);
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, MAPPED);
  private static final TunnelParameters OTHER =
      Ends.atServer(
          "eight",
          TunnelType.V6UDPV4,
          Ends.SERVER,
          Ends.outer("198.51.100.8", 40_000),
          "2001:db8::8",
          "2001:db8:800::/48");
  private static final IpPrefix CLIENT = IpPrefix.parse(Ends.CLIENT_INNER + "/128");
  private static final IpPrefix DELEGATED = IpPrefix.parse(Ends.CLIENT_PREFIX);
  private static final Duration SOON = Duration.ofMillis(500);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aBetterRouteOfAnothersFailsItsTunnelUntilItGoes() {
    server.apply(TUNNEL, OTHER);
    int looks = server.devices.looks();

    server.devices.overtake(CLIENT, "eth0 has a better one");
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(FAILED);
    assertThat(server.state("eight")).isEqualTo(UP);
    assertThat(findings()).contains("tunnel seven failed: eth0 has a better one");
    assertThat(server.devices.looks()).as("there is nothing to put right").isEqualTo(looks);
    server.executor.advance(Duration.ofHours(1));
    assertThat(server.state("seven")).isEqualTo(FAILED);
    assertThat(findings()).as("nobody changed a device").hasSize(1);

    server.devices.giveWay(CLIENT);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(findings()).isEmpty();
  }

  @Test
  void aBetterRouteIsSeenThatWasThereBeforeTheTunnel() {
    server.apply(OTHER);
    server.devices.overtake(DELEGATED, "eth0 has a better one");

    server.apply(OTHER, TUNNEL);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(FAILED);
  }

  @Test
  void findsBetterRoutesOfWhichTheNewsWasLost() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.overtakeUnseen(DELEGATED, "eth0 has a better one");
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(FAILED);
  }

  @Test
  void findsBetterRoutesThatNobodyAnnounced() {
    server.devices.refuse("no netlink");
    server.apply(TUNNEL);
    server.devices.relent();
    server.executor.advance(SOON);
    assertThat(server.devices.watches()).as("nobody is told").isZero();
    server.devices.overtake(DELEGATED, "eth0 has a better one");

    server.executor.advance(Duration.ofSeconds(31));

    assertThat(server.state("seven")).isEqualTo(FAILED);
  }

  /** A table of the whole internet is announced route by route. */
  @Test
  void asksNothingAboutRoutesToWhereNoTunnelLeads() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    int searches = server.devices.searches();

    for (int i = 0; i < 1_000; i++) {
      server.devices.overtake(IpPrefix.parse("2001:db8:%x::/48".formatted(0x9000 + i)), "a daemon");
    }
    server.executor.advance(SOON);

    assertThat(server.devices.searches()).isEqualTo(searches);
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  /** A routing daemon's better route is what such a route of ours waits for. */
  @Test
  void aRouteThatFloatsHasNoRival() {
    server.apply(Ends.with(TUNNEL, PrefixRoutes.FLOATING, false));

    server.devices.overtake(DELEGATED, "a daemon");
    server.executor.advance(Duration.ofMinutes(1));

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void oneAnnouncementAmongDevicesOfTunnelsOwnIsOneQuestion() {
    OwnDevicesDatapath own = new OwnDevicesDatapath(server.devices);
    server.endpoint.bind(own, 10);
    TunnelParameters[] tunnels = new TunnelParameters[10];
    for (int i = 0; i < tunnels.length; i++) {
      tunnels[i] =
          Ends.atServer(
              "t" + i,
              TunnelType.V6V4,
              Ends.outer("192.0.2.1", 0),
              Ends.outer("198.51.100." + (i + 1), 0),
              "2001:db8:1::%x".formatted(i + 1),
              "2001:db8:%x::/48".formatted(0x1000 + i));
    }
    server.apply(tunnels);
    server.executor.advance(SOON);
    int searches = server.devices.searches();

    server.devices.overtake(IpPrefix.parse("2001:db8:1005::/48"), "eth0 has a better one");
    server.executor.advance(SOON);

    assertThat(server.devices.searches()).isEqualTo(searches + 1);
    assertThat(server.state("t5")).isEqualTo(FAILED);
    assertThat(server.state("t4")).isEqualTo(new TunnelState.Up("own", "own-t4"));
  }

  @Test
  void aRivalThatComesAndGoesWithoutEndIsLookedAtEverLessOften() {
    server.apply(TUNNEL, OTHER);
    for (int i = 0; i < 100; i++) {
      flap();
    }
    int searches = server.devices.searches();

    for (int i = 0; i < 300; i++) {
      flap();
    }

    assertThat(server.devices.searches() - searches).isBetween(5, 40);
    server.devices.overtake(IpPrefix.parse("2001:db8:800::/48"), "eth0 has a better one");
    server.executor.advance(SOON);
    assertThat(server.state("eight")).as("another's waits for nothing").isEqualTo(FAILED);
    server.executor.advance(Duration.ofSeconds(31));
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void aRouteToAPartOfAPrefixIsToldAndFailsNothing() {
    server.apply(TUNNEL, OTHER);
    server.executor.advance(SOON);

    server.devices.takePart(IpPrefix.parse("2001:db8:700:1::/64"), "eth1 has a part");
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.status("seven").warning()).contains("eth1 has a part");
    assertThat(server.status("eight").warning()).isEmpty();
    assertThat(findings()).containsExactly("tunnel seven is up, but eth1 has a part");

    server.devices.givePart(IpPrefix.parse("2001:db8:700:1::/64"));
    server.executor.advance(SOON);

    assertThat(server.status("seven").warning()).isEmpty();
    assertThat(findings()).isEmpty();
  }

  @Test
  void anAddressOfATunnelThatIsGivenToThisHostFailsIt() {
    server.apply(TUNNEL, OTHER);
    server.executor.advance(SOON);

    server.devices.giveAddress(CLIENT.network(), "eth0 has a better one");
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(FAILED);
    assertThat(server.state("eight")).isEqualTo(UP);

    server.devices.takeAddress(CLIENT.network());
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void whatTheFilterDoesToADeviceIsToldOfAllItsTunnelsAfterOneLook() {
    server.apply(TUNNEL, OTHER);
    server.executor.advance(SOON);
    int searches = server.devices.searches();

    server.devices.filter("culvert0", "the filter drops it");
    server.executor.advance(SOON);

    assertThat(server.devices.searches()).isEqualTo(searches + 1);
    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.status("seven").warning()).contains("the filter drops it");
    assertThat(server.status("eight").warning()).contains("the filter drops it");

    server.devices.unfilter("culvert0");
    server.executor.advance(SOON);

    assertThat(server.status("seven").warning()).isEmpty();
  }

  @Test
  void whatKeepsAClientsPacketsFromItsTunnelFailsIt() {
    try (Ends client = Ends.client(network.host("198.51.100.1"))) {
      client.apply(
          Ends.atClient(TunnelType.V6UDPV4, Ends.outer("198.51.100.1", 40_000), Ends.SERVER));
      client.executor.advance(SOON);
      TunnelState up = client.state("own");
      assertThat(up).isInstanceOf(TunnelState.Up.class);

      for (String prefix : List.of("::/0", Ends.CLIENT_INNER + "/128", Ends.CLIENT_PREFIX)) {
        client.devices.overtakeUnseen(IpPrefix.parse(prefix), "eth0 has a better one");
        client.executor.advance(SOON);
        assertThat(client.state("own")).as(prefix).isEqualTo(FAILED);

        client.devices.giveWayUnseen(IpPrefix.parse(prefix));
        client.executor.advance(Duration.ofSeconds(31));
        assertThat(client.state("own")).as(prefix).isEqualTo(up);
      }
    }
  }

  /** The news are of the route to the world that is no default route by its name. */
  @Test
  void aRouteToAllTheWorldIsAReasonToLookAtTheDefaultRoute() {
    try (Ends client = Ends.client(network.host("198.51.100.1"))) {
      client.apply(
          Ends.atClient(TunnelType.V6UDPV4, Ends.outer("198.51.100.1", 40_000), Ends.SERVER));
      client.executor.advance(SOON);
      int searches = client.devices.searches();

      client.devices.takePart(IpPrefix.parse("2001:db8:9::/48"), "a route");
      client.executor.advance(SOON);
      assertThat(client.devices.searches()).isEqualTo(searches);

      client.devices.takePart(IpPrefix.parse("2000::/3"), "a route");
      client.executor.advance(SOON);
      assertThat(client.devices.searches()).isEqualTo(searches + 1);
    }
  }

  private void flap() {
    server.devices.overtake(CLIENT, "eth0 has a better one");
    server.executor.advance(SOON);
    server.devices.giveWay(CLIENT);
    server.executor.advance(SOON);
  }

  private List<String> findings() {
    return server.endpoint.verify().toCompletableFuture().join();
  }
}
