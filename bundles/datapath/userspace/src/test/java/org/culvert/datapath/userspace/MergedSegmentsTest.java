package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a raw socket gets from a kernel that merged segments and left checksums to a card. */
class MergedSegmentsTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";
  private static final int FIN_PSH_ACK_CWR = 0x99;
  private static final InetSocketAddress SERVER_41 = Samples.outer("192.0.2.1", 0);
  private static final InetSocketAddress CLIENT_41 = Samples.outer("198.51.100.8", 0);
  private static final CarriedTunnel EIGHT =
      Samples.tunnel("eight", Samples.PROTOCOL_41, SERVER_41, CLIENT_41, Samples.CLIENT_PREFIX);
  private static final String CLIENT = "2001:db8:700::1";

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private Forwarding forwarding;
  private InMemoryTun tun;

  @BeforeEach
  void start() throws Exception {
    forwarding =
        new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"))
            .start("culvert0", 1280);
    forwarding.apply(List.of(EIGHT, Samples.clientTunnel4()));
    tun = devices.tun("culvert0");
  }

  @AfterEach
  void stop() {
    forwarding.close();
  }

  @Test
  void theLongestIpv6PacketComesOutInPieces() throws Exception {
    comesOutInPieces(data(CLIENT, HOST, 65_000));
  }

  @Test
  void theLongestIpv4PacketComesOutInPieces() throws Exception {
    comesOutInPieces(data(Samples.CLIENT_INNER_4, HOST_4, 65_000));
  }

  @Test
  void alsoWhatIsNotMuchLonger() throws Exception {
    comesOutInPieces(data(CLIENT, HOST, 1_300));
  }

  private void comesOutInPieces(byte[] merged) throws Exception {
    String source = Ipv4Packets.isIpv4(merged) ? Samples.CLIENT_INNER_4 : CLIENT;
    String destination = Ipv4Packets.isIpv4(merged) ? HOST_4 : HOST;
    byte[] before = TcpSamples.syn(source, destination, TcpSamples.ACK, TcpSamples.MSS_1460);
    byte[] after = TcpSamples.syn(source, destination, TcpSamples.ACK);
    arrives(before);
    arrives(TcpSamples.withoutChecksum(merged.clone()));
    arrives(after);

    int header = TcpSamples.tcp(merged);
    int payload = header + TcpSamples.HEADER;
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    assertThat(tun.next()).isEqualTo(before);
    boolean last = false;
    while (!last) {
      byte[] piece = tun.next();
      assertThat(piece.length).isLessThanOrEqualTo(1280);
      assertThat(TcpSamples.isChecksumRight(piece)).isTrue();
      ByteBuffer memory = ByteBuffer.wrap(piece);
      assertThat(memory.getInt(header + 4)).isEqualTo(1_000 + stream.size());
      boolean first = stream.size() == 0;
      if (Ipv4Packets.isIpv4(piece)) {
        assertThat(Ipv4Packets.isChecksumRight(piece)).isTrue();
        assertThat(memory.getShort(2) & 0xFFFF).isEqualTo(piece.length);
      } else {
        assertThat(memory.getShort(4) & 0xFFFF).isEqualTo(piece.length - Packets.HEADER);
      }
      stream.write(piece, payload, piece.length - payload);
      last = stream.size() == merged.length - payload;
      assertThat(piece[header + 13] & 0xFF)
          .isEqualTo(TcpSamples.ACK | (first ? 0x80 : 0) | (last ? 0x09 : 0));
    }
    assertThat(stream.toByteArray()).isEqualTo(Arrays.copyOfRange(merged, payload, merged.length));
    assertThat(tun.next()).isEqualTo(after);
  }

  @Test
  void checksumsOfShortPacketsAreCompleted() throws Exception {
    byte[] tcp = data(CLIENT, HOST, 100);
    byte[] udp = Packets.udp(CLIENT, HOST, 300);
    byte[] bare = udp.clone();
    int pseudo = 0;
    for (int i = 8; i < 40; i += 2) {
      pseudo += ByteBuffer.wrap(udp).getShort(i) & 0xFFFF;
    }
    pseudo += 17 + 260;
    pseudo = (pseudo & 0xFFFF) + (pseudo >>> 16);
    ByteBuffer.wrap(bare).putShort(46, (short) pseudo);

    arrives(TcpSamples.withoutChecksum(tcp.clone()));
    arrives(bare);

    assertThat(tun.next()).isEqualTo(tcp);
    assertThat(tun.next()).isEqualTo(udp);
  }

  @Test
  void aWrongChecksumStaysWrong() throws Exception {
    byte[] broken = data(CLIENT, HOST, 100);
    broken[70] ^= 1;
    byte[] longer = data(CLIENT, HOST, 1_400);
    longer[70] ^= 1;

    arrives(broken);
    arrives(longer);

    assertThat(tun.next()).isEqualTo(broken);
    assertThat(tun.next()).isEqualTo(longer);
  }

  private void arrives(byte[] packet) {
    if (Ipv4Packets.isIpv4(packet)) {
      network.forge(Samples.PROTOCOL_4, Samples.CLIENT_4, Samples.SERVER_4, packet);
    } else {
      network.forge(Samples.PROTOCOL_41, CLIENT_41, SERVER_41, packet);
    }
  }

  private static byte[] data(String source, String destination, int length) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (i * 31 >> 3);
    }
    return TcpSamples.packet(source, destination, FIN_PSH_ACK_CWR, new byte[0], data);
  }
}
