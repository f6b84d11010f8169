package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes a tunnel that is a link of its own, and no other. */
class OwnLinkFilterTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final OwnAddresses OWN =
      OwnAddresses.of(List.of(IpAddresses.parse("2001:db8:a::1")));
  private static final InetSocketAddress NOBODY = new InetSocketAddress(0);

  private final Samples.CountingSocket socket = new Samples.CountingSocket();
  private final Tally strangers = new Tally();
  private final Tally unrouted = new Tally();
  private final Outbound outbound =
      new Outbound(16, 2048, TrafficClass.ALL, unrouted, System::nanoTime);
  private Tunnel link;

  @BeforeEach
  void openALink() throws Exception {
    link = new Tunnel(Samples.ownLink(Samples.clientTunnel()), Samples.port(socket));
  }

  @ParameterizedTest
  @CsvSource({
    "fe80::7, ff02::5, 89",
    "fe80::7, fe80::1, 89",
    "febf::7, ff02::9, 17",
    "fe80::7, ff02::9, 17",
    "fe80::7, ff02::5, 44",
    "fe80::7, ff02::5, 51",
    "2001:db8::7, ff02::1, 17",
    "2001:db8:700::1, fe80::1, 17"
  })
  void routingProtocolsPassBothWays(String source, String destination, int protocol) {
    byte[] packet = packet(source, destination, protocol);

    assertThat(Samples.packet(comesOut(link, packet), 0)).isEqualTo(packet);
    goesIn(Routes.ofOwn(link), packet);

    assertThat(socket.packets).isEqualTo(1);
    assertThat(link.counters().receivedPackets()).isEqualTo(1);
    assertThat(link.counters().sentPackets()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "fe80::7, 2001:db8:ffff::1, 17", // a source of the link's never leaves the link
    "2001:db8::7, ff05::2, 17", // a group of the site
    "fe80::7, ff0e::1, 17",
    "fe80::7, ff12::1, 17", // a group of the link's that is not well known
    "fe80::7, ff01::1, 17",
    "::, ff02::16, 17",
    "ff02::1, ff02::2, 17",
    "::1, ff02::2, 17",
    "2002:c000:201::1, ff02::5, 89",
    "fec0::1, fe80::1, 89",
    "fe80::7, ff02::16, 0", // extension headers in front of what may not pass
    "fe80::7, ff02::5, 43",
    "fe80::7, ff02::5, 60",
    "fe80::7, fe80::1, 41",
    "fe80::7, fe80::1, 4"
  })
  void whatLeavesTheLinkOrConfiguresAHostPassesNeitherWay(
      String source, String destination, int protocol) {
    byte[] packet = packet(source, destination, protocol);

    assertThat(comesOut(link, packet).length(0)).isZero();
    goesIn(Routes.ofOwn(link), packet);

    assertThat(socket.packets).isZero();
    assertThat(link.counters().drops()).isEqualTo(Map.of(DropReason.MARTIAN, 1L));
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MARTIAN, 1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {133, 134, 135, 136, 137})
  void neighborDiscoveryPassesNeitherWay(int type) {
    byte[] packet =
        Packets.packet(
            IpAddresses.parse("fe80::7"),
            IpAddresses.parse("ff02::1"),
            58,
            new byte[] {(byte) type, 0, 0, 0, 0, 0, 0, 0});

    assertThat(comesOut(link, packet).length(0)).isZero();
    goesIn(Routes.ofOwn(link), packet);

    assertThat(socket.packets).isZero();
  }

  @Test
  void echoesPassBothWays() {
    byte[] packet = Packets.echoRequest("fe80::7", "fe80::1", 1);

    assertThat(comesOut(link, packet).length(0)).isEqualTo(packet.length);
    goesIn(Routes.ofOwn(link), packet);

    assertThat(socket.packets).isEqualTo(1);
  }

  @Test
  void sharedTunnelsPassNothingOfIt() throws Exception {
    Tunnel shared = new Tunnel(Samples.clientTunnel(), Samples.port(socket));

    assertThat(comesOut(shared, Samples.hello("fe80::7")).length(0)).isZero();
    goesIn(Routes.of(List.of(shared)), Samples.hello("fe80::7"));

    assertThat(socket.packets).isZero();
    assertThat(shared.counters().drops()).isEqualTo(Map.of(DropReason.MARTIAN, 1L));
  }

  /** Nor does the device that tunnels share lead into a link. */
  @Test
  void sharedDeviceLeadsNoMulticastIntoALink() {
    goesIn(Routes.of(List.of(link)), Samples.hello("fe80::7"), packet("fe80::7", "fe80::1", 89));

    assertThat(socket.packets).isZero();
  }

  @Test
  @Promise("P4")
  @Threat("T1")
  void sourcesOnALinkAreStillOnlyThoseAssigned() {
    byte[] foreign = packet("2001:db8:999::1", "ff02::5", 89);
    byte[] ours = packet(Samples.SERVER_INNER, "ff02::5", 89);

    comesOut(link, foreign);
    comesOut(link, ours);
    comesOut(link, packet("2001:db8:999::1", HOST, 17));

    assertThat(link.counters().receivedPackets()).isZero();
    assertThat(link.counters().drops())
        .isEqualTo(Map.of(DropReason.INNER_SOURCE, 2L, DropReason.MARTIAN, 1L));
  }

  @Test
  void sendsOnALinkOnlyFromLocalPrefixesWhereThereAreSome() throws Exception {
    goesIn(
        clientsLink(Samples.CLIENT_INNER + "/128", Samples.CLIENT_PREFIX),
        Samples.hello("fe80::7"),
        packet("2001:db8:700::1", "ff02::5", 89),
        packet("2001:db8:999::1", "ff02::5", 89));

    assertThat(socket.packets).isEqualTo(2);
  }

  /** As a client is that has not accepted yet: it may send from the other end's address only. */
  @Test
  void saysNothingOnALinkWhereThisEndMayNotSend() throws Exception {
    goesIn(
        clientsLink(Samples.SERVER_INNER + "/128"),
        Samples.hello("fe80::7"),
        packet("2001:db8:700::1", "ff02::5", 89));

    assertThat(socket.packets).isZero();
  }

  private Routes clientsLink(String... local) throws Exception {
    CarriedTunnel client =
        new CarriedTunnel(
            "own",
            Samples.UDP,
            Samples.clientTunnel().outer(),
            IpAddresses.parse(Samples.CLIENT_INNER),
            List.of(IpPrefix.parse("::/0")),
            Arrays.stream(local).map(IpPrefix::parse).toList(),
            1280,
            true);
    return Routes.ofOwn(new Tunnel(client, Samples.port(socket)));
  }

  @Test
  void ownDeviceLeadsOnlyWhereItsTunnelLeads() throws Exception {
    Tunnel other =
        new Tunnel(
            Samples.tunnel(
                "other",
                Samples.UDP,
                Samples.SERVER,
                Samples.outer("198.51.100.9", 1),
                "2001:db8:900::/48"),
            link.port);

    goesIn(
        Routes.ofOwn(link),
        packet(HOST, "2001:db8:700::1", 17),
        packet(HOST, "2001:db8:900::1", 17));
    assertThat(socket.packets).isEqualTo(1);
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.NO_ROUTE, 1L));

    goesIn(Routes.of(List.of(link, other)), packet(HOST, "2001:db8:900::1", 17));
    assertThat(socket.packets).isEqualTo(2);
  }

  @Test
  void dropsOnALinkWhatIsTooBigAndLeavesTheHopLimit() {
    byte[] large =
        Packets.packet(
            IpAddresses.parse("fe80::7"), IpAddresses.parse("ff02::5"), 89, new byte[1300]);

    assertThat(goesIn(Routes.ofOwn(link), large).size()).isZero();
    assertThat(link.counters().drops()).isEqualTo(Map.of(DropReason.TOO_BIG, 1L));

    byte[] expired = Samples.hello("fe80::7");
    expired[Ipv6.HOP_LIMIT] = 0;
    assertThat(comesOut(link, expired).length(0)).isZero();
    assertThat(Samples.packet(comesOut(link, Samples.hello("fe80::7")), 0)[Ipv6.HOP_LIMIT])
        .isEqualTo((byte) 1);
  }

  /** Promise P4, threat T1 on links: passed if and only if the rule says so, both ways. */
  @Test
  void passesExactlyWhatTheRuleSays() {
    Random random = new Random(7);
    List<String> sources =
        List.of(
            "fe80::7",
            "febf:ffff::1",
            "fec0::1",
            Samples.CLIENT_INNER,
            "2001:db8:700::1",
            "2001:db8:701::1",
            Samples.SERVER_INNER,
            "::",
            "ff02::1");
    List<String> destinations =
        List.of("ff02::5", "ff02::9", "ff05::2", "ff12::5", "fe80::1", "fec0::1", HOST, "::1");
    List<Integer> protocols = List.of(0, 4, 6, 17, 41, 43, 44, 50, 51, 58, 60, 89, 103);
    int passed = 0;
    for (int i = 0; i < 100_000; i++) {
      InetAddress source = scrambled(sources.get(random.nextInt(sources.size())), random);
      InetAddress to = scrambled(destinations.get(random.nextInt(destinations.size())), random);
      int protocol = protocols.get(random.nextInt(protocols.size()));
      byte[] payload = new byte[1 + random.nextInt(40)];
      payload[0] = (byte) (random.nextBoolean() ? 128 + random.nextInt(12) : random.nextInt(256));
      byte[] packet = Packets.packet(source, to, protocol, payload);

      boolean in = mayCome(source, to, protocol, payload[0] & 0xFF);
      assertThat(comesOut(link, packet).length(0)).isEqualTo(in ? packet.length : 0);
      passed += in ? 1 : 0;

      int before = socket.packets;
      goesIn(Routes.ofOwn(link), packet);
      assertThat(socket.packets - before)
          .as("%s to %s, %s", source, to, protocol)
          .isEqualTo(mayGo(source, to, protocol, payload[0] & 0xFF) ? 1 : 0);
    }
    assertThat(passed).isBetween(5_000, 95_000);
  }

  private static boolean mayCome(InetAddress source, InetAddress to, int protocol, int type) {
    boolean assigned =
        Samples.clientTunnel().remotePrefixes().stream().anyMatch(p -> p.contains(source));
    return isOnLink(to)
        ? (source.isLinkLocalAddress() || assigned) && isOfALink(protocol, type)
        : assigned && isGlobal(to);
  }

  private static boolean mayGo(InetAddress source, InetAddress to, int protocol, int type) {
    return isOnLink(to)
        && (source.isLinkLocalAddress() || isGlobal(source))
        && isOfALink(protocol, type);
  }

  private static boolean isOnLink(InetAddress address) {
    byte[] octets = address.getAddress();
    return address.isLinkLocalAddress() || (octets[0] == (byte) 0xFF && octets[1] == 2);
  }

  private static boolean isGlobal(InetAddress address) {
    return address.getAddress()[0] == 0x20;
  }

  private static boolean isOfALink(int protocol, int type) {
    return !Set.of(0, 4, 41, 43, 60).contains(protocol)
        && (protocol != 58 || type < 133 || type > 137);
  }

  /** Changes the last octets, but for addresses that are one. */
  private static InetAddress scrambled(String text, Random random) {
    byte[] octets = IpAddresses.parse(text).getAddress();
    if (random.nextBoolean() && octets[0] != 0 && !text.contains("db8::")) {
      ByteBuffer.wrap(octets).putInt(12, random.nextInt());
    }
    return IpAddresses.of(octets);
  }

  private static byte[] packet(String source, String destination, int protocol) {
    byte[] payload = new byte[20];
    return Packets.packet(
        IpAddresses.parse(source), IpAddresses.parse(destination), protocol, payload);
  }

  private PacketBatch comesOut(Tunnel tunnel, byte[] packet) {
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    PacketBatch batch = Samples.batch(Samples.CLIENT, packet);
    Inbound.examine(batch, endpoints, OWN, strangers, new Tunnel[batch.capacity()]);
    return batch;
  }

  private PacketBatch goesIn(Routes routes, byte[]... packets) {
    return outbound.forward(Samples.batch(NOBODY, packets), routes);
  }
}
