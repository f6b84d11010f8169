package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A tunnel's packet in a tunnel's packet is found wherever it hides (threats T3 and T4). */
class NestedTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String OUTER_6 = IpAddresses.text(Samples.SERVER_4.getAddress());
  private static final byte[] INNER = Packets.udp(HOST, HOST, 60);
  private static final byte[] INNER_4 = Ipv4Packets.udp("203.0.113.7", "203.0.113.9", 60);

  private final Samples.CountingSocket socket = new Samples.CountingSocket();
  private final Tally unrouted = new Tally();
  private final Outbound outbound = new Outbound(64, 2048, TrafficClass.ALL, unrouted, () -> 0);
  private final KeyTable<Tunnel> ends = new KeyTable<>(2);
  private Tunnel six;
  private Tunnel four;
  private Routes routes;

  @BeforeEach
  void openOneOfEach() throws Exception {
    six = new Tunnel(Samples.clientTunnel(), Samples.port(socket));
    four = new Tunnel(Samples.clientTunnel4(), Samples.port(socket));
    routes = Routes.of(List.of(six, four));
    ends.put(six.peerHigh, six.peerLow, six.peerPort, six);
    ends.put(four.peerHigh, four.peerLow, four.peerPort, four);
  }

  static Stream<byte[]> hidden() {
    byte[] options = {0, 0, 1, 4, 0, 0, 0, 0};
    return Stream.of(
        packet(60, header(4, options), INNER_4),
        packet(60, header(41, options), INNER),
        packet(0, header(4, options), INNER_4),
        packet(43, header(4, new byte[] {0, 0, 0, 0, 0, 0, 0, 0}), INNER_4),
        packet(0, header(60, options), header(4, options), INNER_4),
        packet(0, header(43, options), header(60, options), header(41, options), INNER),
        packet(44, fragment(4, 0), INNER_4),
        packet(44, fragment(60, 0), header(4, options), INNER_4),
        packet(44, fragment(4, 64), new byte[64]),
        packet(60, header(44, options), fragment(4, 0), INNER_4),
        packet(51, header(4, new byte[] {0, 0, 0, 0, 0, 0, 0, 0}), INNER_4),
        // A chain that does not end in the packet, or is longer than anybody's.
        packet(60, new byte[] {4, 9, 1, 4, 0, 0, 0, 0}),
        packet(60, Stream.generate(() -> header(60, options)).limit(40).toArray(byte[][]::new)));
  }

  @ParameterizedTest
  @MethodSource("hidden")
  @Threat("T4")
  void dropsWhatThisEndWouldUnpackTwiceHoweverItHides(byte[] packet) {
    assertThat(comesIn(Samples.CLIENT, packet)).isZero();
    assertThat(six.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
  }

  @Test
  @Threat("T4")
  void dropsDataOfUdpTunnelsToOurOwnPort() {
    byte[] data = udp4("203.0.113.7", "192.0.2.1", 40_000, 3653, INNER);
    byte[] signaling = udp4("203.0.113.7", "192.0.2.1", 40_000, 3653, new byte[] {(byte) 0xF0, 1});

    assertThat(comesIn(Samples.CLIENT_4, data)).isZero();
    assertThat(four.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
    assertThat(comesIn(Samples.CLIENT_4, signaling)).isEqualTo(signaling.length);
  }

  /** What comes behind the UDP header is in the next fragment, which no one can judge. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8})
  @Threat("T4")
  void dropsAFirstFragmentThatHidesWhatIsBehindItsUdpHeader(int octets) {
    byte[] udp = Arrays.copyOf(udp(40_000, 3653, new byte[0]), octets);
    byte[] four = Ipv4Packets.packet(ip("203.0.113.7"), ip("192.0.2.1"), 17, udp);
    byte[] six = packet(44, first(17), udp);
    four[6] |= 0x20;

    assertThat(comesIn(Samples.CLIENT_4, four)).isZero();
    assertThat(comesIn(Samples.CLIENT, six)).isZero();
    assertThat(this.four.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
    assertThat(this.six.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
  }

  @Test
  void letsFirstFragmentsToOtherPortsPass() {
    byte[] four =
        Ipv4Packets.packet(ip("203.0.113.7"), ip("192.0.2.1"), 17, udp(40_000, 5353, new byte[0]));
    byte[] six = packet(44, first(17), udp(40_000, 5353, new byte[0]));
    four[6] |= 0x20;

    assertThat(comesIn(Samples.CLIENT_4, four)).isEqualTo(four.length);
    assertThat(comesIn(Samples.CLIENT, six)).isEqualTo(six.length);
  }

  @Test
  void letsWholeDatagramsWithNothingInThemPass() {
    byte[] empty = udp4("203.0.113.7", "192.0.2.1", 40_000, 3653, new byte[0]);

    assertThat(comesIn(Samples.CLIENT_4, empty)).isEqualTo(empty.length);
  }

  @Test
  void letsExtensionHeadersWithoutATunnelPass() {
    byte[] options = {0, 0, 1, 4, 0, 0, 0, 0};
    byte[] packet = packet(60, header(17, options), new byte[] {4, 0, 0, 9, 0, 8, 0, 0});

    assertThat(comesIn(Samples.CLIENT, packet)).isEqualTo(packet.length);
  }

  @Test
  @Threat("T4")
  void letsTunnelsOfOthersPassWithinReason() {
    byte[] packet = Packets.udp(HOST, Samples.CLIENT_INNER, 100);
    for (int depth = 1; depth <= 4; depth++) {
      packet = Packets.packet(ip(HOST), ip(Samples.CLIENT_INNER), 41, packet);
      assertThat(goesIn(packet)).as("%s inside one another", depth).isEqualTo(depth);
    }

    packet = Packets.packet(ip(HOST), ip(Samples.CLIENT_INNER), 41, packet);

    assertThat(goesIn(packet)).isEqualTo(4);
    assertThat(six.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
  }

  /** What this end has packed itself goes into no other tunnel. */
  @Test
  @Threat("T4")
  void dropsItsOwnPacketsThatComeBack() {
    goesIn(udp4("192.0.2.1", "10.7.0.9", 3653, 40_000, INNER));
    goesIn(Packets.packet(ip(OUTER_6), ip(Samples.CLIENT_INNER), 4, INNER_4));

    assertThat(socket.packets).isZero();
    assertThat(four.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
    assertThat(six.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 1L));
  }

  @Test
  void letsOtherPacketsOfThisHostPass() {
    goesIn(udp4("192.0.2.1", "10.7.0.9", 5353, 5353, INNER));
    goesIn(Packets.udp(OUTER_6, Samples.CLIENT_INNER, 100));

    assertThat(socket.packets).isEqualTo(2);
  }

  /** A6: each tunnel's other end is inside the other tunnel. */
  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1 2001:db8:a::1", "203.0.113.66 2001:db8:6::6"})
  @Threat("T4")
  void aPacketThatGoesRoundEndsSoon(String relays) throws Exception {
    String relay4 = relays.split(" ", -1)[0];
    String relay6 = relays.split(" ", -1)[1];
    InetSocketAddress inB = Samples.outer("10.7.0.9", 40_000);
    InetSocketAddress inA = Samples.outer("2001:db8:700::9", 0);
    Samples.CountingSocket udp = keeping();
    Samples.CountingSocket raw = keeping();
    Tunnel a =
        new Tunnel(
            Samples.tunnel("a", Samples.UDP, Samples.SERVER, inB, Samples.CLIENT_PREFIX),
            Samples.port(udp));
    Tunnel b =
        new Tunnel(
            Samples.tunnel4("b", inA, List.of(), Samples.CLIENT_PREFIX_4), Samples.port(raw));
    routes = Routes.of(List.of(a, b));
    goesIn(Packets.udp(HOST, "2001:db8:700::1", 1000));
    int sent = 0;

    // Whoever carries outer packets brings them back here, as routes for the inner ones say.
    for (int round = 0; round < 1_000 && udp.sent.size() + raw.sent.size() > 0; round++) {
      List<byte[]> out4 = List.copyOf(udp.sent);
      List<byte[]> out6 = List.copyOf(raw.sent);
      udp.sent.clear();
      raw.sent.clear();
      sent += out4.size() + out6.size();
      assertThat(sent).as("packets that go round").isLessThan(64);
      out4.forEach(packet -> goesIn(udp4(relay4, "10.7.0.9", 3653, 40_000, packet)));
      out6.forEach(packet -> goesIn(Packets.packet(ip(relay6), ip("2001:db8:700::9"), 4, packet)));
    }

    assertThat(sent).isBetween(1, 63);
    assertThat(Tally.sum(a.out, b.out).get(DropReason.LOOP)).isPositive();
  }

  @Test
  @Threat("T4")
  void aUsedUpLimitOfEncapsulationIsObeyedAndTold() {
    byte[] left = packet(60, header(17, new byte[] {0, 0, 4, 1, 1, 1, 0, 0}), new byte[8]);
    byte[] none = packet(60, header(17, new byte[] {0, 0, 4, 1, 0, 1, 0, 0}), new byte[8]);
    byte[] behind =
        packet(
            0,
            header(60, new byte[] {0, 0, 1, 4, 0, 0, 0, 0}),
            header(17, new byte[] {0, 0, 0, 4, 1, 0, 0, 0}),
            new byte[8]);

    assertThat(goesIn(toClient(left))).isOne();
    PacketBatch errors = forward(toClient(none));
    assertThat(socket.packets).isOne();
    assertThat(errors.size()).isOne();
    byte[] error = Samples.packet(errors, 0);
    assertThat(Packets.isIcmp(error, 4)).isTrue();
    assertThat(Packets.isChecksumRight(error)).isTrue();
    assertThat(ByteBuffer.wrap(error).getInt(44)).as("where the limit is").isEqualTo(44);
    assertThat(ByteBuffer.wrap(Samples.packet(forward(toClient(behind)), 0)).getInt(44))
        .isEqualTo(53);
    assertThat(six.counters().drops()).isEqualTo(Map.of(DropReason.LOOP, 2L));
  }

  private static byte[] toClient(byte[] packet) {
    byte[] turned = packet.clone();
    System.arraycopy(ip(HOST).getAddress(), 0, turned, 8, 16);
    System.arraycopy(ip(Samples.CLIENT_INNER).getAddress(), 0, turned, 24, 16);
    return turned;
  }

  private int comesIn(InetSocketAddress peer, byte[] packet) {
    PacketBatch batch = Samples.batch(peer, packet);
    Inbound.examine(batch, ends, Routes.own(List.of(six, four)), unrouted, new Tunnel[1]);
    return batch.length(0);
  }

  /** Returns how many packets have gone into tunnels so far. */
  private int goesIn(byte[] packet) {
    forward(packet);
    return socket.packets;
  }

  private PacketBatch forward(byte[] packet) {
    return outbound.forward(Samples.batch(Samples.CLIENT, packet), routes);
  }

  private static Samples.CountingSocket keeping() {
    Samples.CountingSocket socket = new Samples.CountingSocket();
    socket.keeping = true;
    return socket;
  }

  private static java.net.InetAddress ip(String text) {
    return IpAddresses.parse(text);
  }

  /** From the client to the outer address of this end for IPv4 in IPv6. */
  private static byte[] packet(int nextHeader, byte[]... parts) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      payload.writeBytes(part);
    }
    return Packets.packet(ip(Samples.CLIENT_INNER), ip(OUTER_6), nextHeader, payload.toByteArray());
  }

  private static byte[] header(int next, byte[] octets) {
    byte[] header = octets.clone();
    header[0] = (byte) next;
    return header;
  }

  private static byte[] fragment(int next, int offset) {
    return ByteBuffer.allocate(8).put((byte) next).put((byte) 0).putShort((short) offset).array();
  }

  /** The header of a first fragment, behind which others come. */
  private static byte[] first(int next) {
    byte[] header = fragment(next, 0);
    header[3] = 1;
    return header;
  }

  private static byte[] udp4(String from, String to, int source, int destination, byte[] data) {
    return Ipv4Packets.packet(ip(from), ip(to), 17, udp(source, destination, data));
  }

  private static byte[] udp(int source, int destination, byte[] data) {
    return ByteBuffer.allocate(8 + data.length)
        .putShort((short) source)
        .putShort((short) destination)
        .putShort((short) (8 + data.length))
        .putShort((short) 0)
        .put(data)
        .array();
  }
}
