package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.datapath.userspace.ReportSamples.TOO_BIG_6;
import static org.culvert.datapath.userspace.ReportSamples.UNREACHABLE;
import static org.culvert.datapath.userspace.ReportSamples.UNREACHABLE_6;
import static org.culvert.datapath.userspace.ReportSamples.changed;
import static org.culvert.datapath.userspace.ReportSamples.message;
import static org.culvert.datapath.userspace.ReportSamples.outer6;
import static org.culvert.datapath.userspace.ReportSamples.udp4;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
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

/** What routers say of tunnels' packets, and what forgers do (threat T26). */
class ReportPortTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";
  private static final InetAddress ROUTER = IpAddresses.parse("203.0.113.200");
  private static final InetAddress ROUTER_6 = IpAddresses.parse("2001:db8:c::1");

  private record Hint(String id, int mtu) {}

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final BlockingQueue<Hint> hints = new LinkedBlockingQueue<>();
  private Forwarding forwarding;
  private InMemoryTun tun;

  @BeforeEach
  void start() throws Exception {
    forwarding =
        new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"))
            .start("culvert0", 1500);
    forwarding.listen((id, mtu) -> hints.add(new Hint(id, mtu)));
    assertThat(forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4())))
        .isEmpty();
    tun = devices.tun("culvert0");
  }

  @AfterEach
  void stop() {
    forwarding.close();
  }

  @Test
  void unreachableIsPassedToTheInnerSender() throws Exception {
    byte[] inner = Packets.udp(HOST, Samples.CLIENT_INNER, 300);
    for (int type : List.of(UNREACHABLE, 11, 12)) {
      send(inner);
      report(type, 0, 0, udp4(Samples.SERVER, Samples.CLIENT, inner));

      byte[] error = tun.next();
      assertThat(Packets.isIcmp(error, UNREACHABLE_6)).isTrue();
      assertThat(error[41]).as("address unreachable").isEqualTo((byte) 3);
      assertThat(Packets.isChecksumRight(error)).isTrue();
      assertThat(Packets.source(error)).isEqualTo(IpAddresses.parse(Samples.SERVER_INNER));
      assertThat(Packets.destination(error)).isEqualTo(IpAddresses.parse(HOST));
      assertThat(Arrays.copyOfRange(error, 48, error.length)).isEqualTo(inner);
    }
  }

  @Test
  void unreachableIsPassedToAnIpv4Sender() throws Exception {
    byte[] inner = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 300);

    send(inner);
    report6(UNREACHABLE_6, 0, outer6(Samples.SERVER_4, Samples.CLIENT_4, inner));

    byte[] error = tun.next();
    assertThat(Ipv4Packets.isIcmp(error, UNREACHABLE)).isTrue();
    assertThat(error[21]).as("host unreachable").isEqualTo((byte) 1);
    assertThat(Ipv4Packets.destination(error)).isEqualTo(IpAddresses.parse(HOST_4));
    assertThat(Arrays.copyOfRange(error, 28, error.length)).isEqualTo(inner);
  }

  /** Each differs in one part from a report that is passed on. */
  @Test
  @Threat("T26")
  void forgedReportsComeToNothing() throws Exception {
    byte[] inner = Packets.udp(HOST, Samples.CLIENT_INNER, 300);
    byte[] right = udp4(Samples.SERVER, Samples.CLIENT, inner);
    for (byte[] quoted :
        List.of(
            udp4(Samples.outer("192.0.2.2", 3653), Samples.CLIENT, inner),
            udp4(Samples.outer("192.0.2.1", 3654), Samples.CLIENT, inner),
            udp4(Samples.SERVER, Samples.outer("198.51.100.8", 40_000), inner),
            udp4(Samples.SERVER, Samples.outer("198.51.100.7", 40_001), inner),
            changed(right, 9, 41),
            changed(right, 0, 0x65),
            // A later fragment, whose ports are none.
            changed(right, 7, 1),
            udp4(Samples.SERVER, Samples.CLIENT, Packets.udp(Samples.CLIENT_INNER, HOST, 300)),
            udp4(Samples.SERVER, Samples.CLIENT, Packets.udp(HOST, "2001:db8::9", 300)),
            udp4(Samples.SERVER, Samples.CLIENT, Packets.udp("fe80::1", Samples.CLIENT_INNER, 300)),
            udp4(Samples.SERVER, Samples.CLIENT, Arrays.copyOf(inner, 39)),
            udp4(
                Samples.SERVER,
                Samples.CLIENT,
                Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 300)),
            Arrays.copyOf(right, 27),
            Arrays.copyOf(right, 10),
            new byte[0])) {
      // Each packet is reported once, so each forger has one of his own.
      send(inner);
      report(UNREACHABLE, 1, 0, quoted);
    }
    send(inner);
    report(0, 0, 0, right);
    report(5, 1, 0, right);
    byte[] wrong = message(UNREACHABLE, 1, 0, right);
    wrong[40] ^= 1;
    network.report(ROUTER, Samples.SERVER.getAddress(), wrong);
    network.report(ROUTER, Samples.SERVER.getAddress(), new byte[7]);

    endsWithATrueReport();
    assertThat(hints).isEmpty();
  }

  /** Reports are read in turn: when this one was passed on, all before it came to nothing. */
  private void endsWithATrueReport() throws Exception {
    byte[] last = Packets.udp(HOST, Samples.CLIENT_INNER, 333);
    send(last);
    report(UNREACHABLE, 1, 0, udp4(Samples.SERVER, Samples.CLIENT, last));

    byte[] error = tun.next();
    assertThat(Packets.isIcmp(error, UNREACHABLE_6)).isTrue();
    assertThat(Arrays.copyOfRange(error, 48, error.length)).isEqualTo(last);
    assertThat(tun.drain()).isEmpty();
  }

  @Test
  @Threat("T26")
  void aPacketOfOneTunnelIsNotReportedInTheNameOfAnother() throws Exception {
    InetSocketAddress elsewhere = Samples.outer("198.51.100.9", 40_009);
    assertThat(
            forwarding.apply(
                List.of(
                    Samples.clientTunnel(),
                    Samples.tunnel(
                        "nine", Samples.UDP, Samples.SERVER, elsewhere, "2001:db8:900::/48"))))
        .isEmpty();
    byte[] inner = Packets.udp(HOST, "2001:db8:900::1", 300);
    send(inner);

    report(UNREACHABLE, 1, 0, udp4(Samples.SERVER, Samples.CLIENT, inner));

    endsWithATrueReport();
  }

  @Test
  void neverAnErrorAboutAnError() throws Exception {
    byte[] error = Packets.echoRequest(HOST, Samples.CLIENT_INNER, 1);
    error[40] = 1;
    byte[] request = Packets.echoRequest(HOST, Samples.CLIENT_INNER, 2);
    send(error);
    send(request);

    report(UNREACHABLE, 1, 0, udp4(Samples.SERVER, Samples.CLIENT, error));
    report(UNREACHABLE, 1, 0, udp4(Samples.SERVER, Samples.CLIENT, request));

    assertThat(tun.next()[48 + 47]).as("the echo request with number 2").isEqualTo((byte) 2);
    assertThat(tun.drain()).isEmpty();
  }

  @Test
  @Threat("T26")
  void tooBigIsAHintAndNothingElse() throws Exception {
    forwarding.mtu("seven", 1472);
    forwarding.mtu("four", 1460);
    byte[] inner = Packets.udp(HOST, Samples.CLIENT_INNER, 1472);
    byte[] whole = udp4(Samples.SERVER, Samples.CLIENT, inner);
    // As much as RFC 792 asks for: whose it is cannot be told.
    byte[] quoted = Arrays.copyOf(whole, 28);

    send(inner);
    report(UNREACHABLE, 4, 1400, whole);
    assertThat(hint()).isEqualTo(new Hint("seven", 1372));
    // A router that does not say, and one that says what no IPv6 tunnel can do.
    report(UNREACHABLE, 4, 0, quoted);
    assertThat(hint()).isEqualTo(new Hint("seven", 1280));
    report(UNREACHABLE, 4, 68, quoted);
    assertThat(hint()).isEqualTo(new Hint("seven", 1280));
    // What would raise it is no news.
    report(UNREACHABLE, 4, 9000, quoted);
    byte[] four = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 1460);
    send(four);
    report6(TOO_BIG_6, 1400, outer6(Samples.SERVER_4, Samples.CLIENT_4, four));
    assertThat(hint()).isEqualTo(new Hint("four", 1360));

    assertThat(tun.drain()).as("nobody is told on a router's word").isEmpty();
    int before = network.capture().size();
    tun.push(inner);
    Eventually.holds("the MTU is as it was", () -> network.capture().size() == before + 1);
  }

  /** While a tunnel uses less than its probes have. */
  @Test
  void aProbeThatWasTooBigTellsWhatWouldFit() throws Exception {
    byte[] probe = Packets.udp(HOST, Samples.CLIENT_INNER, 1472);
    byte[] whole = udp4(Samples.SERVER, Samples.CLIENT, probe);

    forwarding.probe("seven", ByteBuffer.wrap(probe));
    report(UNREACHABLE, 4, 1500, whole);
    // Each packet counts once, and who cannot prove that it was sent says nothing of sizes.
    report(UNREACHABLE, 4, 1380, whole);
    report(UNREACHABLE, 4, 1390, Arrays.copyOf(whole, 28));
    byte[] another = Packets.udp(HOST, Samples.CLIENT_INNER, 1473);
    forwarding.probe("seven", ByteBuffer.wrap(another));
    report(UNREACHABLE, 4, 1400, udp4(Samples.SERVER, Samples.CLIENT, another));

    assertThat(hint()).isEqualTo(new Hint("seven", 1372));
    assertThat(hints).isEmpty();
  }

  @Test
  @Threat("T26")
  void whatQuotesTooLittleSaysNothingOfSizes() throws Exception {
    forwarding.mtu("seven", 1472);
    byte[] whole =
        udp4(Samples.SERVER, Samples.CLIENT, Packets.udp(HOST, Samples.CLIENT_INNER, 1472));

    report(UNREACHABLE, 4, 1400, Arrays.copyOf(whole, 28));

    assertThat(hint()).isEqualTo(new Hint("seven", 1280));
  }

  @Test
  @Threat("T26")
  void aFloodIsAnsweredAtABoundedRate() throws Exception {
    OuterPort port = Samples.port(new Samples.CountingSocket());
    Tunnel tunnel = new Tunnel(Samples.clientTunnel(), port);
    tunnel.mtu(1472);
    port.tunnels(List.of(tunnel), OwnAddresses.NONE);
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      byte[] quoted = sent(port, Packets.echoRequest(HOST, Samples.CLIENT_INNER, 2 * i));
      messages.add(message(UNREACHABLE, 1, 0, quoted));
      // One that is proven, and one that cannot be.
      quoted = sent(port, Packets.echoRequest(HOST, Samples.CLIENT_INNER, 2 * i + 1));
      messages.add(message(UNREACHABLE, 4, 1400, quoted));
      messages.add(message(UNREACHABLE, 4, 1400, Arrays.copyOf(quoted, 28)));
    }
    Flood flood = new Flood(messages.toArray(byte[][]::new));

    try (ReportPort reports =
        new ReportPort(
            Samples.SERVER.getAddress(),
            flood,
            (id, mtu) -> hints.add(new Hint(id, mtu)),
            () -> 0)) {
      reports.ports(List.of(port));
      reports.start();
      flood.isOver.await();
    }

    assertThat(((InMemoryTun) port.device().tun()).drain()).as("a burst of errors").hasSize(50);
    assertThat(hints).as("a second's hints").hasSize(110);
  }

  /** Sends a packet and returns what a router would quote. */
  private static byte[] sent(OuterPort port, byte[] packet) {
    port.send(Samples.batch(Samples.CLIENT, packet), 0, 1);
    return udp4(Samples.SERVER, Samples.CLIENT, packet);
  }

  @Test
  void whateverIsThrownWhileReadingIsOverInAMoment() throws Exception {
    OuterPort port = Samples.port(new Samples.CountingSocket());
    Tunnel tunnel = new Tunnel(Samples.clientTunnel(), port);
    port.tunnels(List.of(tunnel), OwnAddresses.NONE);
    byte[] quoted = sent(port, Packets.udp(HOST, Samples.CLIENT_INNER, 300));
    Flood once = new Flood(message(UNREACHABLE, 1, 0, quoted));
    once.left = 1;
    once.fault = Optional.of(new IllegalStateException("as in a test"));

    try (ReportPort reports =
        new ReportPort(Samples.SERVER.getAddress(), once, PathListener.NONE, () -> 0)) {
      reports.ports(List.of(port));
      reports.start();
      once.isOver.await();
    }

    assertThat(((InMemoryTun) port.device().tun()).drain()).hasSize(1);
  }

  /** Messages in turn, ten thousand times, then the socket is closed. */
  private static final class Flood implements OuterSocket {
    final CountDownLatch isOver = new CountDownLatch(1);
    private final byte[][] messages;
    int left = 10_000;
    Optional<RuntimeException> fault = Optional.empty();

    Flood(byte[]... messages) {
      this.messages = messages;
    }

    @Override
    public boolean receive(PacketBatch batch) {
      if (fault.isPresent()) {
        RuntimeException now = fault.get();
        fault = Optional.empty();
        throw now;
      }
      byte[] message = messages[left % messages.length];
      batch.memory().put(0, message);
      batch.packet(0, 0, message.length);
      batch.size(1);
      if (left-- == 0) {
        isOver.countDown();
      }
      return left >= 0;
    }

    @Override
    public int send(PacketBatch batch, int from, int to) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private Hint hint() throws InterruptedException {
    Hint hint = hints.poll(1, TimeUnit.MINUTES);
    assertThat(hint).isNotNull();
    return hint;
  }

  private void send(byte[] packet) {
    int before = network.capture().size();
    tun.push(packet);
    Eventually.holds("it is sent", () -> network.capture().size() > before);
  }

  private void report(int type, int code, int mtu, byte[] quoted) {
    network.report(ROUTER, Samples.SERVER.getAddress(), message(type, code, mtu, quoted));
  }

  private void report6(int type, int mtu, byte[] quoted) {
    network.report(
        ROUTER_6, Samples.SERVER_4.getAddress(), ReportSamples.message6(type, mtu, quoted));
  }
}
