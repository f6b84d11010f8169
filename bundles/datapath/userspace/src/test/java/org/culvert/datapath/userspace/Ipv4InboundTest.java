package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4InboundTest {
  private static final String ELSEWHERE = "192.0.2.99";
  private static final String OWN_OUTER = "192.0.2.1";
  private static final OwnAddresses OWN = OwnAddresses.of(List.of(IpAddresses.parse(OWN_OUTER)));

  private final KeyTable<Tunnel> endpoints = new KeyTable<>(1);
  private final Tally strangers = new Tally();
  private final Tunnel tunnel;

  Ipv4InboundTest() throws Exception {
    tunnel = new Tunnel(Samples.clientTunnel4(), Samples.port(new Samples.CountingSocket()));
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
  }

  @ParameterizedTest
  @ValueSource(strings = {Samples.CLIENT_INNER_4, "10.7.0.0", "10.7.255.255", "10.7.1.2"})
  void letsAssignedSourcesOut(String source) {
    byte[] packet = Ipv4Packets.udp(source, ELSEWHERE, 100);

    PacketBatch batch = examine(packet);

    assertThat(Samples.packet(batch, 0)).isEqualTo(packet);
    assertThat(tunnel.counters().receivedPackets()).isEqualTo(1);
    assertThat(tunnel.counters().receivedOctets()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.8", "203.0.113.6", "10.6.255.255", "10.8.0.0", ELSEWHERE})
  void dropsSourcesOfOthers(String source) {
    refuses(Ipv4Packets.udp(source, ELSEWHERE, 100), DropReason.INNER_SOURCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        Samples.SERVER_INNER_4,
        OWN_OUTER
      })
  @Threat("T1")
  void dropsSourcesThatNoTunnelMayCarry(String source) {
    refuses(Ipv4Packets.udp(source, ELSEWHERE, 100), DropReason.MARTIAN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "127.0.0.1",
        "169.254.1.1",
        "224.0.0.22",
        "240.0.0.1",
        "255.255.255.255"
      })
  void dropsDestinationsThatNoTunnelMayCarry(String destination) {
    refuses(Ipv4Packets.udp(Samples.CLIENT_INNER_4, destination, 100), DropReason.MARTIAN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0.1", "126.0.0.1", "128.0.0.1", "169.253.0.1", "223.0.0.1"})
  void letsTheirNeighborsThrough(String destination) {
    assertThat(examine(Ipv4Packets.udp(Samples.CLIENT_INNER_4, destination, 100)).length(0))
        .isEqualTo(100);
  }

  /** Threat T3: this end would take the inner packet for one that came from outside. */
  @ParameterizedTest
  @ValueSource(ints = {4, 41})
  @Threat("T3")
  void dropsTunneledPacketsToOurOwnOuterAddress(int protocol) {
    byte[] nested =
        Ipv4Packets.packet(
            IpAddresses.parse(Samples.CLIENT_INNER_4),
            IpAddresses.parse(OWN_OUTER),
            protocol,
            new byte[40]);

    refuses(nested, DropReason.LOOP);
  }

  @Test
  void letsOtherPacketsReachOurOwnOuterAddress() {
    assertThat(examine(Ipv4Packets.udp(Samples.CLIENT_INNER_4, OWN_OUTER, 100)).length(0))
        .isEqualTo(100);
  }

  @Test
  void dropsIpv6() {
    refuses(Packets.udp(Samples.CLIENT_INNER, "2001:db8::1", 100), DropReason.MALFORMED);
  }

  @Test
  void dropsEveryOtherVersion() {
    byte[] packet = Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 100);
    for (int version = 0; version < 16; version++) {
      if (version != 4) {
        packet[0] = (byte) (version << 4 | 5);
        assertThat(examine(packet).length(0)).as("version %s", version).isZero();
      }
    }

    assertThat(drops()).isEqualTo(Map.of(DropReason.MALFORMED, 15L));
  }

  @Test
  void dropsPacketsCutShort() {
    byte[] whole = Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 100);
    for (int length = 1; length < 100; length++) {
      PacketBatch batch = Samples.batch(Samples.CLIENT_4, whole);
      batch.packet(0, batch.slot(0), length);
      Inbound.examine(batch, endpoints, OWN, strangers, new Tunnel[batch.capacity()]);
      assertThat(batch.length(0)).as("%s octets", length).isZero();
    }

    assertThat(drops()).isEqualTo(Map.of(DropReason.MALFORMED, 99L));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void dropsHeadersShorterThanAHeader(int words) {
    byte[] packet = Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 100);
    packet[0] = (byte) (0x40 | words);

    refuses(packet, DropReason.MALFORMED);
  }

  @Test
  void dropsHeadersLongerThanThePacket() {
    byte[] packet = Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 40);
    packet[0] = 0x4B;

    refuses(packet, DropReason.MALFORMED);
  }

  @Test
  void cutsPaddingOff() {
    byte[] padded = new byte[146];
    System.arraycopy(Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 100), 0, padded, 0, 100);

    assertThat(examine(padded).length(0)).isEqualTo(100);
  }

  @Test
  @Threat("T4")
  void dropsWhatHasNoHopLeft() {
    byte[] packet = Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE, 100);
    packet[8] = 0;

    refuses(packet, DropReason.HOP_LIMIT);
  }

  /** Promise P4: out of the tunnel if and only if assigned. */
  @Property(tries = 5_000)
  @Promise("P4")
  @Threat("T1")
  void forwardsExactlyWhatIsInsideTheAssignment(@ForAll("headers") byte[] packet) {
    IpPrefix prefix = IpPrefix.parse(Samples.CLIENT_PREFIX_4);
    InetAddress source = Ipv4Packets.source(packet);
    int announced = ByteBuffer.wrap(packet).getShort(2) & 0xFFFF;
    int header = (packet[0] & 0xF) * 4;
    boolean allowed =
        (packet[0] & 0xF0) == 0x40
            && header >= 20
            && header <= announced
            && announced <= packet.length
            && packet[8] != 0
            && (prefix.contains(source) || source.equals(IpAddresses.parse(Samples.CLIENT_INNER_4)))
            && isPlainUnicast(Ipv4Packets.destination(packet))
            && !(Ipv4Packets.destination(packet).equals(IpAddresses.parse(OWN_OUTER))
                && (packet[9] == 4 || packet[9] == 41));

    int length = examine(packet).length(0);

    assertThat(length).isEqualTo(allowed ? announced : 0);
    Statistics.label("forwarded")
        .collect(allowed)
        .coverage(coverage -> coverage.check(true).percentage(p -> p > 5 && p < 95));
  }

  /** Random headers, most of them nearly right, with sources near the assignment. */
  @Provide
  Arbitrary<byte[]> headers() {
    Arbitrary<byte[]> random = Arbitraries.bytes().array(byte[].class).ofMinSize(20).ofMaxSize(80);
    Arbitrary<byte[]> sources =
        Arbitraries.of(
                Samples.CLIENT_INNER_4, "10.7.0.0", "10.7.255.255", "10.8.0.1", "203.0.113.8")
            .map(text -> IpAddresses.parse(text).getAddress());
    return Combinators.combine(
            random,
            sources,
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(-1, 1),
            Arbitraries.integers().between(0, 7))
        .as(
            (packet, source, kept, excess, kind) -> {
              byte[] made = packet.clone();
              System.arraycopy(source, 0, made, 12, kept);
              if (kind > 0) {
                made[0] = (byte) (0x40 | (kind == 1 ? made[0] & 0xF : 5));
                ByteBuffer.wrap(made).putShort(2, (short) (made.length + excess));
              }
              if (kind == 2) {
                System.arraycopy(IpAddresses.parse(OWN_OUTER).getAddress(), 0, made, 16, 4);
              }
              return made;
            });
  }

  private static boolean isPlainUnicast(InetAddress address) {
    int first = address.getAddress()[0] & 0xFF;
    return first != 0
        && first < 224
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress();
  }

  private PacketBatch examine(byte[] packet) {
    PacketBatch batch = Samples.batch(Samples.CLIENT_4, packet);
    Inbound.examine(batch, endpoints, OWN, strangers, new Tunnel[batch.capacity()]);
    return batch;
  }

  private void refuses(byte[] packet, DropReason reason) {
    assertThat(examine(packet).length(0)).isZero();
    assertThat(drops()).isEqualTo(Map.of(reason, 1L));
    assertThat(tunnel.counters().receivedPackets()).isZero();
  }

  private Map<DropReason, Long> drops() {
    return tunnel.counters().drops();
  }
}
