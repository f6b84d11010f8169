package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.netdev.linux.FilterTable.Count;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sends packets through real rules: a TUN device stands in for the tunnel's, as rules go by names.
 */
@ExtendWith(OwnNetwork.class)
class TunnelFilterTest {
  private static final WireFormat V6V4 =
      new WireFormat(
          WireFormat.IpVersion.IPV4,
          WireFormat.IpVersion.IPV6,
          new WireFormat.Carrier.IpProtocol(41));
  private static final WireFormat V4V6 =
      new WireFormat(
          WireFormat.IpVersion.IPV6,
          WireFormat.IpVersion.IPV4,
          new WireFormat.Carrier.IpProtocol(4));
  private static final OuterEndpoints OUTER =
      OuterEndpoints.withoutPorts(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("192.0.2.2"));
  private static final InetAddress HERE = IpAddresses.parse("2001:db8:1::1");
  private static final InetAddress THERE = IpAddresses.parse("2001:db8:1::2");

  /** Of an echo request with 8 octets of payload. */
  private static final int OCTETS = 56;

  private static final int NEXT_HEADER = 6;

  private static final IpPrefix DELEGATED = IpPrefix.parse("2001:db8:2::/48");

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final Nft nft = Nft.find().orElse(new Nft("/usr/sbin/nft"));
  private final TunnelFilter filter = new TunnelFilter("test0", nft);

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    Libc.load();
  }

  @Test
  @Demands("R-8-3")
  @Promise("P4")
  @Threat("T1")
  void letsInOnlyWhatWasAssigned() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.host(THERE), DELEGATED), List.of())));

      isAnswered(tun, "2001:db8:1::2");
      isAnswered(tun, "2001:db8:2:ffff::9");
      isDropped(tun, "2001:db8:3::1", FilterCheck.IN_SOURCE);
      isAnswered(tun, "2001:db8:1::2");
      assertThat(count(FilterCheck.IN_PASSED)).isEqualTo(new Count(3, 3 * OCTETS));
    }
  }

  /**
   * The device could carry 1500 octets, the tunnel carries 1280: this host's own offer goes out as
   * 1220, and so does the other end's when it comes in, for the host sends no longer segments then.
   */
  @Test
  void lowersTheSegmentSizeOfTcpBothWays() throws Exception {
    int wide = 1500;
    try (TunDevice tun = devices.openTun("cvtest", wide)) {
      devices.configure(
          "cvtest",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(HERE)), Set.of(IpPrefix.parse("::/0")), wide));
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.host(THERE)), List.of())));
      lowersTheSegmentSize(tun);
    }
  }

  private static void lowersTheSegmentSize(TunDevice tun) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, HERE)) {
      send(tun, Packets.tcp(THERE, HERE, server.getLocalPort(), 1, 0, 0x02, 1460));
      ByteBuffer answer = nextTcp(tun);
      assertThat(answer.getShort(62)).as("what this host offers").isEqualTo((short) 1220);

      int next = answer.getInt(44) + 1;
      send(tun, Packets.tcp(THERE, HERE, server.getLocalPort(), 2, next, 0x10, 1460));
      try (Socket accepted = server.accept()) {
        accepted.getOutputStream().write(new byte[4_000]);
        assertThat(nextTcp(tun).capacity()).as("a full segment").isEqualTo(1280);
      }
    }
  }

  private static ByteBuffer nextTcp(TunDevice tun) throws IOException {
    PacketBatch batch = new PacketBatch(1, 2048);
    while (tun.receive(batch)) {
      ByteBuffer packet = ByteBuffer.wrap(Packets.octets(batch, 0));
      if (packet.get(NEXT_HEADER) == 6) {
        return packet;
      }
    }
    throw new IOException("the device is closed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"::", "::192.0.2.9", "2002:c000:201::1", "fe80::1", "fec0::1", "2001:db8:1::1"})
  @Threat("T1")
  void dropsAddressesThatNoTunnelMayCarry(String source) throws Exception {
    try (TunDevice tun = open("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));

      isDropped(tun, source, FilterCheck.IN_MARTIAN);
      isAnswered(tun, "2001:db8:1::2");
    }
  }

  @Test
  @Threat("T1")
  void dropsWhatClaimsToComeFromThisEndsPrefix() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of(DELEGATED))));

      isDropped(tun, "2001:db8:2::1", FilterCheck.IN_MARTIAN);
    }
  }

  @Test
  @Threat("T1")
  void dropsWhatClaimsToComeFromThisHost() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      OwnNetwork.run("ip", "address", "add", "2001:db8:f::1/128", "dev", "lo");
      // The kernel makes it a local address on a thread of its own.
      Eventually.holds("the address is local", () -> isLocal("2001:db8:f::1"));
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));

      isDropped(tun, "2001:db8:f::1", FilterCheck.IN_MARTIAN);
      isAnswered(tun, "2001:db8:f::2");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 41})
  @Threat("T3")
  void dropsATunnelInTheTunnelThatEndsHere(int protocol) throws Exception {
    try (TunDevice tun = open("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));

      isLoop(tun, from("2001:db8:1::2", "2001:db8:1::1", protocol));
      isLoop(tun, behindOptions(from("2001:db8:1::2", "2001:db8:1::1", 60), 0, protocol));
      isLoop(tun, behindOptions(from("2001:db8:1::2", "2001:db8:1::1", 60), 3, protocol));
      isLoop(tun, fragment(from("2001:db8:1::2", "2001:db8:1::1", 44), protocol));
    }
  }

  /** What this host has packed goes into no tunnel, else it would be packed for ever. */
  @Test
  @Threat("T4")
  void dropsItsOwnPacketsThatComeBack() throws Exception {
    try (TunDevice tun = open("cvtest");
        RawOuterSocket own = RawOuterSocket.open(4, new InetSocketAddress(HERE, 0))) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));

      PacketBatch batch = Packets.batch();
      Packets.put(batch, new byte[20], new InetSocketAddress(THERE, 0));
      own.send(batch, 0, 1);

      Eventually.holds("it is dropped", () -> count(FilterCheck.OUT_LOOP).packets() == 1);
      isAnswered(tun, "2001:db8:1::2");
    }
  }

  /** What the kernel says of packets that no tunnel takes, said here as it would say it. */
  @Test
  @Threat({"T2", "T3"})
  void theKernelsAnswersToStrangersAreDropped() throws Exception {
    InetAddress here4 = IpAddresses.parse("192.0.2.1");
    InetAddress there4 = IpAddresses.parse("192.0.2.2");
    try (TunDevice tun = open("cvtest")) {
      OwnNetwork.run("ip", "address", "add", "192.0.2.1/32", "dev", "lo");
      OwnNetwork.run("ip", "route", "add", "192.0.2.2/32", "dev", "cvtest");
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));
      try (RawOuterSocket icmp = RawOuterSocket.open(1, new InetSocketAddress(here4, 0));
          RawOuterSocket icmp6 = RawOuterSocket.open(58, new InetSocketAddress(HERE, 0))) {
        byte[] port4 = new byte[8 + 20 + 8];
        ByteBuffer.wrap(port4).put(0, (byte) 3).put(1, (byte) 3).put(8, (byte) 0x45);
        port4[8 + 9] = 41;
        byte[] port6 = new byte[8 + 40 + 8];
        ByteBuffer.wrap(port6).put(0, (byte) 1).put(1, (byte) 4).put(8, (byte) 0x60);
        port6[8 + NEXT_HEADER] = 4;

        say(icmp, port4, there4);
        Eventually.holds("the answer of IPv4 is dropped", () -> strangers() == 1);
        say(icmp6, port6, THERE);
        Eventually.holds("the answer of IPv6 is dropped", () -> strangers() == 2);
      }
    }
  }

  private static void say(RawOuterSocket socket, byte[] message, InetAddress to)
      throws IOException {
    PacketBatch batch = Packets.batch();
    Packets.put(batch, message, new InetSocketAddress(to, 0));
    socket.send(batch, 0, 1);
  }

  private long strangers() {
    try {
      return filter.counters().get(FilterRules.STRANGERS).packets();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** RFC 2473 section 4.1.1: a limit of zero. */
  @Test
  @Threat("T4")
  void obeysALimitOfEncapsulationThatIsUsedUp() throws Exception {
    try (TunDevice tun = open("cvtest");
        TunDevice outside = devices.openTun("outside", 1280)) {
      OwnNetwork.run("ip", "link", "set", "outside", "up");
      OwnNetwork.run("ip", "route", "add", "2001:db8:9::/48", "dev", "outside");
      OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of())));

      send(outside, behindOptions(from("2001:db8:9::1", "2001:db8:1::2", 60), 0, 59));
      Eventually.holds("it is dropped", () -> count(FilterCheck.OUT_LOOP).packets() == 1);
      send(outside, behindOptions(from("2001:db8:9::1", "2001:db8:1::2", 60), 1, 59));
      comesOut(tun, 60);
    }
  }

  /** Waits for a packet among those that a fresh device says by itself. */
  private static void comesOut(TunDevice tun, int protocol) throws IOException {
    PacketBatch out = Packets.batch();
    while (tun.receive(out)) {
      for (int i = 0; i < out.size(); i++) {
        if (Packets.octets(out, i)[NEXT_HEADER] == protocol) {
          return;
        }
      }
    }
    throw new IOException("the device is closed");
  }

  /** Puts destination options with a limit before what is inside. */
  private static byte[] behindOptions(byte[] packet, int limit, int protocol) {
    ByteBuffer.wrap(packet, 40, 8)
        .put((byte) protocol)
        .put((byte) 0)
        .put((byte) 4)
        .put((byte) 1)
        .put((byte) limit)
        .put((byte) 1)
        .putShort((short) 0);
    return packet;
  }

  private static byte[] fragment(byte[] packet, int protocol) {
    ByteBuffer.wrap(packet, 40, 8).put((byte) protocol).put((byte) 0).putShort((short) 1).putInt(7);
    return packet;
  }

  private void isLoop(TunDevice tun, byte[] packet) throws Exception {
    Count after = count(FilterCheck.IN_LOOP).plus(new Count(1, OCTETS));
    send(tun, packet);
    Eventually.holds("it is dropped", () -> count(FilterCheck.IN_LOOP).equals(after));
  }

  @Test
  void routingProtocolsPassALinkOfItsOwnBothWays() throws Exception {
    try (TunDevice tun = openLink("cvtest")) {
      filter.apply(List.of(link("cvtest")));

      passes(tun, "fe80::7", "ff02::5", 89);
      passes(tun, "fe80::7", "fe80::1", 89);
      passes(tun, "fe80::7", "ff02::9", 17);
      passes(tun, "fe80::7", "ff02::5", 44);
      passes(tun, "2001:db8:1::2", "ff02::5", 89);
      passes(tun, "2001:db8:1::2", "2001:db8:1::1", 17);
      sayOnLink("cvtest");
      PacketBatch out = Packets.batch();
      assertThat(tun.receive(out)).isTrue();
      byte[] sent = Packets.octets(out, 0);
      assertThat(Arrays.copyOfRange(sent, 8, 24))
          .isEqualTo(IpAddresses.parse("fe80::1").getAddress());
    }
  }

  @Test
  @Threat("T1")
  void whatLeavesTheLinkOrConfiguresAHostDoesNotPassIt() throws Exception {
    try (TunDevice tun = openLink("cvtest")) {
      filter.apply(List.of(link("cvtest")));

      isRefused(tun, "fe80::7", "2001:db8:1::1", 89, FilterCheck.IN_MARTIAN);
      isRefused(tun, "fe80::1", "ff02::5", 89, FilterCheck.IN_MARTIAN);
      isRefused(tun, "::", "ff02::5", 89, FilterCheck.IN_MARTIAN);
      isRefused(tun, "2001:db8:1::2", "ff05::2", 17, FilterCheck.IN_MARTIAN);
      isRefused(tun, "fe80::7", "ff0e::1", 17, FilterCheck.IN_MARTIAN);
      isRefused(tun, "fe80::7", "fe80::1", 41, FilterCheck.IN_MARTIAN);
      isRefused(tun, "fe80::7", "ff02::5", 60, FilterCheck.IN_MARTIAN);
      isRefused(tun, "2001:db8:9::1", "ff02::5", 89, FilterCheck.IN_SOURCE);
      for (int type = 133; type <= 137; type++) {
        Count after = count(FilterCheck.IN_MARTIAN).plus(new Count(1, OCTETS));
        byte[] packet = from("fe80::7", "ff02::1", 58);
        packet[40] = (byte) type;
        send(tun, packet);
        Eventually.holds("it is dropped", () -> count(FilterCheck.IN_MARTIAN).equals(after));
      }
    }
  }

  @Test
  void saysNothingOnALinkWhereThisEndMayNotSend() throws Exception {
    try (TunDevice tun = openLink("cvtest")) {
      TunnelDevice quiet =
          new TunnelDevice(
              "cvtest",
              "cvtest",
              V6V4,
              OUTER,
              HERE,
              List.of(IpPrefix.host(THERE)),
              List.of(IpPrefix.host(THERE)),
              1280,
              true);
      filter.apply(List.of(quiet));

      sayOnLink("cvtest");

      Eventually.holds("it is dropped", () -> count(FilterCheck.OUT_SOURCE).packets() > 0);
    }
  }

  /** Whether the sender learns that its packet was dropped is the kernel's affair. */
  private static void sayOnLink(String device) throws Exception {
    // Java looks for a device's name in the namespace of the process, not in this thread's.
    String shown = OwnNetwork.run("ip", "-o", "link", "show", "dev", device);
    int index = Integer.parseInt(shown.substring(0, shown.indexOf(':')));
    InetAddress routers =
        Inet6Address.getByAddress(null, IpAddresses.parse("ff02::5").getAddress(), index);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(new byte[8], 8, routers, 9));
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("not permitted");
    }
  }

  @Test
  void routingProtocolsPassNoOtherTunnel() throws Exception {
    try (TunDevice tun = openLink("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.host(THERE)), List.of())));

      isRefused(tun, "fe80::7", "ff02::5", 89, FilterCheck.IN_MARTIAN);
      isRefused(tun, "2001:db8:1::2", "ff02::5", 89, FilterCheck.IN_MARTIAN);
      Count out = count(FilterCheck.OUT_MARTIAN);
      sayOnLink("cvtest");
      Eventually.holds(
          "it is dropped", () -> count(FilterCheck.OUT_MARTIAN).packets() > out.packets());
    }
  }

  @Test
  void sendsOnlyWhatIsThisEnds() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.parse("::/0")), List.of(DELEGATED))));

      // Let in, but this end's answer comes from an address that was not said to be its own.
      isDropped(tun, "2001:db8:9::1", FilterCheck.OUT_SOURCE);
    }
  }

  @Test
  void keepsTheCountersOfATunnelThatStaysOrChanges() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      TunnelDevice before = device("cvtest", List.of(DELEGATED), List.of());
      filter.apply(List.of(before));
      isDropped(tun, "2001:db8:1::2", FilterCheck.IN_SOURCE);

      filter.apply(List.of(before, device("cvother", List.of(), List.of())));
      assertThat(count(FilterCheck.IN_SOURCE).packets()).isEqualTo(1);
      filter.apply(List.of(device("cvtest", List.of(IpPrefix.host(THERE)), List.of())));

      assertThat(count(FilterCheck.IN_SOURCE).packets()).isEqualTo(1);
      isAnswered(tun, "2001:db8:1::2");
      assertThat(filter.counters()).doesNotContainKey(FilterCheck.IN_SOURCE.counter("cvother"));
    }
  }

  @Test
  void goesOnFromWhatAnEarlierProcessLeft() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      TunnelDevice device = device("cvtest", List.of(DELEGATED), List.of());
      filter.apply(List.of(device, device("cvgone", List.of(), List.of())));
      isDropped(tun, "2001:db8:1::2", FilterCheck.IN_SOURCE);

      TunnelFilter next = new TunnelFilter("test0", nft);
      next.apply(List.of(device));

      assertThat(count(FilterCheck.IN_SOURCE)).isEqualTo(new Count(1, OCTETS));
      isDropped(tun, "2001:db8:1::2", FilterCheck.IN_SOURCE);
      assertThat(OwnNetwork.run("nft", "list", "ruleset")).doesNotContain("cvgone");
    }
  }

  @Test
  void noticesThatItWasRemovedAndComesBack() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      List<TunnelDevice> wanted = List.of(device("cvtest", List.of(DELEGATED), List.of()));
      filter.apply(wanted);
      assertThat(filter.stands(filter.counters())).isTrue();

      OwnNetwork.run("nft", "flush", "ruleset");
      assertThat(filter.stands(filter.counters())).isFalse();
      filter.apply(wanted);

      isDropped(tun, "2001:db8:1::2", FilterCheck.IN_SOURCE);
    }
  }

  @Test
  void goesOnCountingWhenAnotherProgramRemovedIt() throws Exception {
    try (TunDevice tun = open("cvtest")) {
      List<TunnelDevice> wanted =
          List.of(device("cvtest", List.of(IpPrefix.host(THERE)), List.of()));
      filter.apply(wanted);
      isAnswered(tun, "2001:db8:1::2");
      isDropped(tun, "2001:db8:3::1", FilterCheck.IN_SOURCE);
      filter.counters();

      OwnNetwork.run("nft", "flush", "ruleset");
      filter.apply(wanted);

      assertThat(count(FilterCheck.IN_PASSED)).isEqualTo(new Count(1, OCTETS));
      assertThat(count(FilterCheck.IN_SOURCE)).isEqualTo(new Count(1, OCTETS));
    }
  }

  @Test
  void leavesOtherTablesAlone() throws Exception {
    OwnNetwork.run("nft", "add", "table", "inet", "operator");
    filter.apply(List.of(device("cvtest", List.of(), List.of())));
    TunnelFilter neighbor = new TunnelFilter("test1", nft);
    neighbor.apply(List.of());
    assertThat(FilterTable.owners()).isEqualTo(Set.of("test0", "test1"));

    filter.remove();

    assertThat(FilterTable.owners()).isEqualTo(Set.of("test1"));
    assertThat(OwnNetwork.run("nft", "list", "tables")).contains("operator", "culvert_test1");
  }

  @Test
  void holdsManyTunnels() throws Exception {
    List<TunnelDevice> many =
        IntStream.range(0, 500)
            .mapToObj(i -> device("cv" + i, List.of(prefix(i)), List.of()))
            .toList();

    filter.apply(many);

    assertThat(filter.stands(filter.counters())).isTrue();
    assertThat(filter.counters()).hasSize(1 + FilterCheck.values().length * 500);
    filter.apply(many.subList(0, 499));
    assertThat(filter.stands(filter.counters())).isTrue();
    assertThat(filter.counters()).hasSize(1 + FilterCheck.values().length * 499);
  }

  /** Else the kernel's datapath would be chosen, and each tunnel fail. */
  @Test
  void looksBeforehandWhetherTheKernelHasAllThatARuleNeeds() throws Exception {
    FilterRules rules = new FilterRules(FilterTable.of("probe"));
    String looked = LinuxTunnelDevices.filter(V6V4);

    for (String rule : rules.of(device("probe", List.of(DELEGATED), List.of(DELEGATED)))) {
      assertThat(looked).contains(rule.replaceFirst("\\{ [^}]*:[^}]* }.*", ""));
    }
    assertThat(rules.of(link("probe1")))
        .isNotEqualTo(rules.of(device("probe1", List.of(), List.of())));
    assertThat(looked).contains("add chain inet culvert_probe in/probe1", "icmpv6 type 133-137");
    nft.check(looked);
    nft.check(LinuxTunnelDevices.filter(V4V6));
    assertThat(OwnNetwork.run("nft", "list", "ruleset")).doesNotContain("probe");
  }

  @Test
  void saysWhyItCannotFilter() {
    TunnelFilter broken = new TunnelFilter("test0", new Nft("/nonexistent/nft"));

    assertThatThrownBy(() -> broken.apply(List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/nonexistent/nft");
    assertThatThrownBy(() -> nft.change("add rule inet nothing nowhere accept\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("refuses:");
  }

  /** An echo request comes out of the tunnel. */
  private static void comesIn(TunDevice tun, String from) throws Exception {
    PacketBatch batch = Packets.batch();
    InetAddress source = IpAddresses.parse(from);
    Packets.put(batch, Packets.echoRequest(source, HERE, 8), new InetSocketAddress(source, 0));
    tun.send(batch, 0, 1);
  }

  private static void isAnswered(TunDevice tun, String from) throws Exception {
    comesIn(tun, from);
    PacketBatch replies = Packets.batch();
    assertThat(tun.receive(replies)).isTrue();
    assertThat(replies.size()).isEqualTo(1);
    assertThat(Packets.octets(replies, 0)).endsWith(new byte[8]).hasSize(OCTETS);
    InetAddress to = IpAddresses.of(Arrays.copyOfRange(Packets.octets(replies, 0), 24, 40));
    assertThat(to).isEqualTo(IpAddresses.parse(from));
  }

  private void isDropped(TunDevice tun, String from, FilterCheck check) throws Exception {
    Count after = count(check).plus(new Count(1, OCTETS));
    comesIn(tun, from);
    Eventually.holds("one more counted under " + check, () -> count(check).equals(after));
  }

  private static boolean isLocal(String address) {
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return RouteTable.isLocal(netlink, IpAddresses.parse(address));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static IpPrefix prefix(int i) {
    return IpPrefix.parse("2001:db8:" + Integer.toHexString(i) + "::/48");
  }

  private Count count(FilterCheck check) {
    try {
      return Optional.ofNullable(filter.counters().get(check.counter("cvtest"))).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TunDevice open(String name) throws IOException {
    TunDevice tun = devices.openTun(name, 1280);
    devices.configure(
        name,
        new DeviceConfiguration(
            Set.of(InterfaceAddress.host(HERE)), Set.of(IpPrefix.parse("::/0")), 1280));
    return tun;
  }

  /** A device with a link-local address and the groups that a routing daemon would join. */
  private TunDevice openLink(String name) throws IOException {
    TunDevice tun = devices.openTun(name, 1280);
    devices.configure(
        name,
        new DeviceConfiguration(
            Set.of(
                InterfaceAddress.host(HERE),
                new InterfaceAddress(IpAddresses.parse("fe80::1"), 64)),
            Set.of(IpPrefix.parse("::/0")),
            1280));
    return tun;
  }

  private static TunnelDevice link(String name) {
    return new TunnelDevice(
        name, name, V6V4, OUTER, HERE, List.of(IpPrefix.host(THERE)), List.of(), 1280, true);
  }

  private static byte[] from(String source, String destination, int protocol) throws IOException {
    byte[] packet =
        Packets.echoRequest(IpAddresses.parse(source), IpAddresses.parse(destination), 8);
    packet[NEXT_HEADER] = (byte) protocol;
    return packet;
  }

  private static void send(TunDevice tun, byte[] packet) throws IOException {
    PacketBatch batch = Packets.batch();
    Packets.put(batch, packet, new InetSocketAddress(THERE, 0));
    tun.send(batch, 0, 1);
  }

  private void passes(TunDevice tun, String source, String destination, int protocol)
      throws IOException {
    Count after = count(FilterCheck.IN_PASSED).plus(new Count(1, OCTETS));
    send(tun, from(source, destination, protocol));
    Eventually.holds(
        source + " to " + destination + " passes",
        () -> count(FilterCheck.IN_PASSED).equals(after));
  }

  private void isRefused(
      TunDevice tun, String source, String destination, int protocol, FilterCheck check)
      throws IOException {
    Count after = count(check).plus(new Count(1, OCTETS));
    send(tun, from(source, destination, protocol));
    Eventually.holds(
        source + " to " + destination + " is dropped", () -> count(check).equals(after));
  }

  private static TunnelDevice device(String name, List<IpPrefix> remote, List<IpPrefix> local) {
    return new TunnelDevice(name, name, V6V4, OUTER, HERE, remote, local, 1280);
  }
}
