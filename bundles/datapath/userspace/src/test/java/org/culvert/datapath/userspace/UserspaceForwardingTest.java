package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserspaceForwardingTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final InetSocketAddress SERVER_41 = Samples.outer("192.0.2.1", 0);
  private static final InetSocketAddress CLIENT_41 = Samples.outer("198.51.100.8", 0);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final UserspaceDatapath datapath =
      new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"));
  private Forwarding forwarding;
  private InMemoryTun tun;
  private OuterSocket client;

  @BeforeEach
  void start() throws Exception {
    forwarding = datapath.start("culvert0", 1280);
    tun = devices.tun("culvert0");
    client = network.host("198.51.100.7").open(Samples.UDP, Samples.CLIENT);
  }

  @AfterEach
  void stop() {
    forwarding.close();
    client.close();
  }

  @ParameterizedTest
  @MethodSource
  void carriesEveryFormat(WireFormat wire) {
    assertThat(datapath.carries(wire)).isTrue();
  }

  static List<WireFormat> carriesEveryFormat() {
    return List.of(Samples.UDP, Samples.PROTOCOL_41, Samples.PROTOCOL_4);
  }

  @Test
  void aTunnelWithAnUnfitOuterAddressFailsAlone() throws Exception {
    OuterSockets sockets = network.host("192.0.2.1");
    UserspaceDatapath picky =
        new UserspaceDatapath(
            devices,
            (wire, local) -> {
              if (local.getAddress().isAnyLocalAddress()) {
                throw new IllegalArgumentException("not an address of this host");
              }
              return sockets.open(wire, local);
            });
    CarriedTunnel unfit =
        Samples.tunnel(
            "unfit",
            Samples.UDP,
            Samples.outer("0.0.0.0", 3653),
            Samples.outer("198.51.100.9", 40_000),
            "2001:db8:900::/48");
    try (Forwarding other = picky.start("culvert9", 1280)) {
      assertThat(other.apply(List.of(unfit, Samples.clientTunnel())))
          .isEqualTo(Map.of("unfit", "not an address of this host"));
    }
  }

  @Test
  void movesPacketsBothWays() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    byte[] out = Packets.udp(HOST, Samples.CLIENT_INNER, 500);
    byte[] in = Packets.udp(Samples.CLIENT_INNER, HOST, 600);

    tun.push(out);
    clientSends(in);

    assertThat(clientReceives()).containsExactly(out);
    assertThat(tun.next()).isEqualTo(in);
    TunnelCounters counters = forwarding.counters("seven");
    assertThat(counters).isEqualTo(new TunnelCounters(1, 600, 1, 500, Map.of()));
  }

  @Test
  void movesBothVersionsThroughOneDevice() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4()));
    OuterSocket client4 = network.host("2001:db8:b::7").open(Samples.PROTOCOL_4, Samples.CLIENT_4);
    byte[] out = Ipv4Packets.udp("192.0.2.99", Samples.CLIENT_INNER_4, 500);
    byte[] in = Ipv4Packets.udp(Samples.CLIENT_INNER_4, "192.0.2.99", 600);
    byte[] out6 = Packets.udp(HOST, Samples.CLIENT_INNER, 500);

    tun.push(out);
    tun.push(out6);
    client4.send(Samples.batch(Samples.SERVER_4, in), 0, 1);

    PacketBatch batch = new PacketBatch(64, 2048);
    assertThat(client4.receive(batch)).isTrue();
    assertThat(Samples.packet(batch, 0)).isEqualTo(out);
    assertThat(clientReceives()).containsExactly(out6);
    assertThat(tun.next()).isEqualTo(in);
    assertThat(forwarding.counters("four")).isEqualTo(new TunnelCounters(1, 600, 1, 500, Map.of()));
    assertThat(forwarding.device("four")).isEqualTo(forwarding.device("seven"));
    client4.close();
  }

  /** Threat T2, and packets of the other version, which would pass another tunnel's checks. */
  @Test
  @Threat("T2")
  void letsNoPacketOfTheOtherVersionOut() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4()));
    byte[] four = Ipv4Packets.udp(Samples.CLIENT_INNER_4, "192.0.2.99", 100);
    byte[] six = Packets.udp(Samples.CLIENT_INNER, HOST, 100);

    network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, four);
    network.forge(Samples.PROTOCOL_4, Samples.CLIENT_4, Samples.SERVER_4, six);
    network.forge(Samples.PROTOCOL_4, Samples.outer("2001:db8:b::8", 0), Samples.SERVER_4, four);
    network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, six);
    network.forge(Samples.PROTOCOL_4, Samples.CLIENT_4, Samples.SERVER_4, four);

    assertThat(List.of(tun.next(), tun.next())).containsExactlyInAnyOrder(four, six);
    assertThat(tun.drain()).isEmpty();
    assertThat(forwarding.counters("seven").drops()).isEqualTo(Map.of(DropReason.MALFORMED, 1L));
    assertThat(forwarding.counters("four").drops()).isEqualTo(Map.of(DropReason.MALFORMED, 1L));
    assertThat(forwarding.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 1L));
  }

  /** Threat T3: the outer addresses of all tunnels count, of whatever type. */
  @Test
  @Threat("T3")
  void letsNothingOutThatWouldBeDecapsulatedHereAgain() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4()));
    byte[] nested =
        Ipv4Packets.packet(
            IpAddresses.parse(Samples.CLIENT_INNER_4),
            Samples.SERVER.getAddress(),
            41,
            Packets.udp(Samples.CLIENT_INNER, HOST, 100));

    network.forge(Samples.PROTOCOL_4, Samples.CLIENT_4, Samples.SERVER_4, nested);

    Eventually.holds(
        "it is dropped",
        () -> forwarding.counters("four").drops().equals(Map.of(DropReason.LOOP, 1L)));
    assertThat(tun.drain()).isEmpty();
  }

  @Test
  void refusesATunnelWithPrefixesOfTheOtherVersion() {
    Map<String, String> failures =
        forwarding.apply(
            List.of(
                Samples.tunnel4("mixed", Samples.CLIENT_4, List.of(), "2001:db8::7/128"),
                Samples.clientTunnel()));

    assertThat(failures)
        .containsExactly(Map.entry("mixed", "its inner addresses are not those of its type"));
  }

  @Test
  void noticesThatItsDeviceWasRemovedAndMakesItAnew() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    clientSends(Packets.udp(Samples.CLIENT_INNER, HOST, 100));
    tun.next();
    assertThat(forwarding.failure("seven")).isEmpty();

    tun.remove();
    Eventually.holds("it is noticed", () -> forwarding.failure("seven").isPresent());
    assertThat(forwarding.failure("seven").orElseThrow()).contains("culvert0 was removed");
    assertThat(forwarding.apply(List.of(Samples.clientTunnel()))).isEmpty();

    assertThat(forwarding.failure("seven")).isEmpty();
    byte[] in = Packets.udp(Samples.CLIENT_INNER, HOST, 100);
    clientSends(in);
    assertThat(devices.tun("culvert0").next()).isEqualTo(in);
    byte[] out = Packets.udp(HOST, Samples.CLIENT_INNER, 200);
    devices.tun("culvert0").push(out);
    assertThat(clientReceives()).containsExactly(out);
    assertThat(forwarding.counters("seven"))
        .isEqualTo(new TunnelCounters(2, 200, 1, 200, Map.of()));
  }

  @Test
  void staysFailedWhileItsDeviceCannotBeMadeAnew() {
    forwarding.apply(List.of(Samples.clientTunnel()));
    tun.remove();
    Eventually.holds("it is noticed", () -> forwarding.failure("seven").isPresent());
    devices.refuse("not now");

    assertThat(forwarding.apply(List.of(Samples.clientTunnel()))).containsEntry("seven", "not now");
    assertThat(forwarding.failure("seven")).isPresent();
    devices.relent();
    assertThat(forwarding.apply(List.of(Samples.clientTunnel()))).isEmpty();
    assertThat(forwarding.failure("seven")).isEmpty();
  }

  @Test
  void movesManyPacketsInOrder() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    for (int i = 0; i < 1_000; i++) {
      tun.push(Packets.echoRequest(HOST, Samples.CLIENT_INNER, i));
    }

    List<byte[]> received = new ArrayList<>();
    while (received.size() < 1_000) {
      received.addAll(clientReceives());
    }

    for (int i = 0; i < 1_000; i++) {
      assertThat(ByteBuffer.wrap(received.get(i)).getShort(46)).isEqualTo((short) i);
    }
  }

  @Test
  void sharesASocketAndClosesItWithItsLastTunnel() {
    CarriedTunnel first = Samples.clientTunnel();
    CarriedTunnel second =
        Samples.tunnel(
            "nine",
            Samples.UDP,
            Samples.SERVER,
            Samples.outer("198.51.100.7", 40_001),
            "2001:db8::9/128");
    CarriedTunnel third =
        Samples.tunnel("eight", Samples.PROTOCOL_41, SERVER_41, CLIENT_41, "2001:db8::8/128");
    int others = network.openSockets();

    forwarding.apply(List.of(first, second, third));
    assertThat(network.openSockets() - others).isEqualTo(2);

    forwarding.apply(List.of(second, third));
    assertThat(network.openSockets() - others).isEqualTo(2);

    forwarding.apply(List.of(third));
    assertThat(network.isBound(Samples.UDP, Samples.SERVER)).isFalse();
    assertThat(network.isBound(Samples.PROTOCOL_41, SERVER_41)).isTrue();
  }

  @Test
  void keepsCountersAndPacketsOfATunnelThatStays() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    CarriedTunnel coming =
        Samples.tunnel("eight", Samples.PROTOCOL_41, SERVER_41, CLIENT_41, "2001:db8::8/128");

    for (int i = 0; i < 500; i++) {
      clientSends(Packets.echoRequest(Samples.CLIENT_INNER, HOST, i));
      forwarding.apply(
          i % 2 == 0 ? List.of(Samples.clientTunnel(), coming) : List.of(Samples.clientTunnel()));
    }

    for (int i = 0; i < 500; i++) {
      assertThat(ByteBuffer.wrap(tun.next()).getShort(46)).isEqualTo((short) i);
    }
    assertThat(forwarding.counters("seven").receivedPackets()).isEqualTo(500);
    assertThat(forwarding.counters("seven").drops()).isEmpty();
    assertThat(forwarding.drops()).isEmpty();
  }

  @Test
  @Threat("T13")
  void sendsNothingToTheOldPlaceOfATunnelThatMoved() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    tun.push(Packets.udp(HOST, Samples.CLIENT_INNER, 100));
    clientReceives();
    InetSocketAddress moved = Samples.outer("203.0.113.5", 5_000);
    forwarding.apply(
        List.of(
            Samples.tunnel(
                "seven", Samples.UDP, Samples.SERVER, moved, Samples.CLIENT_INNER + "/128")));
    int before = network.capture().size();

    tun.push(Packets.udp(HOST, Samples.CLIENT_INNER, 100));
    Eventually.holds("it is sent", () -> network.capture().size() > before);
    clientSends(Packets.udp(Samples.CLIENT_INNER, HOST, 100));
    Eventually.holds("the old place is refused", () -> !forwarding.drops().isEmpty());

    assertThat(network.capture().get(before).destination()).isEqualTo(moved);
    assertThat(forwarding.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 1L));
    assertThat(forwarding.counters("seven").sentPackets()).isEqualTo(2);
  }

  /** Threat T2: one after another, each outer field is forged. */
  @Test
  @Demands({"R-8-2", "D-7-2"})
  @Threat("T2")
  void answersNoForgerAndLetsNothingOfItOut() throws Exception {
    CarriedTunnel byProtocol =
        Samples.tunnel("eight", Samples.PROTOCOL_41, SERVER_41, CLIENT_41, "2001:db8::8/128");
    forwarding.apply(List.of(Samples.clientTunnel(), byProtocol));
    byte[] udp = Packets.udp(Samples.CLIENT_INNER, HOST, 100);
    byte[] bare = Packets.udp("2001:db8::8", HOST, 100);

    network.forge(Samples.UDP, Samples.outer("198.51.100.9", 40_000), Samples.SERVER, udp);
    network.forge(Samples.UDP, Samples.outer("198.51.100.7", 1), Samples.SERVER, udp);
    network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, bare);
    network.forge(Samples.PROTOCOL_41, Samples.outer("198.51.100.7", 0), SERVER_41, bare);
    network.forge(Samples.PROTOCOL_41, CLIENT_41, SERVER_41, udp);
    int sent = network.capture().size();
    network.forge(Samples.UDP, Samples.CLIENT, Samples.SERVER, udp);
    network.forge(Samples.PROTOCOL_41, CLIENT_41, SERVER_41, bare);

    assertThat(List.of(tun.next(), tun.next())).containsExactlyInAnyOrder(udp, bare);
    assertThat(tun.drain()).isEmpty();
    assertThat(network.capture()).hasSize(sent + 2);
    assertThat(forwarding.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 3L));
    assertThat(forwarding.counters("seven").drops()).isEqualTo(Map.of(DropReason.INNER_SOURCE, 1L));
    assertThat(forwarding.counters("eight").drops()).isEqualTo(Map.of(DropReason.INNER_SOURCE, 1L));
  }

  @Test
  void namesTunnelsThatCannotBeOpenedAndOpensTheRest() {
    CarriedTunnel elsewhere =
        Samples.tunnel(
            "wrong",
            Samples.UDP,
            Samples.outer("192.0.2.99", 3653),
            Samples.CLIENT,
            "2001:db8::9/128");

    Map<String, String> failures = forwarding.apply(List.of(elsewhere, Samples.clientTunnel()));

    assertThat(failures).containsOnlyKeys("wrong");
    assertThat(failures.get("wrong")).contains("192.0.2.99");
    assertThat(network.isBound(Samples.UDP, Samples.SERVER)).isTrue();
  }

  /** Threat T13: two tunnels must never share a mapping or an address. */
  @Test
  @Threat("T13")
  void refusesASecondTunnelOnTheSameMappingOrPrefix() {
    CarriedTunnel sameMapping =
        Samples.tunnel("a", Samples.UDP, Samples.SERVER, Samples.CLIENT, "2001:db8::a/128");
    CarriedTunnel samePrefix =
        Samples.tunnel(
            "b",
            Samples.UDP,
            Samples.SERVER,
            Samples.outer("198.51.100.10", 1),
            "2001:db8::b/128",
            Samples.CLIENT_PREFIX);
    CarriedTunnel fine =
        Samples.tunnel(
            "c", Samples.UDP, Samples.SERVER, Samples.outer("198.51.100.11", 1), "2001:db8::b/128");

    Map<String, String> failures =
        forwarding.apply(List.of(Samples.clientTunnel(), sameMapping, samePrefix, fine));

    assertThat(failures).containsOnlyKeys("a", "b");
  }

  @Test
  void injectsIntoATunnelAndIgnoresOthers() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    byte[] packet = Packets.echoRequest(Samples.SERVER_INNER, Samples.CLIENT_INNER, 1);

    forwarding.inject("unknown", ByteBuffer.wrap(packet));
    forwarding.inject("seven", ByteBuffer.wrap(packet));

    assertThat(clientReceives()).containsExactly(packet);
    assertThat(forwarding.counters("seven"))
        .isEqualTo(new TunnelCounters(0, 0, 1, packet.length, Map.of()));
  }

  @Test
  void anMtuThatChangesIsToldAndCostsNothing() throws Exception {
    CarriedTunnel tunnel = Samples.clientTunnel();
    forwarding.apply(List.of(tunnel));
    byte[] large = Packets.udp(HOST, Samples.CLIENT_INNER, 1400);

    forwarding.mtu("seven", 1400);
    tun.push(large);
    assertThat(clientReceives()).containsExactly(large);
    assertThat(network.capture()).last().matches(InMemoryNetwork.Crossing::whole);
    // The same tunnels once more change nothing.
    forwarding.apply(List.of(tunnel));
    tun.push(large);
    assertThat(clientReceives()).containsExactly(large);

    forwarding.mtu("seven", 1300);
    tun.push(large);
    byte[] tooBig = tun.next();
    assertThat(Packets.isIcmp(tooBig, 2)).isTrue();
    assertThat(ByteBuffer.wrap(tooBig).getInt(44)).isEqualTo(1300);
    assertThat(tooBig.length).isEqualTo(1280);
    assertThat(Packets.isChecksumRight(tooBig)).isTrue();
    forwarding.mtu("unknown", 1400);
  }

  @Test
  @Threat("T26")
  void mayBeCutOutsideUpTo1280OctetsAndNoFurther() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    forwarding.mtu("seven", 1400);
    tun.push(Packets.udp(HOST, Samples.CLIENT_INNER, 1280));
    Samples.drain(client, 1);
    tun.push(Packets.udp(HOST, Samples.CLIENT_INNER, 1281));
    Samples.drain(client, 1);

    assertThat(network.capture())
        .extracting(InMemoryNetwork.Crossing::whole)
        .containsExactly(false, true);
  }

  @Test
  void aProbeStaysWholeAndMayBeLargerThanTheMtu() throws Exception {
    forwarding.apply(List.of(Samples.clientTunnel()));
    byte[] small = Packets.echoRequest(Samples.SERVER_INNER, Samples.CLIENT_INNER, 1);
    byte[] large = Packets.udp(Samples.SERVER_INNER, Samples.CLIENT_INNER, 1472);

    assertThat(forwarding.probe("unknown", ByteBuffer.wrap(large))).isFalse();
    assertThat(forwarding.probe("seven", ByteBuffer.wrap(large))).isTrue();
    assertThat(forwarding.probe("seven", ByteBuffer.wrap(small))).isTrue();
    forwarding.inject("seven", ByteBuffer.wrap(large));
    forwarding.inject("seven", ByteBuffer.wrap(small));

    assertThat(Samples.drain(client, 3)).containsExactly(large, small, small);
    assertThat(network.capture())
        .extracting(InMemoryNetwork.Crossing::whole)
        .containsExactly(true, true, false);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 10_000})
  void carriesManyTunnels(int count) throws Exception {
    List<CarriedTunnel> tunnels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tunnels.add(
          Samples.tunnel(
              "t" + i,
              Samples.UDP,
              Samples.SERVER,
              Samples.outer("198.51.100.100", 1_024 + i),
              "2001:db8:1::%x/128".formatted(i + 1),
              "2001:db8:%x::/48".formatted(0x1000 + i)));
    }

    assertThat(forwarding.apply(tunnels)).isEmpty();
    int last = count - 1;
    byte[] packet = Packets.udp("2001:db8:%x::5".formatted(0x1000 + last), HOST, 80);
    network.forge(
        Samples.UDP, Samples.outer("198.51.100.100", 1_024 + last), Samples.SERVER, packet);

    assertThat(tun.next()).isEqualTo(packet);
    assertThat(forwarding.counters("t" + last).receivedPackets()).isEqualTo(1);
    assertThat(network.openSockets()).isEqualTo(2);
  }

  @Test
  void leavesNothingOpenWhenClosed() {
    forwarding.apply(List.of(Samples.clientTunnel()));

    forwarding.close();

    assertThat(devices.exists("culvert0")).isFalse();
    assertThat(network.isBound(Samples.UDP, Samples.SERVER)).isFalse();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("culvert-device-culvert0", "culvert-outer-192.0.2.1:3653");
  }

  @Test
  void passesOnWhyTheDeviceCannotBeMade() {
    devices.refuse("CAP_NET_ADMIN is missing");

    assertThatThrownBy(() -> datapath.start("culvert9", 1280))
        .isInstanceOf(IOException.class)
        .hasMessage("CAP_NET_ADMIN is missing");
  }

  private void clientSends(byte[] packet) throws IOException {
    client.send(Samples.batch(Samples.SERVER, packet), 0, 1);
  }

  private List<byte[]> clientReceives() throws IOException {
    PacketBatch batch = new PacketBatch(64, 2048);
    assertThat(client.receive(batch)).isTrue();
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      packets.add(Samples.packet(batch, i));
    }
    return packets;
  }
}
