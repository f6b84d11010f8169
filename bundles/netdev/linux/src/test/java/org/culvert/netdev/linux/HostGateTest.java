package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostService;
import org.culvert.api.netdev.HostState;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of tunnels reaches of the host what it may (threat T23), in a kernel's filter. */
@ExtendWith(OwnNetwork.class)
class HostGateTest {
  private static final InetAddress HERE = IpAddresses.parse("2001:db8:1::1");
  private static final InetAddress MEMBER = IpAddresses.parse("2001:db8:1::2");
  private static final InetAddress OTHER = IpAddresses.parse("2001:db8:1::3");
  private static final InetAddress STRANGER = IpAddresses.parse("2001:db8:9::3");
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:1::/64");
  private static final int UDP = 17;
  private static final int SYN = 2;
  private static final int ACK = 16;

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final HostGate gate = new HostGate();
  private TunDevice tun;

  /** Within a test, for only that is in a network of its own. */
  private void begin() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    Libc.load();
    tun = openTun("culvert0", Set.of(InterfaceAddress.host(HERE)), "::/0");
  }

  @AfterEach
  void close() {
    gate.close();
    if (tun != null) {
      tun.close();
    }
  }

  @Test
  @Threat("T23")
  void aServiceIsOpenWithoutAGuardAndClosedWithOne() throws Exception {
    begin();
    assertThat(opens(22)).isTrue();

    assertThat(keep(guard()).changed()).hasSize(1);

    isClosed(tcp(MEMBER, 22, SYN));
    isClosed(udp(MEMBER, 9, 53, new byte[8]));
    isClosed(packet(MEMBER, 132, new byte[16]));
    isClosed(packet(MEMBER, 41, new byte[40]));
    assertThat(answers(Packets.echoRequest(MEMBER, HERE, 8))).isTrue();
    assertThat(keep(guard()).changed()).isEmpty();
    assertThat(keep(guard()).drops()).isEqualTo(Map.of(DropReason.CLOSED_HOST, 4L));
  }

  @Test
  @Threat("T23")
  void whoOpensAConnectionIsRefusedAndWhoAnswersOneIsNot() throws Exception {
    begin();
    keep(guard());

    assertThat(answers(tcp(MEMBER, 22, SYN | ACK))).as("a reset").isTrue();
    isClosed(tcp(MEMBER, 22, SYN | 1));
  }

  @ParameterizedTest
  @CsvSource({"3653", "3654", "443"})
  @Threat("T23")
  void whatIsNamedIsOpen(int port) throws Exception {
    begin();
    keep(guard(HostService.tcp(443), HostService.tcp(3653), HostService.tcp(3654)));

    assertThat(opens(port)).isTrue();
    isClosed(tcp(MEMBER, 444, SYN));
  }

  @Test
  @Threat("T23")
  void whatIsForSomeOrAtOneAddressIsOpenThereOnly() throws Exception {
    begin();
    OwnNetwork.address("2001:db8:1::53/128", "culvert0");
    keep(
        guard(
            HostService.tcp(179).from(IpPrefix.host(OTHER)),
            HostService.tcp(53).at(IpAddresses.parse("2001:db8:1::53")),
            HostService.of(132, 0)));

    assertThat(answers(tcp(OTHER, 179, SYN))).isTrue();
    isClosed(tcp(MEMBER, 179, SYN));
    isClosed(tcp(MEMBER, 53, SYN));
    assertThat(
            answers(Packets.tcp(MEMBER, IpAddresses.parse("2001:db8:1::53"), 53, 1, 0, SYN, 1000)))
        .isTrue();
    long before = closed();
    send(tun, packet(MEMBER, 132, new byte[16]));
    assertThat(answers(Packets.echoRequest(MEMBER, HERE, 8))).isTrue();
    assertThat(closed()).isEqualTo(before);
  }

  @Test
  @Threat("T4")
  void dataOfATunnelInATunnelIsNoSignaling() throws Exception {
    begin();
    keep(guard(HostService.udp(3653)));

    isClosed(udp(MEMBER, 4000, 3653, new byte[] {0x60, 0, 0, 0}));
    assertThat(answers(udp(MEMBER, 4000, 3653, new byte[] {(byte) 0xF0, 0}))).isTrue();
  }

  /** The packet inside would begin in the next piece, which no one can judge. */
  @Test
  @Threat("T4")
  void aFirstPieceThatEndsBeforeTheSignalingIsDropped() throws Exception {
    begin();
    keep(guard(HostService.udp(3653)));

    isClosed(firstPiece(udp(MEMBER, 4000, 3653, new byte[0])));
    isClosed(firstPiece(udp(MEMBER, 4000, 3653, new byte[] {0x60, 0, 0, 0, 0, 0, 0, 0})));
    long before = closed();
    send(tun, firstPiece(udp(MEMBER, 4000, 3653, new byte[] {(byte) 0xF0, 0, 0, 0, 0, 0, 0, 0})));
    assertThat(answers(Packets.echoRequest(MEMBER, HERE, 8))).isTrue();
    assertThat(closed()).isEqualTo(before);
  }

  @Test
  @Threat("T23")
  void whoWasAskedByUdpMayAnswer() throws Exception {
    begin();
    keep(guard());
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(HERE, 0))) {
      isClosed(udp(MEMBER, 53, socket.getLocalPort(), new byte[] {1}));
      socket.send(new DatagramPacket(new byte[4], 4, MEMBER, 53));
      PacketBatch asked = Packets.batch();
      assertThat(tun.receive(asked)).isTrue();

      isClosed(udp(OTHER, 53, socket.getLocalPort(), new byte[] {2}));
      send(tun, udp(MEMBER, 53, socket.getLocalPort(), new byte[] {3}));

      DatagramPacket answer = new DatagramPacket(new byte[8], 8);
      socket.setSoTimeout((int) Packets.DEADLINE.toMillis());
      socket.receive(answer);
      assertThat(answer.getData()[0]).isEqualTo((byte) 3);
    }
  }

  @Test
  void othersAreNotGuarded() throws Exception {
    begin();
    try (TunDevice eth = openTun("eth7", Set.of(), "2001:db8:9::/48")) {
      keep(guard());

      send(eth, tcp(STRANGER, 22, SYN));

      PacketBatch out = Packets.batch();
      assertThat(eth.receive(out)).as("a reset").isTrue();
    }
  }

  @Test
  @Threat("T23")
  void devicesOfATunnelsOwnAreGuardedFromTheirFirstPacketOn() throws Exception {
    begin();
    keep(guard());
    try (TunDevice own = openTun("culvert0-1", Set.of(), "2001:db8:7::/48")) {
      long before = closed();
      send(own, tcp(IpAddresses.parse("2001:db8:7::1"), 22, SYN));
      Eventually.holds("it is dropped", () -> closed() == before + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nft flush ruleset",
        "nft delete table inet culvert_host_culvert0",
        "nft flush chain inet culvert_host_culvert0 host",
        "nft flush table inet culvert_host_culvert0",
        "nft insert rule inet culvert_host_culvert0 host accept"
      })
  void whatSomebodyChangesIsPutBackAndTold(String command) throws Exception {
    begin();
    keep(guard());
    isClosed(tcp(MEMBER, 22, SYN));
    keep(guard());

    OwnNetwork.run(command.split(" ", -1));

    Eventually.holds("it is made anew", () -> !keep(guard()).changed().isEmpty());
    isClosed(tcp(MEMBER, 22, SYN));
    assertThat(keep(guard()).drops()).isEqualTo(Map.of(DropReason.CLOSED_HOST, 2L));
    assertThat(keep(guard()).changed()).isEmpty();
  }

  @Test
  void anInterfaceOfTheHostsOwnIsNotFiltered() throws Exception {
    begin();
    OwnNetwork.run("ip", "link", "add", "uplink0", "type", "veth", "peer", "name", "uplink0-x");
    OwnNetwork.run("ip", "link", "set", "uplink0", "up");
    Findings findings = new Findings();

    gate.keep(guard("uplink0"), findings);

    assertThat(findings.state().missing())
        .singleElement()
        .asString()
        .contains("uplink0 is not a device of ours");
    assertThat(OwnNetwork.run("nft", "list", "ruleset")).doesNotContain("\"uplink0");
    OwnNetwork.run("ip", "link", "del", "uplink0");
    keep(guard("uplink0"));
    assertThat(OwnNetwork.run("nft", "list", "ruleset")).contains("\"uplink0\"");
  }

  @Test
  void anotherProgramsTunDeviceIsNotFiltered() throws Exception {
    begin();
    OwnNetwork.run("ip", "tuntap", "add", "mode", "tun", "name", "vpn0");
    OwnNetwork.run("ip", "link", "set", "vpn0", "up");
    Findings findings = new Findings();

    gate.keep(guard("vpn0"), findings);

    assertThat(findings.state().missing()).hasSize(1);
    assertThat(OwnNetwork.run("nft", "list", "ruleset")).doesNotContain("\"vpn0");
  }

  @Test
  void theTableOfAnEarlierDeviceGoesWhenAnotherIsNamedOrAtStart() throws Exception {
    begin();
    keep(guard("earlier0"));
    keep(guard());
    assertThat(OwnNetwork.run("nft", "list", "tables")).doesNotContain("earlier0");

    try (HostGate killed = new HostGate()) {
      killed.keep(guard("earlier0"), new Findings());
      try (HostGate beside = new HostGate()) {
        beside.keep(guard("beside0"), new Findings());
        assertThat(OwnNetwork.run("nft", "list", "tables")).contains("earlier0", "culvert0");
      }
    }
    try (HostGate anew = new HostGate()) {
      anew.keep(guard("later0"), new Findings());
    }
    assertThat(OwnNetwork.run("nft", "list", "tables"))
        .contains("later0", "culvert0")
        .doesNotContain("earlier0");
  }

  @Test
  void anOpenHostHasNoFilter() throws Exception {
    begin();
    keep(new HostGuard("culvert0", Set.of("culvert0"), Set.of(POOL), Set.of(), true, Set.of()));

    assertThat(OwnNetwork.run("nft", "list", "ruleset")).isEmpty();
    assertThat(opens(22)).isTrue();
  }

  @Test
  @Threat("T23")
  void whatIsIsolatedReachesNoOtherTunnelAndTheWorldAllTheSame() throws Exception {
    begin();
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    try (TunDevice world = openTun("eth7", Set.of(), "2001:db8:9::/48")) {
      keep(isolating());
      passes(tun, ping(MEMBER, OTHER), tun);

      keep(isolating(IpPrefix.host(MEMBER)));
      isIsolated(ping(MEMBER, OTHER));
      isIsolated(ping(OTHER, MEMBER));
      passes(tun, ping(OTHER, IpAddresses.parse("2001:db8:1::4")), tun);
      passes(tun, ping(MEMBER, STRANGER), world);
      passes(world, ping(STRANGER, MEMBER), tun);

      keep(isolating(IpPrefix.parse("::/0"), IpPrefix.parse("0.0.0.0/0")));
      isIsolated(ping(OTHER, IpAddresses.parse("2001:db8:1::4")));
      passes(tun, ping(MEMBER, STRANGER), world);
    }
  }

  private static HostGuard isolating(IpPrefix... prefixes) {
    return new HostGuard(
        "culvert0", Set.of("culvert0"), Set.of(POOL), Set.of(prefixes), true, Set.of());
  }

  private static HostGuard guard(HostService... services) {
    return guard("culvert0", services);
  }

  private static HostGuard guard(String device, HostService... services) {
    return new HostGuard(
        device,
        Set.of(device, device + "-*"),
        Set.of(POOL, IpPrefix.parse("10.64.0.0/16")),
        Set.of(),
        false,
        Set.of(services));
  }

  private HostState keep(HostGuard guard) {
    Findings findings = new Findings();
    gate.keep(guard, findings);
    assertThat(findings.state().missing()).isEmpty();
    return findings.state();
  }

  private TunDevice openTun(String name, Set<InterfaceAddress> addresses, String route)
      throws IOException {
    TunDevice device = devices.openTun(name, 1280);
    devices.configure(
        name, new DeviceConfiguration(addresses, Set.of(IpPrefix.parse(route)), 1280));
    return device;
  }

  static long count(String counter) {
    try {
      return Optional.ofNullable(FilterTable.counters("culvert_host_culvert0").get(counter))
          .orElseThrow()
          .packets();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long closed() {
    return count(GuardRules.CLOSED);
  }

  private void isClosed(byte[] packet) throws IOException {
    long before = closed();
    assertThat(answers(packet)).as("an answer").isFalse();
    Eventually.holds("it is dropped", () -> closed() == before + 1);
  }

  private void isIsolated(byte[] packet) throws IOException {
    long before = count(GuardRules.ISOLATED);
    send(tun, packet);
    Eventually.holds("it is dropped", () -> count(GuardRules.ISOLATED) == before + 1);
  }

  static void passes(TunDevice from, byte[] packet, TunDevice to) throws IOException {
    send(from, packet);
    PacketBatch out = Packets.batch();
    while (to.receive(out)) {
      for (int i = 0; i < out.size(); i++) {
        byte[] came = Packets.octets(out, i);
        came[7] = packet[7];
        if (Arrays.equals(came, packet)) {
          return;
        }
      }
    }
    throw new IOException("the device is closed");
  }

  /** Nobody listens, so an open port answers with a reset. */
  private boolean opens(int port) throws IOException {
    return answers(tcp(MEMBER, port, SYN));
  }

  /** Tells whether something comes back before an echo that was sent after it does. */
  private boolean answers(byte[] packet) throws IOException {
    send(tun, packet);
    send(tun, Packets.echoRequest(OTHER, HERE, 9));
    boolean answered = false;
    PacketBatch out = Packets.batch();
    while (tun.receive(out)) {
      for (int i = 0; i < out.size(); i++) {
        byte[] came = Packets.octets(out, i);
        boolean last =
            came[6] == 58
                && (came[40] & 0xFF) == 129
                && IpAddresses.of(Arrays.copyOfRange(came, 24, 40)).equals(OTHER);
        if (last) {
          return answered;
        }
        // What a fresh device says by itself is no answer.
        boolean router = came[6] == 0 || (came[6] == 58 && (came[40] & 0xFF) == 133);
        answered |= !router;
      }
    }
    throw new IOException("the device is closed");
  }

  private static byte[] packet(InetAddress from, int protocol, byte[] payload) {
    return ByteBuffer.allocate(40 + payload.length)
        .putInt(6 << 28)
        .putShort((short) payload.length)
        .put((byte) protocol)
        .put((byte) 64)
        .put(from.getAddress())
        .put(HERE.getAddress())
        .put(payload)
        .array();
  }

  static byte[] ping(InetAddress from, InetAddress to) {
    return Packets.echoRequest(from, to, 8);
  }

  private static byte[] tcp(InetAddress from, int port, int flags) {
    return Packets.tcp(from, HERE, port, 1, 0, flags, 1000);
  }

  private static byte[] udp(InetAddress from, int source, int port, byte[] data) {
    byte[] payload =
        ByteBuffer.allocate(8 + data.length)
            .putShort((short) source)
            .putShort((short) port)
            .putShort((short) (8 + data.length))
            .putShort((short) 0)
            .put(data)
            .array();
    byte[] packet = packet(from, UDP, payload);
    int sum = UDP + payload.length;
    for (int i = 8; i < packet.length; i += 2) {
      sum += (packet[i] & 0xFF) << 8 | (i + 1 < packet.length ? packet[i + 1] & 0xFF : 0);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    ByteBuffer.wrap(packet).putShort(46, (short) ~sum);
    return packet;
  }

  /** Makes a packet the first of several pieces. */
  private static byte[] firstPiece(byte[] whole) {
    return ByteBuffer.allocate(whole.length + 8)
        .put(whole, 0, 40)
        .put(new byte[] {UDP, 0, 0, 1, 0, 0, 0, 7})
        .put(whole, 40, whole.length - 40)
        .putShort(4, (short) (whole.length - 32))
        .put(6, (byte) 44)
        .array();
  }

  static void send(TunDevice tun, byte[] packet) throws IOException {
    PacketBatch batch = Packets.batch();
    Packets.put(batch, packet, new InetSocketAddress(MEMBER, 0));
    tun.send(batch, 0, 1);
  }
}
