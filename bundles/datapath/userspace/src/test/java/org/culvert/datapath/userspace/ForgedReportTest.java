package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.datapath.userspace.ReportSamples.UNREACHABLE;
import static org.culvert.datapath.userspace.ReportSamples.UNREACHABLE_6;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Reports that fit a tunnel in every part, of packets that were sent and of invented ones.
 *
 * <p>Reports are read in the order in which they come: when a true one was passed on, those before
 * it came to nothing.
 */
class ForgedReportTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";
  private static final InetAddress NEIGHBOR = IpAddresses.parse("198.51.100.66");

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final BlockingQueue<Integer> hints = new LinkedBlockingQueue<>();
  private Forwarding forwarding;
  private InMemoryTun tun;

  @BeforeEach
  void start() throws Exception {
    forwarding =
        new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"))
            .start("culvert0", 1500);
    forwarding.listen((id, mtu) -> hints.add(mtu));
    assertThat(forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4())))
        .isEmpty();
    tun = devices.tun("culvert0");
  }

  @AfterEach
  void stop() {
    forwarding.close();
  }

  @Test
  @Threat("T26")
  void inventedPacketsAreReportedToNobody() throws Exception {
    byte[] real = Packets.udp(HOST, Samples.CLIENT_INNER, 300);
    report(TcpSamples.packet(HOST, Samples.CLIENT_INNER, TcpSamples.ACK, new byte[0], new byte[9]));
    send(real);
    for (int i = 0; i < SentPackets.QUOTED; i++) {
      report(flipped(real, i));
    }
    report(Arrays.copyOf(real, SentPackets.QUOTED - 1));

    report(Arrays.copyOf(real, SentPackets.QUOTED));

    byte[] error = tun.next();
    assertThat(Packets.isIcmp(error, UNREACHABLE_6)).isTrue();
    assertThat(Arrays.copyOfRange(error, 48, error.length))
        .isEqualTo(Arrays.copyOf(real, SentPackets.QUOTED));
    assertThat(tun.drain()).isEmpty();
  }

  @Test
  @Threat("T26")
  void inventedPacketsOfIpv4AreReportedToNobody() throws Exception {
    byte[] real = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 300);
    report4(
        TcpSamples.packet(
            HOST_4, Samples.CLIENT_INNER_4, TcpSamples.ACK, new byte[0], new byte[9]));
    send(real);
    for (int i = 0; i < SentPackets.QUOTED; i++) {
      report4(flipped(real, i));
    }
    report4(Arrays.copyOf(real, SentPackets.QUOTED - 1));

    report4(real);

    byte[] error = tun.next();
    assertThat(Ipv4Packets.isIcmp(error, UNREACHABLE)).isTrue();
    assertThat(Arrays.copyOfRange(error, 28, error.length)).isEqualTo(real);
    assertThat(tun.drain()).isEmpty();
  }

  /** Or one lost packet that somebody saw would make as many errors as he likes. */
  @Test
  @Threat("T26")
  void eachPacketIsReportedOnce() throws Exception {
    byte[] first = Packets.echoRequest(HOST, Samples.CLIENT_INNER, 1);
    byte[] second = Packets.echoRequest(HOST, Samples.CLIENT_INNER, 2);
    send(first);
    send(second);

    report(first);
    report(first);
    report(second);

    assertThat(tun.next()[48 + 47]).isEqualTo((byte) 1);
    assertThat(tun.next()[48 + 47]).isEqualTo((byte) 2);
    assertThat(tun.drain()).isEmpty();
  }

  @Test
  void aReportOfAPieceIsPassedOn() throws Exception {
    byte[] piece = send(Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 1400));
    assertThat(piece.length).isLessThan(1400);

    report4(piece);

    assertThat(Ipv4Packets.destination(tun.next())).isEqualTo(IpAddresses.parse(HOST_4));
  }

  /** Its maximum segment size was lowered, so it is quoted otherwise than it came. */
  @Test
  void aReportOfWhatWasChangedOnItsWayIsPassedOn() throws Exception {
    byte[] syn = TcpSamples.syn(HOST, Samples.CLIENT_INNER, TcpSamples.SYN, TcpSamples.MSS_1460);
    byte[] changed = send(syn);
    assertThat(changed).isNotEqualTo(syn);

    report(changed);

    byte[] error = tun.next();
    assertThat(Arrays.copyOfRange(error, 48, error.length)).isEqualTo(changed);
  }

  @Test
  void aReportOfWhatThisEndInjectedIsPassedOn() throws Exception {
    byte[] packet = Packets.echoRequest(Samples.SERVER_INNER, Samples.CLIENT_INNER, 1);
    forwarding.inject("seven", ByteBuffer.wrap(packet));

    report(packet);

    assertThat(Packets.destination(tun.next())).isEqualTo(IpAddresses.parse(Samples.SERVER_INNER));
  }

  @Test
  @Threat("T26")
  void anInventedPacketIsNotTooBig() throws Exception {
    forwarding.mtu("seven", 1472);
    byte[] real = Packets.udp(HOST, Samples.CLIENT_INNER, 1472);
    send(real);

    tooBig(1400, flipped(real, 47));
    tooBig(1410, real);

    assertThat(hints.poll(1, TimeUnit.MINUTES)).isEqualTo(1410 - 28);
    assertThat(hints).isEmpty();
  }

  /** Whatever it names: what every tunnel carries is the least that is said. */
  @Test
  @Threat("T26")
  void aReportNamesNothingBelowWhatEveryTunnelCarries() throws Exception {
    forwarding.mtu("seven", 1472);
    for (int mtu : new int[] {0, 68, 1279}) {
      byte[] real = Packets.udp(HOST, Samples.CLIENT_INNER, 1400 + mtu % 50);
      send(real);

      tooBig(mtu, real);

      assertThat(hints.poll(1, TimeUnit.MINUTES)).as("of %s octets", mtu).isEqualTo(1280);
    }
  }

  /** Sends a packet into its tunnel, and returns the first that left. */
  private byte[] send(byte[] packet) {
    int before = network.capture().size();
    tun.push(packet);
    Eventually.holds("it is sent", () -> network.capture().size() > before);
    return network.capture().get(before).packet();
  }

  private void report(byte[] inner) {
    network.report(
        NEIGHBOR,
        Samples.SERVER.getAddress(),
        ReportSamples.message(
            UNREACHABLE, 1, 0, ReportSamples.udp4(Samples.SERVER, Samples.CLIENT, inner)));
  }

  private void tooBig(int mtu, byte[] inner) {
    network.report(
        NEIGHBOR,
        Samples.SERVER.getAddress(),
        ReportSamples.message(
            UNREACHABLE, 4, mtu, ReportSamples.udp4(Samples.SERVER, Samples.CLIENT, inner)));
  }

  private void report4(byte[] inner) {
    network.report(
        NEIGHBOR,
        Samples.SERVER_4.getAddress(),
        ReportSamples.message6(
            UNREACHABLE_6, 0, ReportSamples.outer6(Samples.SERVER_4, Samples.CLIENT_4, inner)));
  }

  private static byte[] flipped(byte[] packet, int at) {
    return ReportSamples.changed(packet, at, packet[at] ^ 1);
  }
}
