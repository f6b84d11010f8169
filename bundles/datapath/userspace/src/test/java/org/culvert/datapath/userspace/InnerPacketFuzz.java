package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever may lie in a tunnel or come from the device, of either IP version. */
class InnerPacketFuzz {
  private static final int LONGEST = 2048;
  private static final String ELSEWHERE_6 = "2001:db8:ffff::1";
  private static final String ELSEWHERE_4 = "192.0.2.99";

  static Stream<byte[]> golden() {
    return Stream.of(
        Packets.udp(Samples.CLIENT_INNER, ELSEWHERE_6, 100),
        Packets.echoRequest(ELSEWHERE_6, Samples.CLIENT_INNER, 1),
        Packets.udp(ELSEWHERE_6, "2001:db8:700::1", 1400),
        Ipv4Packets.udp(Samples.CLIENT_INNER_4, ELSEWHERE_4, 100),
        Ipv4Packets.udp(ELSEWHERE_4, "10.7.3.4", 1400),
        Ipv4Packets.withFlags(
            Ipv4Packets.udp(ELSEWHERE_4, Samples.CLIENT_INNER_4, 1400), Ipv4Packets.DONT_FRAGMENT));
  }

  @MethodSource("golden")
  @FuzzTest
  void staysInItsTunnel(byte[] packet) throws Exception {
    byte[] fitting = Arrays.copyOf(packet, Math.min(packet.length, LONGEST));
    comesOut(fitting, Samples.CLIENT, Samples.clientTunnel());
    comesOut(fitting, Samples.CLIENT_4, Samples.clientTunnel4());
    goesIn(fitting);
  }

  /** A packet out of a tunnel has a source that was assigned to it. */
  private static void comesOut(byte[] packet, InetSocketAddress peer, CarriedTunnel carried)
      throws Exception {
    Tunnel tunnel = new Tunnel(carried, Samples.port(new Samples.CountingSocket()));
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    PacketBatch batch = Samples.batch(peer, packet);

    Inbound.examine(
        batch, endpoints, OwnAddresses.of(List.of()), new Tally(), new Tunnel[batch.capacity()]);

    byte[] passed = Samples.packet(batch, 0);
    if (passed.length > 0) {
      assertThat(passed.length).isLessThanOrEqualTo(packet.length);
      InetAddress source = address(passed, 12, 8);
      assertThat(carried.remotePrefixes()).anyMatch(prefix -> prefix.contains(source));
    }
  }

  /** A packet into a tunnel is for whom it was assigned to, and fits; else one error is told. */
  private static void goesIn(byte[] packet) throws Exception {
    Samples.CountingSocket socket = new Samples.CountingSocket();
    socket.keeping = true;
    OuterPort port = Samples.port(socket);
    CarriedTunnel six = Samples.clientTunnel();
    CarriedTunnel four = Samples.clientTunnel4();
    Outbound outbound = new Outbound(1, LONGEST, TrafficClass.ALL, new Tally(), System::nanoTime);

    PacketBatch errors =
        outbound.forward(
            Samples.batch(new InetSocketAddress(0), packet),
            Routes.of(List.of(new Tunnel(six, port), new Tunnel(four, port))));

    for (byte[] sent : socket.sent) {
      InetAddress destination = address(sent, 16, 24);
      assertThat(sent.length).isLessThanOrEqualTo(six.mtu());
      assertThat(Stream.of(six, four).flatMap(tunnel -> tunnel.remotePrefixes().stream()))
          .anyMatch(prefix -> prefix.contains(destination));
    }
    assertThat(errors.size()).isLessThanOrEqualTo(socket.sent.isEmpty() ? 1 : 0);
    for (int i = 0; i < errors.size(); i++) {
      assertThat(errors.length(i)).isBetween(20 + 8, six.mtu());
    }
  }

  private static InetAddress address(byte[] packet, int ipv4At, int ipv6At) {
    return (packet[0] & 0xF0) == 0x40
        ? IpAddresses.of(Arrays.copyOfRange(packet, ipv4At, ipv4At + 4))
        : IpAddresses.of(Arrays.copyOfRange(packet, ipv6At, ipv6At + 16));
  }
}
