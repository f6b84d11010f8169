package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Makes real devices where the kernel has the drivers; elsewhere most of it is skipped, and
 * itests/lab/kernel.sh runs it in a machine whose kernel has them.
 */
@ExtendWith(OwnNetwork.class)
class LinuxTunnelDevicesTest {
  private static final WireFormat V6V4 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(41));
  private static final WireFormat V4V6 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new Carrier.IpProtocol(4));
  private static final WireFormat V6UDPV4 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp());

  private static final InetAddress OUTER = IpAddresses.parse("127.0.0.1");
  private static final InetAddress PEER = IpAddresses.parse("127.0.0.2");
  private static final InetAddress OTHER_PEER = IpAddresses.parse("127.0.0.3");
  private static final InetAddress HERE = IpAddresses.parse("2001:db8:1::1");
  private static final InetAddress THERE = IpAddresses.parse("2001:db8:1::2");

  private final LinuxTunnelDevices devices = new LinuxTunnelDevices();
  private final LinuxNetworkDevices network = new LinuxNetworkDevices();

  @Test
  void saysWhatIsMissing() {
    Optional<String> obstacle = devices.obstacle(V6V4);
    if (obstacle.isPresent()) {
      assertThat(obstacle.get()).containsAnyOf("no tunnel driver sit", "nft is not installed");
    }
    assertThat(devices.obstacle(V6UDPV4)).isPresent();
  }

  @Test
  void leavesNothingBehindByLooking() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    String before = OwnNetwork.run("nft", "list", "ruleset");
    devices.obstacle(V6V4);
    devices.obstacle(V4V6);

    assertThat(OwnNetwork.run("nft", "list", "ruleset")).isEqualTo(before);
    assertThat(devices.owners()).isEmpty();
    assertThat(OwnNetwork.run("ip", "-o", "link", "show", "up").lines()).hasSize(1);
  }

  /**
   * Whoever clears up must not take from a process that is at work, as a client beside a broker.
   */
  @Test
  void namesNoOwnerThatAnotherProcessIs() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    LinuxTunnelDevices ofAnotherProcess = new LinuxTunnelDevices();
    new TunnelFilter("leftover", new Nft("/usr/sbin/nft")).apply(List.of());
    try (TunnelDeviceGroup group = ofAnotherProcess.claim("culvert0")) {
      group.apply(List.of());

      assertThat(ofAnotherProcess.owners()).containsExactlyInAnyOrder("culvert0", "leftover");
      assertThat(devices.owners()).containsExactly("leftover");
    }
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      group.apply(List.of());

      assertThat(devices.owners()).containsExactlyInAnyOrder("culvert0", "leftover");
    }
  }

  @Test
  void takesNoTableOfTheOperatorsForOneOfOurs() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    OwnNetwork.run("nft", "add", "table", "inet", "culvert_firewall");
    OwnNetwork.run("nft", "add", "counter", "inet", "culvert_firewall", "refused");

    assertThat(devices.owners()).isEmpty();
  }

  @Test
  void makesADeviceThatIsUpMarkedAndQuiet() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      assertThat(group.apply(List.of(device("cvtest", PEER)))).isEmpty();

      assertThat(OwnNetwork.run("ip", "-d", "link", "show", "dev", "cvtest"))
          .contains("UP", "mtu 1400", "sit ip6ip remote 127.0.0.2 local 127.0.0.1 ttl 64")
          .contains("alias culvert culvert0 tunnel lease 7");
      assertThat(OwnNetwork.run("ip", "addr", "show", "dev", "cvtest")).doesNotContain("inet");
      assertThat(devices.owners()).containsExactly("culvert0");
    }
    assertThat(devices.owners()).isEmpty();
    assertThat(OwnNetwork.run("ip", "link")).doesNotContain("cvtest");
    assertThat(OwnNetwork.run("nft", "list", "ruleset")).isEmpty();
  }

  @Test
  @Threat("T3")
  void leavesTheDriversOwnDeviceDown() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      group.apply(List.of(device("cvtest", PEER)));

      assertThat(OwnNetwork.run("ip", "-o", "link", "show", "dev", "sit0")).contains("state DOWN");
    }
  }

  @Test
  void makesADeviceForIpv4InIpv6() throws Exception {
    needs(V4V6);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      TunnelDevice device =
          new TunnelDevice(
              "cvfour",
              "lease 8",
              V4V6,
              OuterEndpoints.withoutPorts(
                  IpAddresses.parse("::1"), IpAddresses.parse("2001:db8:f::2")),
              IpAddresses.parse("192.0.2.1"),
              List.of(IpPrefix.parse("198.51.100.0/24")),
              List.of(),
              1400);
      assertThat(group.apply(List.of(device))).isEmpty();
      network.configure(
          "cvfour",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(device.localAddress())),
              Set.copyOf(device.remotePrefixes()),
              1400));

      assertThat(OwnNetwork.run("ip", "-d", "link", "show", "dev", "cvfour"))
          .contains("ip6tnl ipip6 remote 2001:db8:f::2 local ::1 hoplimit 64 encaplimit none");
      assertThat(OwnNetwork.run("ip", "route", "show", "dev", "cvfour"))
          .contains("198.51.100.0/24");
      int index = index("cvfour");
      assertThat(group.apply(List.of(device))).isEmpty();
      assertThat(index("cvfour")).isEqualTo(index);
    }
  }

  @Test
  @Promise("P7")
  void takesOverWhatAnEarlierProcessMade() throws Exception {
    needs(V6V4);
    TunnelDevice stays = device("cvstays", PEER);
    TunnelDeviceGroup earlier = devices.claim("culvert0");
    earlier.apply(List.of(stays, device("cvgoes", OTHER_PEER)));
    DeviceConfiguration before =
        new DeviceConfiguration(
            Set.of(InterfaceAddress.host(HERE)),
            Set.of(IpPrefix.parse("2001:db8:2::/48"), IpPrefix.parse("2001:db8:3::/48")),
            1400);
    new LinuxNetworkDevices().configure("cvstays", before);
    int index = index("cvstays");

    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      assertThat(group.apply(List.of(stays))).isEmpty();
      network.configure(
          "cvstays",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(HERE)),
              Set.of(IpPrefix.parse("2001:db8:2::/48")),
              1400));

      assertThat(index("cvstays")).isEqualTo(index);
      assertThat(OwnNetwork.run("ip", "link")).doesNotContain("cvgoes");
      assertThat(OwnNetwork.run("ip", "-6", "route", "show", "dev", "cvstays"))
          .contains("2001:db8:2::/48")
          .doesNotContain("2001:db8:3::/48");
    }
  }

  @Test
  void movesADeviceWithoutMakingItAnew() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      group.apply(List.of(device("cvone", PEER), device("cvtwo", OTHER_PEER)));
      int index = index("cvone");

      assertThat(group.apply(List.of(device("cvone", IpAddresses.parse("127.0.0.4"))))).isEmpty();
      assertThat(index("cvone")).isEqualTo(index);
      assertThat(group.apply(List.of(device("cvone", OTHER_PEER), device("cvtwo", PEER))))
          .isEmpty();
      assertThat(group.apply(List.of(device("cvone", PEER), device("cvtwo", OTHER_PEER))))
          .isEmpty();

      assertThat(OwnNetwork.run("ip", "-d", "link", "show", "dev", "cvone"))
          .contains("remote 127.0.0.2");
      assertThat(OwnNetwork.run("ip", "-d", "link", "show", "dev", "cvtwo"))
          .contains("remote 127.0.0.3");
    }
  }

  @Test
  void leavesDevicesOfOthersAlone() throws Exception {
    needs(V6V4);
    OwnNetwork.run(
        "ip",
        "link",
        "add",
        "cvtest",
        "type",
        "sit",
        "local",
        "127.0.0.1",
        "remote",
        "127.0.0.9",
        "mode",
        "ip6ip");
    OwnNetwork.run("ip", "link", "set", "cvtest", "up");
    OwnNetwork.run(
        "ip",
        "link",
        "add",
        "mine",
        "type",
        "sit",
        "local",
        "127.0.0.1",
        "remote",
        "127.0.0.3",
        "mode",
        "ip6ip");
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      Map<String, String> failures =
          group.apply(List.of(device("cvtest", PEER), device("cvother", OTHER_PEER)));

      assertThat(failures.get("cvtest")).contains("another program has a device named cvtest");
      assertThat(failures.get("cvother")).contains("another program has a tunnel device");
    }
    assertThat(OwnNetwork.run("ip", "-d", "link")).contains("remote 127.0.0.9", "mine");
  }

  @Test
  void refusesAnOuterAddressThatIsNotHere() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      TunnelDevice foreign =
          new TunnelDevice(
              "cvtest",
              "lease 7",
              V6V4,
              OuterEndpoints.withoutPorts(IpAddresses.parse("192.0.2.77"), PEER),
              HERE,
              List.of(),
              List.of(),
              1400);

      assertThat(group.apply(List.of(foreign)))
          .isEqualTo(
              Map.of(
                  "cvtest",
                  "no interface of this host has the address 192.0.2.77;"
                      + " type: ip address add 192.0.2.77/32 dev INTERFACE"));
    }
  }

  /** Loopback has all of 127.0.0.0/8, so a raw socket there can be the other end. */
  @Test
  @Demands("R-4.5.1-1")
  void carriesPacketsBothWaysAndCountsWhatItDrops() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0");
        OuterSocket peer = new LinuxOuterSockets().open(V6V4, new InetSocketAddress(PEER, 0))) {
      group.apply(List.of(device("cvtest", PEER)));
      network.configure(
          "cvtest",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(HERE)), Set.of(IpPrefix.host(THERE)), 1400));

      send(peer, Packets.echoRequest(IpAddresses.parse("2001:db8:9::9"), HERE, 8));
      send(peer, Packets.echoRequest(THERE, HERE, 8));
      group.send("cvtest", ByteBuffer.wrap(Packets.echoRequest(HERE, THERE, 8)));

      List<byte[]> got = new ArrayList<>(Packets.receive(peer, 2));
      assertThat(got).extracting(packet -> packet[40] & 0xFF).containsExactlyInAnyOrder(128, 129);
      Eventually.holds(
          "one packet each way beside the dropped one", () -> counted(group, "cvtest", 1, 2, 1));
    }
  }

  @Test
  @Threat({"T2", "T3"})
  void answersNothingThatBelongsToNoTunnel() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0");
        OuterSocket stranger =
            new LinuxOuterSockets().open(V6V4, new InetSocketAddress(OTHER_PEER, 0))) {
      group.apply(List.of(device("cvtest", PEER)));

      send(stranger, Packets.echoRequest(THERE, HERE, 8));

      Eventually.holds("the kernel's answer is dropped and counted", () -> strangers(group) == 1);
    }
  }

  @Test
  void tellsThatItsFilterIsGone() throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      group.apply(List.of(device("cvtest", PEER)));
      OwnNetwork.run("nft", "flush", "ruleset");

      assertThatThrownBy(group::counters).hasMessageContaining("culvert_culvert0");
      assertThat(group.apply(List.of(device("cvtest", PEER)))).isEmpty();
      assertThat(group.counters().devices()).containsOnlyKeys("cvtest");
    }
  }

  /** A tunnel that leads elsewhere now, or is down, carries nothing of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip tunnel change cvtest remote 127.0.0.3",
        "ip link set cvtest down",
        "ip link set cvtest multicast on",
        "ip link delete cvtest"
      })
  void findsADeviceThatSomebodyChanged(String command) throws Exception {
    needs(V6V4);
    try (TunnelDeviceGroup group = devices.claim("culvert0")) {
      group.apply(List.of(device("cvtest", PEER)));
      assertThat(group.counters().devices()).containsOnlyKeys("cvtest");
      OwnNetwork.run(command.split(" "));

      assertThat(group.counters().devices()).isEmpty();
      assertThat(group.apply(List.of(device("cvtest", PEER)))).isEmpty();
      assertThat(group.counters().devices()).containsOnlyKeys("cvtest");
    }
  }

  private void needs(WireFormat wire) {
    Optional<String> obstacle = devices.obstacle(wire);
    assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
  }

  private static boolean counted(
      TunnelDeviceGroup group, String name, long received, long sent, long refused) {
    try {
      var counters = group.counters().devices().get(name);
      return counters != null
          && counters.receivedPackets() == received
          && counters.sentPackets() == sent
          && counters.drops().equals(Map.of(DropReason.INNER_SOURCE, refused));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long strangers(TunnelDeviceGroup group) {
    try {
      return group.counters().strangers().getOrDefault(DropReason.UNKNOWN_OUTER_SOURCE, 0L);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(OuterSocket socket, byte[] packet) throws Exception {
    PacketBatch batch = Packets.batch();
    Packets.put(batch, packet, new InetSocketAddress(OUTER, 0));
    assertThat(socket.send(batch, 0, 1)).isZero();
  }

  private static int index(String name) throws Exception {
    return DeviceName.index(name);
  }

  private static TunnelDevice device(String name, InetAddress peer) {
    return new TunnelDevice(
        name,
        "lease 7",
        V6V4,
        OuterEndpoints.withoutPorts(OUTER, peer),
        HERE,
        List.of(IpPrefix.host(THERE)),
        List.of(),
        1400);
  }
}
