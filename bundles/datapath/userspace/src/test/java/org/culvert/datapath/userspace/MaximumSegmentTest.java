package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TCP through a tunnel of 1280 octets: 1220 over IPv6, 1240 over IPv4. */
class MaximumSegmentTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";
  private static final byte[] MSS = TcpSamples.MSS_1460;

  private Tunnel six;
  private Tunnel four;

  @BeforeEach
  void open() throws Exception {
    six = new Tunnel(Samples.clientTunnel(), Samples.port(new Samples.CountingSocket()));
    four = new Tunnel(Samples.clientTunnel4(), Samples.port(new Samples.CountingSocket()));
  }

  @Test
  void isLoweredBothWaysAndInBothVersions() {
    for (int flags : List.of(TcpSamples.SYN, TcpSamples.SYN | TcpSamples.ACK)) {
      lowered(goesOut(TcpSamples.syn(HOST, Samples.CLIENT_INNER, flags, MSS)), 2, 1220);
      lowered(comesIn(six, TcpSamples.syn(Samples.CLIENT_INNER, HOST, flags, MSS)), 2, 1220);
      lowered(goesOut(TcpSamples.syn(HOST_4, Samples.CLIENT_INNER_4, flags, MSS)), 2, 1240);
      lowered(comesIn(four, TcpSamples.syn(Samples.CLIENT_INNER_4, HOST_4, flags, MSS)), 2, 1240);
    }
  }

  @Test
  void followsTheTunnelsMtu() {
    six.mtu(1400);

    lowered(goesOut(TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, MSS)), 2, 1340);
  }

  @Test
  void isNeverRaisedAndNotTouchedAfterTheConnectionStands() {
    byte[] small =
        TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, new byte[] {2, 4, 4, 0});
    byte[] just =
        TcpSamples.syn(
            HOST, Samples.CLIENT_INNER, TcpSamples.SYN, new byte[] {2, 4, 4, (byte) 0xC4});
    byte[] data = TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.ACK, MSS);
    byte[] udp = Packets.udp(HOST, Samples.CLIENT_INNER, 100);

    assertThat(goesOut(small.clone())).isEqualTo(small);
    assertThat(goesOut(just.clone())).isEqualTo(just);
    assertThat(goesOut(data.clone())).isEqualTo(data);
    assertThat(goesOut(udp.clone())).isEqualTo(udp);
  }

  @Test
  void isFoundAtAnOddPlaceAndBehindOtherOptions() {
    byte[] odd = {1, 2, 4, 0x05, (byte) 0xB4, 1, 1, 1};
    byte[] behind = {4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 2, 4, 0x05, (byte) 0xB4};

    lowered(goesOut(TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, odd)), 3, 1220);
    lowered(goesOut(TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, behind)), 14, 1220);
  }

  @Test
  void isFoundBehindExtensionHeadersAndInAFirstFragmentOnly() {
    byte[] plain = TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, MSS);
    byte[] options =
        withExtension(plain, 60, new byte[] {6, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    byte[] first = withExtension(plain, 44, new byte[] {6, 0, 0, 1, 0, 0, 0, 9});
    byte[] later = withExtension(plain, 44, new byte[] {6, 0, 0, 8, 0, 0, 0, 9});

    assertThat(mssBehind(goesOut(options.clone()), 16)).isEqualTo(1220);
    assertThat(mssBehind(goesOut(first.clone()), 8)).isEqualTo(1220);
    assertThat(goesOut(later.clone())).isEqualTo(later);
  }

  @Test
  void endsAtOptionsThatMakeNoSense() {
    for (byte[] options :
        List.of(
            new byte[] {3, 0, 2, 4, 0x05, (byte) 0xB4},
            new byte[] {3, 1, 2, 4, 0x05, (byte) 0xB4},
            new byte[] {3, 99, 2, 4, 0x05, (byte) 0xB4},
            new byte[] {0, 2, 4, 0x05, (byte) 0xB4},
            new byte[] {2, 3, 0x7F, 1},
            new byte[] {1, 1, 1, 2})) {
      byte[] packet = TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, options);

      assertThat(goesOut(packet.clone())).isEqualTo(packet);
    }
  }

  /** Whatever stands behind the IP header: what changes is two octets and the checksum. */
  @Property(tries = 2_000)
  void changesNothingElse(
      @ForAll @Size(min = 20, max = 80) byte[] tcp,
      @ForAll @IntRange(min = 5, max = 15) int words,
      @ForAll @IntRange(min = 576, max = 1500) int mtu) {
    tcp[12] = (byte) (words << 4);
    tcp[13] = TcpSamples.SYN;
    byte[] before =
        TcpSamples.withChecksum(
            Packets.packet(
                IpAddresses.parse(HOST),
                IpAddresses.parse(Samples.CLIENT_INNER),
                TcpSamples.TCP,
                tcp));
    ByteBuffer memory = ByteBuffer.wrap(before.clone());
    long upper = UpperLayer.of(memory, 0, before.length, false);

    MaximumSegment.clamp(memory, 0, before.length, false, upper, mtu);

    assertThat(TcpSamples.isChecksumRight(memory.array())).isTrue();
    assertThat(Arrays.copyOf(memory.array(), 56)).isEqualTo(Arrays.copyOf(before, 56));
    assertThat(memory.getShort(58)).isEqualTo(ByteBuffer.wrap(before).getShort(58));
    int options = Math.min(before.length, 40 + words * 4);
    assertThat(Arrays.copyOfRange(memory.array(), options, before.length))
        .isEqualTo(Arrays.copyOfRange(before, options, before.length));
  }

  private static void lowered(byte[] packet, int at, int expected) {
    assertThat(TcpSamples.announced(packet, at)).isEqualTo(expected);
    assertThat(TcpSamples.isChecksumRight(packet)).isTrue();
  }

  private static int mssBehind(byte[] packet, int extension) {
    return ByteBuffer.wrap(packet).getShort(Packets.HEADER + extension + TcpSamples.HEADER + 2);
  }

  private static byte[] withExtension(byte[] packet, int number, byte[] extension) {
    byte[] payload = Arrays.copyOf(extension, extension.length + packet.length - Packets.HEADER);
    System.arraycopy(
        packet, Packets.HEADER, payload, extension.length, packet.length - Packets.HEADER);
    return Packets.packet(Packets.source(packet), Packets.destination(packet), number, payload);
  }

  private byte[] goesOut(byte[] packet) {
    PacketBatch batch = Samples.batch(Samples.CLIENT, packet);
    new Outbound(1, 2048, TrafficClass.ALL, new Tally(), System::nanoTime)
        .forward(batch, Routes.of(List.of(six, four)));
    return Samples.packet(batch, 0);
  }

  private static byte[] comesIn(Tunnel tunnel, byte[] packet) {
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    PacketBatch batch = Samples.batch(tunnel.carried.outer().remote(), packet);
    Inbound.examine(batch, endpoints, OwnAddresses.NONE, new Tally(), new Tunnel[1]);
    return Samples.packet(batch, 0);
  }
}
