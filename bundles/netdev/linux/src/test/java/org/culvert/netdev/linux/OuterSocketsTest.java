package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.IpProtocol;
import org.culvert.api.encapsulation.WireFormat.Carrier.Udp;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class OuterSocketsTest {
  private static final WireFormat UDP = new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Udp());
  private static final WireFormat UDP6 = new WireFormat(IpVersion.IPV6, IpVersion.IPV6, new Udp());
  private static final WireFormat PROTOCOL_41 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new IpProtocol(41));
  private static final WireFormat PROTOCOL_4 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new IpProtocol(4));

  private static final InetSocketAddress ONE = at("127.0.0.1", 3653);
  private static final InetSocketAddress TWO = at("127.0.0.2", 4000);

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  @Test
  @Demands("R-4.5.2-2")
  void carriesABurstOverUdpAndTellsTheSender() throws Exception {
    carries(UDP, ONE, TWO);
  }

  @Test
  void carriesABurstOverUdpAndIpv6() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    carries(UDP6, at("::1", 3653), at("2001:db8::2", 4000));
  }

  @Test
  void carriesProtocol41WithTheOuterHeaderCut() throws Exception {
    carries(PROTOCOL_41, at("127.0.0.1", 0), at("127.0.0.2", 0));
  }

  @Test
  void carriesProtocol4OverIpv6() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    carries(PROTOCOL_4, at("::1", 0), at("2001:db8::2", 0));
  }

  private void carries(WireFormat wire, InetSocketAddress here, InetSocketAddress there)
      throws Exception {
    try (OuterSocket receiver = sockets.open(wire, here);
        OuterSocket sender = sockets.open(wire, there)) {
      PacketBatch out = Packets.batch();
      Packets.put(out, inner(6, 1, 40), here);
      Packets.put(out, inner(6, 2, 41), here);
      Packets.put(out, inner(6, 3, 1280), here);
      Packets.put(out, inner(6, 4, 50), here);
      out.drop(1);

      assertThat(sender.send(out, 0, 4)).isZero();

      PacketBatch in = Packets.batch();
      int count = 0;
      int[] lengths = {40, 1280, 50};
      while (count < 3) {
        assertThat(receiver.receive(in)).isTrue();
        for (int i = 0; i < in.size(); i++) {
          assertThat(in.peerAddress(i)).isEqualTo(there);
          assertThat(in.offset(i)).isEqualTo(in.slot(i));
          assertThat(Packets.octets(in, i))
              .isEqualTo(inner(6, new int[] {1, 3, 4}[count], lengths[count]));
          count++;
        }
      }
    }
  }

  @Test
  void carriesTheTrafficClassOfEachPacket() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    carriesTrafficClass(UDP, ONE, TWO);
    carriesTrafficClass(UDP6, at("::1", 3653), at("2001:db8::2", 4000));
    carriesTrafficClass(PROTOCOL_41, at("127.0.0.1", 0), at("127.0.0.2", 0));
    carriesTrafficClass(PROTOCOL_4, at("::1", 0), at("2001:db8::2", 0));
  }

  private void carriesTrafficClass(WireFormat wire, InetSocketAddress here, InetSocketAddress there)
      throws Exception {
    int[] octets = {0, 0xB9, 0xBA, 0, 0x03, 0xFF, 0};
    try (OuterSocket receiver = sockets.open(wire, here);
        OuterSocket sender = sockets.open(wire, there)) {
      PacketBatch out = Packets.batch();
      for (int i = 0; i < octets.length; i++) {
        Packets.put(out, inner(6, i, 40), here);
        out.trafficClass(i, octets[i]);
      }
      PacketBatch in = Packets.batch();
      // Twice: what the first round left in the memory must not show in the second.
      for (int round = 0; round < 2; round++) {
        assertThat(sender.send(out, 0, octets.length)).isZero();
        int count = 0;
        while (count < octets.length) {
          assertThat(receiver.receive(in)).isTrue();
          for (int i = 0; i < in.size(); i++) {
            assertThat(in.trafficClass(i)).isEqualTo(octets[count]);
            count++;
          }
        }
      }
    }
  }

  @Test
  void sendsWholeOrNotAtAllWhereThatIsAskedFor() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    OwnNetwork.run("ip", "link", "set", "lo", "mtu", "1300");
    whole(UDP, ONE, TWO);
    whole(PROTOCOL_41, at("127.0.0.1", 0), at("127.0.0.2", 0));
    whole(UDP6, at("::1", 3653), at("2001:db8::2", 4000));
    whole(PROTOCOL_4, at("::1", 0), at("2001:db8::2", 0));
  }

  private void whole(WireFormat wire, InetSocketAddress here, InetSocketAddress there)
      throws Exception {
    try (OuterSocket receiver = sockets.open(wire, here);
        OuterSocket sender = sockets.open(wire, there)) {
      PacketBatch out = Packets.batch();
      boolean[] whole = {false, true, false, true, true, false};
      int[] lengths = {1400, 1400, 40, 1200, 40, 1400};
      for (int i = 0; i < lengths.length; i++) {
        Packets.put(out, inner(6, i, lengths[i]), here);
        out.whole(i, whole[i]);
      }

      assertThat(sender.send(out, 0, lengths.length)).as("what the link cannot carry").isOne();

      // Those that may be cut come first, as the socket was set: it is set anew once in a burst.
      assertThat(Packets.receive(receiver, 5))
          .containsExactly(
              inner(6, 0, 1400),
              inner(6, 2, 40),
              inner(6, 5, 1400),
              inner(6, 3, 1200),
              inner(6, 4, 40));
    }
  }

  @Test
  void tellsWhatIsReportedAboutPacketsAndSendsOn() throws Exception {
    OwnNetwork.address("2001:db8::2/128", "lo");
    // Destination unreachable, port; what is quoted begins with an IP header.
    reported(UDP, ONE, TWO, 3, 3, 0x45);
    reported(UDP6, at("::1", 3653), at("2001:db8::2", 4000), 1, 4, 0x60);
  }

  private void reported(
      WireFormat wire,
      InetSocketAddress here,
      InetSocketAddress there,
      int type,
      int code,
      int quoted)
      throws Exception {
    try (OuterSocket sender = sockets.open(wire, there);
        OuterSocket reports = sockets.openErrors(there.getAddress())) {
      PacketBatch out = Packets.batch();
      Packets.put(out, inner(6, 1, 40), here);
      assertThat(sender.send(out, 0, 1)).isZero();

      byte[] report = Packets.receive(reports, 1).get(0);

      assertThat(report[0]).isEqualTo((byte) type);
      assertThat(report[1]).isEqualTo((byte) code);
      assertThat(report[8]).isEqualTo((byte) quoted);
      assertThat(report).endsWith(inner(6, 1, 40));
      try (OuterSocket receiver = sockets.open(wire, here)) {
        for (int i = 0; i < 3; i++) {
          assertThat(sender.send(out, 0, 1)).as("the report costs no packet").isZero();
        }
        assertThat(Packets.receive(receiver, 3)).hasSize(3);
      }
    }
  }

  @Test
  void reportsAreErrorsOnly() throws Exception {
    Descriptor raw = Descriptor.of(BatchedSocket.open(Family.IPV4, BatchedSocket.SOCK_RAW, 1));
    BatchedSocket sender = new BatchedSocket(raw, Family.IPV4, 0, (m, b, i) -> {});
    try (OuterSocket reports = sockets.openErrors(at("127.0.0.1", 0).getAddress())) {
      byte[] echo = {8, 0, (byte) 0xF7, (byte) 0xFF, 0, 0, 0, 0};
      byte[] error = {3, 1, (byte) 0xFC, (byte) 0xFE, 0, 0, 0, 0};
      PacketBatch out = Packets.batch();
      Packets.put(out, echo, at("127.0.0.1", 0));
      Packets.put(out, error, at("127.0.0.1", 0));
      assertThat(sender.send(out, 0, 2)).isZero();

      assertThat(Packets.receive(reports, 1)).containsExactly(error);
    } finally {
      sender.close();
    }
  }

  @Test
  void fillsASlotWithTheInnerPacketAloneAndDropsWhatIsLonger() throws Exception {
    for (WireFormat wire : List.of(UDP, PROTOCOL_41)) {
      int port = wire == UDP ? 3653 : 0;
      try (OuterSocket receiver = sockets.open(wire, at("127.0.0.1", port));
          OuterSocket sender = sockets.open(wire, at("127.0.0.2", port))) {
        PacketBatch out = Packets.batch();
        Packets.put(out, inner(6, 1, 101), at("127.0.0.1", port));
        Packets.put(out, inner(6, 2, 100), at("127.0.0.1", port));
        sender.send(out, 0, 2);

        PacketBatch in = new PacketBatch(4, 100);
        receiver.receive(in);

        assertThat(in.size()).isEqualTo(2);
        assertThat(in.length(0)).isZero();
        assertThat(Packets.octets(in, 1)).isEqualTo(inner(6, 2, 100));
      }
    }
  }

  @Test
  void ignoresPacketsToAnotherAddressOfTheHost() throws Exception {
    try (OuterSocket receiver = sockets.open(PROTOCOL_41, at("127.0.0.1", 0));
        OuterSocket sender = sockets.open(PROTOCOL_41, at("127.0.0.2", 0))) {
      PacketBatch out = Packets.batch();
      Packets.put(out, inner(6, 1, 40), at("127.0.0.3", 0));
      Packets.put(out, inner(6, 2, 40), at("127.0.0.1", 0));
      sender.send(out, 0, 2);

      assertThat(Packets.receive(receiver, 1)).containsExactly(inner(6, 2, 40));
    }
  }

  @Test
  void cutsOptionsOfTheOuterHeaderToo() throws Exception {
    Descriptor raw = Descriptor.of(BatchedSocket.open(Family.IPV4, BatchedSocket.SOCK_RAW, 255));
    BatchedSocket sender = new BatchedSocket(raw, Family.IPV4, 0, (m, b, i) -> {});
    try (OuterSocket receiver = sockets.open(PROTOCOL_41, at("127.0.0.1", 0))) {
      byte[] inner = inner(6, 7, 40);
      ByteBuffer packet = ByteBuffer.allocate(24 + inner.length);
      // Version 4, six words of header; the kernel fills in length and checksum.
      packet.putInt(0x46000000).putInt(0).put((byte) 64).put((byte) 41).putShort((short) 0);
      packet.put(at("127.0.0.2", 0).getAddress().getAddress());
      packet.put(at("127.0.0.1", 0).getAddress().getAddress());
      // Three times no operation, end of options.
      packet.putInt(0x01010100).put(inner);
      PacketBatch out = Packets.batch();
      Packets.put(out, packet.array(), at("127.0.0.1", 0));
      assertThat(sender.send(out, 0, 1)).isZero();

      assertThat(Packets.receive(receiver, 1)).containsExactly(inner);
    } finally {
      sender.close();
    }
  }

  @Test
  void fragmentsWhatIsLongerThanTheOuterLink() throws Exception {
    OwnNetwork.run("ip", "link", "set", "lo", "mtu", "1000");
    carries(UDP, ONE, TWO);
    carries(PROTOCOL_41, at("127.0.0.1", 0), at("127.0.0.2", 0));
  }

  @Test
  void countsPacketsThatHaveNoWayOutAndSendsTheOthers() throws Exception {
    try (OuterSocket receiver = sockets.open(UDP, ONE);
        OuterSocket sender = sockets.open(UDP, TWO)) {
      PacketBatch out = Packets.batch();
      Packets.put(out, inner(6, 1, 40), at("192.0.2.1", 3653));
      Packets.put(out, inner(6, 2, 40), ONE);
      Packets.put(out, inner(6, 3, 40), at("192.0.2.1", 3653));
      Packets.put(out, inner(6, 4, 40), ONE);

      assertThat(sender.send(out, 0, 4)).isEqualTo(2);
      assertThat(Packets.receive(receiver, 2)).containsExactly(inner(6, 2, 40), inner(6, 4, 40));
    }
  }

  @Test
  void countsPacketsThatDoNotFitTheSendBuffer() throws Exception {
    // Nobody answers for this neighbour, so what is sent stays in the buffer.
    OwnNetwork.run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb");
    OwnNetwork.run("ip", "addr", "add", "192.0.2.1/24", "dev", "va");
    OwnNetwork.run("ip", "link", "set", "va", "up");
    OwnNetwork.run("ip", "link", "set", "vb", "up");
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.neigh.va.unres_qlen_bytes=1000000000");
    try (OuterSocket sender = sockets.open(UDP, at("192.0.2.1", 3653))) {
      PacketBatch out = new PacketBatch(512, 2048);
      for (int i = 0; i < 512; i++) {
        Packets.put(out, inner(6, i, 1400), at("192.0.2.2", 3653));
      }
      int refused = 0;
      for (int i = 0; i < 100 && refused == 0; i++) {
        refused = sender.send(out, 0, 512);
      }
      assertThat(refused).isBetween(1, 512);
    }
  }

  @Test
  void closingWakesTheReceiver() throws Exception {
    for (WireFormat wire : List.of(UDP, PROTOCOL_41)) {
      OuterSocket socket = sockets.open(wire, ONE);
      CountDownLatch started = new CountDownLatch(1);
      FutureTask<Boolean> receiver =
          new FutureTask<>(
              () -> {
                started.countDown();
                return socket.receive(Packets.batch());
              });
      Thread thread = new Thread(receiver, "culvert-test-receiver");
      thread.setDaemon(true);
      thread.start();
      started.await();

      socket.close();

      assertThat(receiver.get(Packets.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isFalse();
      assertThat(socket.receive(Packets.batch())).isFalse();
      socket.close();
    }
  }

  @Test
  void saysWhichAddressOrPortIsMissing() throws Exception {
    assertThatThrownBy(() -> sockets.open(UDP, at("192.0.2.1", 3653)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no interface of this host has the address 192.0.2.1");
    try (var foreign = new DatagramSocket(at("127.0.0.1", 3653))) {
      assertThat(foreign.isBound()).isTrue();
      assertThatThrownBy(() -> sockets.open(UDP, ONE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("UDP port 3653 of 127.0.0.1 is in use");
    }
  }

  @Test
  void refusesTheWildcardAndAnAddressOfTheOtherFamily() {
    assertThatThrownBy(() -> sockets.open(UDP, at("0.0.0.0", 3653)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sockets.open(UDP, at("::1", 3653)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A payload whose first nibble is the version; the rest tells packets apart. */
  private static byte[] inner(int version, int number, int length) {
    byte[] packet = new byte[length];
    Arrays.fill(packet, (byte) number);
    packet[0] = (byte) (version << 4);
    return packet;
  }

  private static InetSocketAddress at(String address, int port) {
    InetAddress parsed = IpAddresses.parse(address);
    return new InetSocketAddress(parsed, port);
  }
}
