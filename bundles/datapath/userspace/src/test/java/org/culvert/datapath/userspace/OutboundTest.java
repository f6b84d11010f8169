package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final InetSocketAddress ELSEWHERE =
      new InetSocketAddress(IpAddresses.parse("203.0.113.9"), 4000);
  private static final int TOO_BIG = 2;
  private static final int UNREACHABLE = 1;

  private final Samples.CountingSocket socket = new Samples.CountingSocket();
  private final Samples.CountingSocket otherSocket = new Samples.CountingSocket();
  private final Tally unrouted = new Tally();
  private long nanos;
  private final Outbound outbound =
      new Outbound(256, 2048, TrafficClass.ALL, unrouted, () -> nanos);
  private Tunnel tunnel;
  private Tunnel other;
  private Routes routes;

  @BeforeEach
  void openTwoTunnels() throws Exception {
    tunnel = new Tunnel(Samples.clientTunnel(), Samples.port(socket));
    CarriedTunnel filtered =
        new CarriedTunnel(
            "eight",
            Samples.PROTOCOL_41,
            Samples.clientTunnel().outer(),
            IpAddresses.parse("2001:db8::8"),
            List.of(IpPrefix.parse("2001:db8:800::/48")),
            List.of(IpPrefix.parse("2001:db8:ffff::/48")),
            1400);
    other = new Tunnel(filtered, Samples.port(otherSocket));
    routes = Routes.of(List.of(tunnel, other));
  }

  @Test
  void sendsToTheEndOfTheTunnelThatHoldsTheDestination() {
    PacketBatch errors = forward(Packets.udp(HOST, "2001:db8:700::9", 200));

    assertThat(errors.size()).isZero();
    assertThat(socket.packets).isEqualTo(1);
    assertThat(socket.lastPeer).isEqualTo(PacketBatch.low(Samples.CLIENT.getAddress()));
    assertThat(tunnel.counters().sentPackets()).isEqualTo(1);
    assertThat(tunnel.counters().sentOctets()).isEqualTo(200);
  }

  @Test
  void smallPacketsStayWholeBesideLargeOnesWhoseWayTheyGo() {
    socket.keeping = true;
    tunnel.mtu(1400);
    byte[] small = Packets.udp(HOST, "2001:db8:700::9", 1000);
    byte[] large = Packets.udp(HOST, "2001:db8:700::9", 1400);

    forward(small, large, small);
    assertThat(socket.whole).as("one burst that may not be cut").containsExactly(true, true, true);
    assertThat(socket.calls).isOne();

    socket.whole.clear();
    forward(small, small);
    assertThat(socket.whole).as("too few to notice a path that shrank").containsOnly(false);
  }

  @Test
  void aPathThatMayCarryNoMoreThan1280OctetsIsNoMatterOfOtherTunnels() throws Exception {
    socket.keeping = true;
    Tunnel narrow =
        new Tunnel(
            Samples.tunnel("nine", Samples.UDP, Samples.SERVER, ELSEWHERE, "2001:db8:900::/48"),
            tunnel.port);
    routes = Routes.of(List.of(tunnel, narrow));
    tunnel.mtu(1400);

    forward(
        Packets.udp(HOST, "2001:db8:900::9", 1280),
        Packets.udp(HOST, "2001:db8:700::9", 1400),
        Packets.udp(HOST, "2001:db8:900::9", 1000),
        Packets.udp(HOST, "2001:db8:700::9", 1000));

    assertThat(socket.whole).containsExactly(false, true, false, true);
  }

  @Test
  void sendsPacketsOfOneSocketTogetherAndKeepsOrder() {
    byte[] here = Packets.udp(HOST, Samples.CLIENT_INNER, 100);
    byte[] there = Packets.udp(HOST, "2001:db8:800::1", 100);
    byte[] nowhere = Packets.udp(HOST, "2001:db8:900::1", 100);

    forward(here, here, nowhere, here, there, there, here);

    assertThat(socket.packets).isEqualTo(4);
    assertThat(socket.calls).isEqualTo(2);
    assertThat(otherSocket.packets).isEqualTo(2);
    assertThat(otherSocket.calls).isEqualTo(1);
  }

  @Test
  void tellsTheSenderThatAPacketIsTooBig() {
    byte[] packet = Packets.udp(HOST, Samples.CLIENT_INNER, 1281);

    PacketBatch errors = forward(packet);

    assertThat(errors.size()).isEqualTo(1);
    byte[] error = Samples.packet(errors, 0);
    assertThat(Packets.isIcmp(error, TOO_BIG)).isTrue();
    assertThat(Packets.isChecksumRight(error)).isTrue();
    assertThat(ByteBuffer.wrap(error).getInt(44)).isEqualTo(1280);
    assertThat(Packets.source(error)).isEqualTo(IpAddresses.parse(Samples.SERVER_INNER));
    assertThat(Packets.destination(error)).isEqualTo(IpAddresses.parse(HOST));
    assertThat(error).hasSize(1280).endsWith(Arrays.copyOf(packet, 1232));
    assertThat(tunnel.counters().drops()).isEqualTo(Map.of(DropReason.TOO_BIG, 1L));
    assertThat(socket.packets).isZero();
  }

  @Test
  void sendsItsOwnAnswerToALargeEchoRequestAndLetsItBeCut() {
    byte[] reply = new byte[1_400];
    reply[0] = (byte) 129;

    PacketBatch errors = forward(icmp(Samples.SERVER_INNER, reply));

    // Else this host would be told, and send nothing larger than that for ten minutes.
    assertThat(errors.size()).isZero();
    assertThat(socket.packets).isEqualTo(1);
    assertThat(socket.lastWhole).isFalse();
    assertThat(tunnel.counters().sentOctets()).isEqualTo(1_440);
  }

  @Test
  void tellsEverybodyElseThatAnAnswerIsTooBig() {
    byte[] reply = new byte[1_400];
    reply[0] = (byte) 129;

    PacketBatch errors = forward(icmp(HOST, reply));

    assertThat(Packets.isIcmp(Samples.packet(errors, 0), TOO_BIG)).isTrue();
    assertThat(socket.packets).isZero();
  }

  private static byte[] icmp(String source, byte[] message) {
    return Packets.packet(
        IpAddresses.parse(source), IpAddresses.parse(Samples.CLIENT_INNER), 58, message);
  }

  @Test
  void sendsWhatJustFits() {
    forward(Packets.udp(HOST, Samples.CLIENT_INNER, 1280));

    assertThat(socket.packets).isEqualTo(1);
  }

  @Test
  void quotesAnOddNumberOfOctetsWithARightChecksum() {
    PacketBatch errors = forward(Packets.udp(HOST, "2001:db8:900::1", 101));

    assertThat(Packets.isChecksumRight(Samples.packet(errors, 0))).isTrue();
  }

  @Test
  void tellsTheSenderThatNoTunnelLeadsThere() {
    PacketBatch errors = forward(Packets.udp(HOST, "2001:db8:900::1", 100));

    byte[] error = Samples.packet(errors, 0);
    assertThat(Packets.isIcmp(error, UNREACHABLE)).isTrue();
    assertThat(error[41]).isZero();
    assertThat(error).hasSize(148);
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.NO_ROUTE, 1L));
  }

  @Test
  void saysNothingAboutErrors() {
    byte[] error = new byte[1300];
    error[0] = 1;
    byte[] packet =
        Packets.packet(IpAddresses.parse(HOST), IpAddresses.parse(Samples.CLIENT_INNER), 58, error);

    assertThat(forward(packet).size()).isZero();
    assertThat(tunnel.counters().drops()).isEqualTo(Map.of(DropReason.TOO_BIG, 1L));
  }

  @Test
  void answersEchoRequestsThatAreTooBig() {
    byte[] echo = new byte[1300];
    echo[0] = (byte) 128;
    byte[] packet =
        Packets.packet(IpAddresses.parse(HOST), IpAddresses.parse(Samples.CLIENT_INNER), 58, echo);

    assertThat(forward(packet).size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff02::2", "fe80::1", "::1", "2002:c000:201::1"})
  void dropsInSilenceWhatNoTunnelMayCarry(String destination) {
    assertThat(forward(Packets.udp(HOST, destination, 100)).size()).isZero();
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MARTIAN, 1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"::", "fe80::1", "ff02::1"})
  void dropsInSilenceWhatComesFromNoNode(String source) {
    assertThat(forward(Packets.udp(source, Samples.CLIENT_INNER, 100)).size()).isZero();
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MARTIAN, 1L));
  }

  @Test
  void sendsOnlyFromLocalPrefixesWhereThereAreSome() {
    forward(
        Packets.udp("2001:db8:eeee::1", "2001:db8:800::1", 100),
        Packets.udp(HOST, "2001:db8:800::1", 100));

    assertThat(otherSocket.packets).isEqualTo(1);
    assertThat(other.counters().drops()).isEqualTo(Map.of(DropReason.INNER_SOURCE, 1L));
  }

  @Test
  void keepsErrorsUnderARate() {
    byte[] packet = Packets.udp(HOST, "2001:db8:900::1", 100);

    assertThat(errorsAfter(10_000, packet)).isEqualTo(50);
    nanos += 100_000_000;
    assertThat(errorsAfter(10_000, packet)).isEqualTo(20);
  }

  private int errorsAfter(int bursts, byte[] packet) {
    int errors = 0;
    for (int i = 0; i < bursts; i++) {
      errors += forward(packet).size();
    }
    return errors;
  }

  @Test
  void survivesABurstOfErrorsLargerThanItsRoom() {
    byte[][] packets = new byte[200][];
    Arrays.fill(packets, Packets.udp(HOST, "2001:db8:900::1", 100));

    assertThat(forward(packets).size()).isBetween(1, 50);
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.NO_ROUTE, 200L));
  }

  @Test
  void dropsWhatIsNoWholeIpv6Packet() {
    byte[] cut = Arrays.copyOf(Packets.udp(HOST, Samples.CLIENT_INNER, 100), 99);

    assertThat(forward(cut, new byte[] {0x45, 0}, new byte[0]).size()).isZero();
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MALFORMED, 3L));
  }

  private PacketBatch forward(byte[]... packets) {
    return outbound.forward(Samples.batch(Samples.CLIENT, packets), routes);
  }
}
