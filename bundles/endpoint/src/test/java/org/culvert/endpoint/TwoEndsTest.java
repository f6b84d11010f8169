package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNat;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's and a server's endpoint with a network in memory between them. */
class TwoEndsTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelState CLIENT_UP = new TunnelState.Up("userspace", "culvert1");
  private static final String INSIDE = "10.1.1.2";

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNat nat = network.nat("198.51.100.1");
  private final Ends server = Ends.server(network.host("192.0.2.1", "2001:db8:a::1"));
  private final List<String> silent = new ArrayList<>();
  private Ends client = Ends.client(network.hostBehind(nat, INSIDE));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  @Demands({"R-4.6-5", "R-4.5.2-2"})
  void pingsThroughV6UdpV4BehindANat() throws Exception {
    openBehindNat();

    ping();

    assertThat(server.status("seven").counters().receivedPackets()).isEqualTo(1);
    assertThat(server.status("seven").counters().drops()).isEmpty();
    assertThat(client.state("own")).isEqualTo(CLIENT_UP);
  }

  @Test
  void pingsThroughV6V4() throws Exception {
    client.close();
    client = Ends.client(network.host("198.51.100.7"));
    InetSocketAddress local = Ends.outer("192.0.2.1", 0);
    InetSocketAddress remote = Ends.outer("198.51.100.7", 0);

    server.apply(Ends.atServer(TunnelType.V6V4, local, remote));
    client.apply(Ends.atClient(TunnelType.V6V4, remote, local));

    ping();
  }

  @Test
  void pingsThroughV4V6() throws Exception {
    openV4V6();

    client.tun().push(Ipv4Packets.echoRequest(Ends.CLIENT_INNER_4, Ends.SERVER_INNER_4, 1));

    assertThat(Ipv4Packets.isEchoReply(client.tun().next())).isTrue();
    assertThat(client.tun().configuration().routes())
        .containsExactlyInAnyOrder(
            IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse(Ends.SERVER_INNER_4 + "/32"));
    assertThat(server.tun().configuration().addresses())
        .containsExactly(InterfaceAddress.host(IpAddresses.parse(Ends.SERVER_INNER_4)));
  }

  @Test
  void keepsAnIpv4TunnelAliveAndNoticesWhenItsOtherEndIsDeaf() {
    openV4V6();
    server.endpoint.watchSilence(silent::add);

    for (int second = 0; second < 100; second++) {
      pass(Duration.ofSeconds(1));
      settle("own4");
    }
    assertThat(silent).isEmpty();
    assertThat(server.status("four").counters().receivedPackets()).isBetween(12L, 16L);
    assertThat(server.status("four").counters().drops()).isEmpty();

    server.tun().deaf(true);
    for (int second = 0; second < 45 && silent.isEmpty(); second++) {
      pass(Duration.ofSeconds(1));
    }
    assertThat(silent).containsExactly("own4");
  }

  @Test
  @Demands({"R-2-16", "R-4.4.3-7", "R-6.5-1", "D-2-9", "D-5.5-1"})
  void givesDevicesTheirAddressesAndRoutes() {
    openBehindNat();

    assertThat(server.tun().configuration().addresses())
        .containsExactly(InterfaceAddress.host(IpAddresses.parse(Ends.SERVER_INNER)));
    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrder(
            IpPrefix.parse(Ends.CLIENT_INNER + "/128"), IpPrefix.parse(Ends.CLIENT_PREFIX));
    assertThat(client.tun().configuration().addresses())
        .containsExactly(InterfaceAddress.host(IpAddresses.parse(Ends.CLIENT_INNER)));
    assertThat(client.tun().configuration().routes())
        .containsExactlyInAnyOrder(
            IpPrefix.parse("::/0"), IpPrefix.parse(Ends.SERVER_INNER + "/128"));
  }

  @Test
  @Demands({"R-2.1-7", "D-2.1-5", "R-4.6-2", "R-4.6-4", "R-4.6-5", "R-4.3-7"})
  void keepsTheNatMappingAliveAndBothEndsContent() {
    watch();
    openBehindNat();

    for (int second = 0; second < 300; second++) {
      pass(Duration.ofSeconds(1));
      settle();
    }

    assertThat(silent).isEmpty();
    assertThat(server.status("seven").silence().orElseThrow()).isLessThan(Duration.ofSeconds(12));
    // Between 0.75 and one interval of ten seconds, on a tick of one second.
    assertThat(server.status("seven").counters().receivedPackets()).isBetween(27L, 40L);
  }

  @Test
  void bothEndsNoticeALostMapping() {
    watch();
    openBehindNat();
    pass(Duration.ofSeconds(11));
    settle();
    nat.flush();

    for (int second = 0; second < 60 && !silent.contains("seven"); second++) {
      pass(Duration.ofSeconds(1));
    }

    assertThat(silent).startsWith("own").endsWith("seven");
    assertThat(silent).as("it is told again while it lasts").hasSizeGreaterThan(2);
    Eventually.holds(
        "packets from the new mapping are refused",
        () -> server.endpoint.drops().containsKey(DropReason.UNKNOWN_OUTER_SOURCE));
  }

  /** A route that this host refuses a while says nothing about the other end: it still answers. */
  @Test
  void aTunnelThatFailedForARouteIsStillHeard() {
    IpPrefix delegated = IpPrefix.parse(Ends.CLIENT_PREFIX);
    openBehindNat();
    pass(Duration.ofSeconds(1));
    settle();
    pass(Duration.ofSeconds(1));
    assertThat(server.status("seven").otherEnd()).isEqualTo(OtherEnd.HEARD);

    server.devices.occupy(delegated, "eth0 has one");
    server.executor.advance(Duration.ofSeconds(1));
    assertThat(server.status("seven").state()).isInstanceOf(TunnelState.Failed.class);
    assertThat(server.status("seven").otherEnd()).isEqualTo(OtherEnd.HEARD);
    server.devices.vacate(delegated);
    server.executor.advance(Duration.ofSeconds(1));

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.status("seven").otherEnd()).isEqualTo(OtherEnd.HEARD);
  }

  /** Promise P3 and threats T13, T14: the tunnel follows a new session, never a data packet. */
  @Test
  void followsTheClientToItsNewPlace() throws Exception {
    openBehindNat();
    ping();
    server.executor.advance(Duration.ofSeconds(1));
    assertThat(server.status("seven").otherEnd()).isEqualTo(OtherEnd.HEARD);
    nat.flush();

    client.tun().push(Packets.echoRequest(Ends.CLIENT_INNER, Ends.SERVER_INNER, 2));
    Eventually.holds(
        "the new mapping is refused",
        () -> server.endpoint.drops().containsKey(DropReason.UNKNOWN_OUTER_SOURCE));
    assertThat(server.status("seven").parameters().outer().remote().getPort()).isEqualTo(40_000);

    openBehindNat();
    assertThat(server.status("seven").otherEnd())
        .as("what came from the old place proves nothing")
        .isEqualTo(OtherEnd.AWAITED);
    assertThat(server.status("seven").silence()).isEmpty();
    server.executor.advance(Duration.ofSeconds(3));
    assertThat(server.status("seven").seen())
        .as("when it was last seen, wherever it was")
        .hasValueSatisfying(seen -> assertThat(seen).isGreaterThan(Duration.ofSeconds(2)));
    ping();
    assertThat(server.status("seven").counters().receivedPackets()).isEqualTo(2);
    assertThat(server.status("seven").counters().drops()).isEmpty();
  }

  @Test
  void aTunnelWhoseUserIsInOtherGroupsStandsAndIsHeardAsBefore() throws Exception {
    openBehindNat();
    ping();
    server.executor.advance(Duration.ofSeconds(1));

    server.apply(server.status("seven").parameters().in(Set.of("home")));

    assertThat(server.status("seven").otherEnd()).isEqualTo(OtherEnd.HEARD);
    assertThat(server.status("seven").parameters().groups()).containsExactly("home");
    assertThat(server.status("seven").counters().receivedPackets()).isEqualTo(1);
  }

  @Test
  @Demands("R-8-3")
  void dropsAtTheServerWhatTheClientMayNotSend() throws Exception {
    openBehindNat();
    client.endpoint.apply(List.of());
    client.close();
    byte[] foreign = Packets.udp("2001:db8:999::1", "2001:db8:ffff::1", 100);

    network.forge(
        server.v6UdpV4.profile().wireFormat(),
        Ends.outer("198.51.100.1", 40_000),
        Ends.SERVER,
        foreign);

    Eventually.holds(
        "it is dropped",
        () ->
            server.status("seven").counters().drops().equals(Map.of(DropReason.INNER_SOURCE, 1L)));
    assertThat(server.tun().drain()).isEmpty();
  }

  private void openV4V6() {
    client.close();
    client = Ends.client(network.host("2001:db8:b::7"));
    server.apply(Ends.atServer4());
    client.apply(Ends.atClient4());
    assertThat(server.state("four")).isEqualTo(UP);
    assertThat(client.state("own4")).isEqualTo(CLIENT_UP);
    client.endpoint.watchSilence(silent::add);
  }

  private void openBehindNat() {
    InetSocketAddress own = Ends.outer(INSIDE, 50_000);
    InetSocketAddress mapped = nat.outward(client.v6UdpV4.profile().wireFormat(), own, Ends.SERVER);
    server.apply(Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, mapped));
    client.apply(Ends.atClient(TunnelType.V6UDPV4, own, Ends.SERVER));
    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(client.state("own")).isEqualTo(CLIENT_UP);
  }

  private void ping() throws Exception {
    client.tun().drain();
    client.tun().push(Packets.echoRequest(Ends.CLIENT_INNER, Ends.SERVER_INNER, 1));

    assertThat(Packets.isEchoReply(client.tun().next())).isTrue();
  }

  private void watch() {
    client.endpoint.watchSilence(silent::add);
    server.endpoint.watchSilence(silent::add);
  }

  private void pass(Duration time) {
    client.executor.advance(time);
    server.executor.advance(time);
  }

  /** What was sent has arrived, been answered, and come back. */
  private void settle() {
    settle("own");
  }

  private void settle(String id) {
    Eventually.holds(
        "answers came",
        () -> {
          TunnelCounters counters = client.status(id).counters();
          return counters.receivedPackets() == counters.sentPackets();
        });
  }
}
