package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Sends reports through real rules. Who listens for reports gets what the kernel's drivers would:
 * the one that is heard first shows that those before it were taken.
 */
@ExtendWith(OwnNetwork.class)
class ReportRulesTest {
  private static final InetAddress FAR4 = IpAddresses.parse("192.0.2.2");
  private static final InetAddress OTHER4 = IpAddresses.parse("192.0.2.3");
  private static final InetAddress FAR6 = IpAddresses.parse("2001:db8:f::2");
  private static final InetAddress OTHER6 = IpAddresses.parse("2001:db8:f::3");
  private static final InetAddress HERE4 = IpAddresses.parse("127.0.0.1");
  private static final InetAddress HERE6 = IpAddresses.parse("::1");

  /** Of everything that is longer the kernel must send pieces. */
  private static final int LINK = 1280;

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();
  private final TunnelFilter filter =
      new TunnelFilter("test0", Nft.find().orElse(new Nft("/usr/sbin/nft")));

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    Libc.load();
  }

  @Test
  @Threat("T26")
  void nothingIsHeardOfWhatATunnelSent() throws Exception {
    filter.apply(List.of(device("cv4", FAR4, 1480), device("cv6", FAR6, 1460)));

    try (OuterSocket reports = sockets.openErrors(HERE4)) {
      for (int[] kind : new int[][] {{3, 1}, {3, 2}, {3, 4}, {11, 0}, {12, 0}}) {
        report(HERE4, kind[0], kind[1], quoted4(41, FAR4));
      }
      report(HERE4, 3, 1, quoted4(41, OTHER4));
      assertThat(heard(reports)).isEqualTo("3/1 " + OTHER4);
    }
    try (OuterSocket reports = sockets.openErrors(HERE6)) {
      for (int type = 1; type <= 4; type++) {
        report(HERE6, type, 0, quoted6(4, FAR6));
        report(HERE6, type, 0, quoted6(60, FAR6));
      }
      report(HERE6, 1, 3, quoted6(4, OTHER6));
      assertThat(heard(reports)).isEqualTo("1/3 " + OTHER6);
    }
  }

  @Test
  void othersHearOfWhatTheySent() throws Exception {
    filter.apply(List.of(device("cv4", FAR4, 1480), device("cv6", FAR6, 1460)));

    try (OuterSocket reports = sockets.openErrors(HERE4)) {
      report(HERE4, 3, 4, quoted4(17, FAR4));
      assertThat(heard(reports)).isEqualTo("3/4 " + FAR4);
    }
    try (OuterSocket reports = sockets.openErrors(HERE6)) {
      report(HERE6, 2, 0, quoted6(17, FAR6));
      assertThat(heard(reports)).isEqualTo("2/0 " + FAR6);
    }
  }

  /** There the kernel cuts what it sends by what it hears, and the MTU cannot be lowered. */
  @Test
  void tooBigIsHeardWhereATunnelCarriesTheLeast() throws Exception {
    filter.apply(List.of(device("cv4", FAR4, 1280), device("cv6", FAR6, 1280)));

    try (OuterSocket reports = sockets.openErrors(HERE4)) {
      report(HERE4, 3, 1, quoted4(41, FAR4));
      report(HERE4, 3, 4, quoted4(41, FAR4));
      assertThat(heard(reports)).isEqualTo("3/4 " + FAR4);
    }
    try (OuterSocket reports = sockets.openErrors(HERE6)) {
      report(HERE6, 1, 0, quoted6(4, FAR6));
      report(HERE6, 2, 0, quoted6(4, FAR6));
      assertThat(heard(reports)).isEqualTo("2/0 " + FAR6);
    }
  }

  @Test
  void tunnelsThatLeaveOrChangeAreFollowed() throws Exception {
    filter.apply(List.of(device("cv4", FAR4, 1280), device("cvother", OTHER4, 1480)));
    // Both devices have the other's addresses now.
    filter.apply(List.of(device("cv4", OTHER4, 1480), device("cvother", FAR4, 1480)));
    try (OuterSocket reports = sockets.openErrors(HERE4)) {
      report(HERE4, 3, 4, quoted4(41, FAR4));
      report(HERE4, 3, 1, quoted4(41, OTHER4));
      filter.apply(List.of(device("cv4", OTHER4, 1480)));
      report(HERE4, 3, 1, quoted4(41, OTHER4));
      report(HERE4, 3, 2, quoted4(41, FAR4));
      assertThat(heard(reports)).isEqualTo("3/2 " + FAR4);
    }
  }

  @Test
  void noPieceHidesWhatIsQuoted() throws Exception {
    OwnNetwork.run("ip", "link", "set", "lo", "mtu", String.valueOf(LINK));
    filter.apply(List.of(device("cv6", FAR6, 1460)));

    try (OuterSocket reports = sockets.openErrors(HERE6)) {
      report(HERE6, 1, 0, padded(quoted6(4, FAR6), LINK + 100));
      report(HERE6, 1, 3, quoted6(4, OTHER6));
      assertThat(heard(reports)).isEqualTo("1/3 " + OTHER6);
    }
  }

  private static TunnelDevice device(String name, InetAddress far, int mtu) {
    boolean four = far.getAddress().length == 4;
    WireFormat wire =
        new WireFormat(
            four ? WireFormat.IpVersion.IPV4 : WireFormat.IpVersion.IPV6,
            four ? WireFormat.IpVersion.IPV6 : WireFormat.IpVersion.IPV4,
            new WireFormat.Carrier.IpProtocol(four ? 41 : 4));
    return new TunnelDevice(
        name,
        name,
        wire,
        OuterEndpoints.withoutPorts(four ? HERE4 : HERE6, far),
        IpAddresses.parse(four ? "2001:db8:1::1" : "10.0.0.1"),
        List.of(IpPrefix.parse(four ? "2001:db8:1::2/128" : "10.0.0.2/32")),
        List.of(),
        mtu);
  }

  /** What a router quotes of a packet from here: the outer header and eight octets of the rest. */
  private static byte[] quoted4(int protocol, InetAddress to) {
    ByteBuffer packet = ByteBuffer.allocate(28).putInt(0x45000064).putInt(0x00004000);
    packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
    return packet.put(HERE4.getAddress()).put(to.getAddress()).array();
  }

  /** After an extension header, which is eight octets, comes protocol 4. */
  private static byte[] quoted6(int next, InetAddress to) {
    ByteBuffer packet = ByteBuffer.allocate(68).putInt(0x60000000).putShort((short) 100);
    packet.put((byte) next).put((byte) 64).put(HERE6.getAddress()).put(to.getAddress());
    return packet.put((byte) 4).array();
  }

  private static byte[] padded(byte[] packet, int length) {
    return ByteBuffer.allocate(length).put(packet).array();
  }

  private static void report(InetAddress to, int type, int code, byte[] quoted) throws Exception {
    Family family = Family.of(to);
    int protocol = family == Family.IPV4 ? 1 : 58;
    ByteBuffer message = ByteBuffer.allocate(8 + quoted.length);
    message.put((byte) type).put((byte) code).putShort((short) 0).putInt(1300).put(quoted);
    if (family == Family.IPV4) {
      message.putShort(2, checksum(message));
    }
    Descriptor raw = Descriptor.of(BatchedSocket.open(family, BatchedSocket.SOCK_RAW, protocol));
    BatchedSocket socket = new BatchedSocket(raw, family, 0, (m, b, i) -> {});
    try {
      PacketBatch out = Packets.batch();
      Packets.put(out, message.array(), new InetSocketAddress(to, 0));
      assertThat(socket.send(out, 0, 1)).isZero();
    } finally {
      socket.close();
    }
  }

  private static short checksum(ByteBuffer message) {
    int sum = 0;
    for (int i = 0; i < message.capacity(); i += 2) {
      sum += message.getShort(i) & 0xFFFF;
    }
    return (short) ~((sum & 0xFFFF) + (sum >>> 16));
  }

  /** Returns a report's type, its code and where the packet was sent that it quotes. */
  private static String heard(OuterSocket reports) throws Exception {
    ByteBuffer report = ByteBuffer.wrap(Packets.receive(reports, 1).get(0));
    boolean four = report.get(8) >>> 4 == 4;
    byte[] to = new byte[four ? 4 : 16];
    report.get(four ? 24 : 32, to);
    return report.get(0) + "/" + report.get(1) + " " + IpAddresses.of(to);
  }
}
