package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboundTest {
  private static final String ELSEWHERE = "2001:db8:ffff::1";

  private static final String OWN_OUTER = "2001:db8:a::1";
  private static final OwnAddresses OWN =
      OwnAddresses.of(List.of(IpAddresses.parse(OWN_OUTER), IpAddresses.parse("192.0.2.1")));

  private final KeyTable<Tunnel> endpoints = new KeyTable<>(1);
  private final Tally strangers = new Tally();
  private Tunnel tunnel;

  @BeforeEach
  void openATunnel() throws Exception {
    tunnel = new Tunnel(Samples.clientTunnel(), Samples.port(new Samples.CountingSocket()));
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
  }

  @ParameterizedTest
  @ValueSource(strings = {Samples.CLIENT_INNER, "2001:db8:700::1", "2001:db8:700:ffff::"})
  void letsAssignedSourcesOut(String source) {
    PacketBatch batch = examine(Packets.udp(source, ELSEWHERE, 100));

    assertThat(batch.length(0)).isEqualTo(100);
    assertThat(tunnel.counters().receivedPackets()).isEqualTo(1);
    assertThat(tunnel.counters().receivedOctets()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::8", "2001:db8:701::1", "2001:db8:6ff:ffff::1", ELSEWHERE})
  @Demands("R-8-3")
  void dropsSourcesOfOthers(String source) {
    refuses(Packets.udp(source, ELSEWHERE, 100), DropReason.INNER_SOURCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "::192.0.2.1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2002:c000:201::1",
        Samples.SERVER_INNER,
        OWN_OUTER
      })
  @Threat("T1")
  void dropsSourcesThatNoTunnelMayCarry(String source) {
    refuses(Packets.udp(source, ELSEWHERE, 100), DropReason.MARTIAN);
  }

  @Test
  @Threat("T1")
  void dropsIpv4MappedSources() {
    byte[] packet = Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100);
    ByteBuffer.wrap(packet).putLong(8, 0).putLong(16, 0x0000FFFF_C0000201L);

    refuses(packet, DropReason.MARTIAN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"::", "::1", "fe80::1", "ff02::2", "ff02::16", "2002:c000:201::1"})
  @Threat("T1")
  void dropsDestinationsThatNoTunnelMayCarry(String destination) {
    refuses(Packets.udp(Samples.CLIENT_INNER, destination, 100), DropReason.MARTIAN);
  }

  /** Threat T3: this end would take the inner packet for one that came from outside. */
  @ParameterizedTest
  @ValueSource(ints = {4, 41})
  @Threat("T3")
  void dropsTunneledPacketsToOurOwnOuterAddress(int nextHeader) {
    byte[] nested =
        Packets.packet(
            IpAddresses.parse(Samples.CLIENT_INNER),
            IpAddresses.parse(OWN_OUTER),
            nextHeader,
            Packets.udp(ELSEWHERE, ELSEWHERE, 100));

    refuses(nested, DropReason.LOOP);
  }

  @Test
  void letsOtherPacketsReachOurOwnOuterAddress() {
    assertThat(examine(Packets.udp(Samples.CLIENT_INNER, OWN_OUTER, 100)).length(0)).isEqualTo(100);
  }

  /** The solicitations that a fresh TUN device of Linux emits. */
  @Test
  void dropsRouterSolicitations() {
    byte[] solicitation =
        Packets.packet(
            IpAddresses.parse("fe80::1"),
            IpAddresses.parse("ff02::2"),
            58,
            new byte[] {(byte) 133, 0, 0, 0, 0, 0, 0, 0});

    refuses(solicitation, DropReason.MARTIAN);
  }

  @Test
  void dropsWhatIsNoIpv6() {
    byte[] packet = Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100);
    for (int version = 0; version < 16; version++) {
      if (version != 6) {
        packet[0] = (byte) (version << 4);
        assertThat(examine(packet).length(0)).as("version %s", version).isZero();
      }
    }

    assertThat(drops()).isEqualTo(Map.of(DropReason.MALFORMED, 15L));
  }

  @Test
  void dropsPacketsCutShort() {
    byte[] whole = Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100);
    for (int length = 1; length < 100; length++) {
      PacketBatch batch = Samples.batch(Samples.CLIENT, whole);
      batch.packet(0, batch.slot(0), length);
      Inbound.examine(batch, endpoints, OWN, strangers, new Tunnel[batch.capacity()]);
      assertThat(batch.length(0)).as("%s octets", length).isZero();
    }

    assertThat(drops()).isEqualTo(Map.of(DropReason.MALFORMED, 99L));
  }

  @Test
  void cutsPaddingOff() {
    byte[] padded = new byte[146];
    System.arraycopy(Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100), 0, padded, 0, 100);

    assertThat(examine(padded).length(0)).isEqualTo(100);
  }

  @Test
  void dropsJumbograms() {
    byte[] packet =
        Packets.packet(
            IpAddresses.parse(Samples.CLIENT_INNER), IpAddresses.parse(ELSEWHERE), 0, new byte[16]);
    ByteBuffer.wrap(packet).putShort(4, (short) 0);

    refuses(packet, DropReason.MALFORMED);
  }

  @Test
  @Threat("T4")
  void dropsWhatHasNoHopLeft() {
    byte[] packet = Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100);
    packet[7] = 0;

    refuses(packet, DropReason.HOP_LIMIT);
  }

  @Test
  void leavesThePacketAsItIs() {
    byte[] packet = Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100);

    assertThat(Samples.packet(examine(packet), 0)).isEqualTo(packet);
  }

  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.8:40000", "198.51.100.7:40001", "0.0.0.0:40000"})
  @Threat("T2")
  void dropsEveryForgedOuterSource(String forged) {
    InetSocketAddress peer =
        Samples.outer(forged.split(":", -1)[0], Integer.parseInt(forged.split(":", -1)[1]));
    PacketBatch batch = Samples.batch(peer, Packets.udp(Samples.CLIENT_INNER, ELSEWHERE, 100));

    Inbound.examine(batch, endpoints, OWN, strangers, new Tunnel[batch.capacity()]);

    assertThat(batch.length(0)).isZero();
    assertThat(Tally.sum(strangers)).isEqualTo(Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 1L));
    assertThat(tunnel.counters().receivedPackets()).isZero();
  }

  /** Promise P4 over random headers: out of the tunnel if and only if assigned. */
  @Test
  @Promise("P4")
  @Threat("T1")
  void forwardsExactlyWhatIsInsideTheAssignment() {
    Random random = new Random(4);
    IpPrefix prefix = IpPrefix.parse(Samples.CLIENT_PREFIX);
    InetAddress address = IpAddresses.parse(Samples.CLIENT_INNER);
    int forwarded = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] packet = new byte[40 + random.nextInt(60)];
      random.nextBytes(packet);
      byte[] near = (random.nextBoolean() ? prefix.network() : address).getAddress();
      System.arraycopy(near, 0, packet, 8, random.nextInt(17));
      if (random.nextInt(4) > 0) {
        packet[0] = 0x60;
        ByteBuffer.wrap(packet).putShort(4, (short) (packet.length - 40 + random.nextInt(3) - 1));
        packet[24] = 0x20;
        packet[25] = 1;
      }
      int announced = 40 + (ByteBuffer.wrap(packet).getShort(4) & 0xFFFF);
      InetAddress source = Packets.source(packet);
      boolean allowed =
          (packet[0] >> 4) == 6
              && announced <= packet.length
              && !(announced == 40 && packet[6] == 0)
              && packet[7] != 0
              && (prefix.contains(source) || address.equals(source))
              && isPlainUnicast(Packets.destination(packet));

      int length = examine(packet).length(0);

      assertThat(length).isEqualTo(allowed ? announced : 0);
      forwarded += allowed ? 1 : 0;
    }
    assertThat(forwarded).isBetween(5_000, 95_000);
  }

  private static boolean isPlainUnicast(InetAddress address) {
    byte[] octets = address.getAddress();
    boolean low = ByteBuffer.wrap(octets).getLong(0) == 0;
    return octets.length == 16
        && !low
        && !address.isMulticastAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !(octets[0] == 0x20 && octets[1] == 2);
  }

  private PacketBatch examine(byte[] packet) {
    PacketBatch batch = Samples.batch(Samples.CLIENT, packet);
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
