package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
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
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which tunnels reach one another by the groups of their users, in a kernel's filter. */
@ExtendWith(OwnNetwork.class)
class GroupGateTest {
  private static final String ALICE = "2001:db8:1::2";
  private static final String BOB = "2001:db8:1::3";
  private static final String CAROL = "2001:db8:1::4";
  private static final String NOBODY = "2001:db8:1::5";
  private static final String BEHIND_BOB = "2001:db8:7:1ff::9";
  private static final String BEHIND_CAROL = "2001:db8:7:200::9";
  private static final String STRANGER = "2001:db8:9::3";
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:1::/64");

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final HostGate gate = new HostGate();
  private final Map<IpPrefix, Set<String>> groups = new HashMap<>();
  private TunDevice tun;

  /** Within a test, for only that is in a network of its own. */
  private void begin() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    Libc.load();
    tun = openTun("culvert0", Set.of(InterfaceAddress.host(address("2001:db8:1::1"))), "::/0");
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
  }

  @AfterEach
  void close() {
    gate.close();
    if (tun != null) {
      tun.close();
    }
  }

  private void members() {
    put(ALICE + "/128", "home");
    put(BOB + "/128", "home", "work");
    put("2001:db8:7:100::/56", "home", "work");
    put(CAROL + "/128", "work");
    put("2001:db8:7:200::/60", "work");
  }

  @Test
  @Threat("T23")
  void tunnelsReachThoseWithAGroupInCommonAndNoOthers() throws Exception {
    begin();
    members();
    keep(guard());

    passes(ALICE, BOB);
    passes(BOB, ALICE);
    passes(BOB, CAROL);
    passes(ALICE, BEHIND_BOB);
    passes(BEHIND_BOB, BEHIND_CAROL);
    isIsolated(ALICE, CAROL);
    isIsolated(CAROL, ALICE);
    isIsolated(ALICE, BEHIND_CAROL);
    isIsolated(BEHIND_CAROL, ALICE);
    isIsolated(ALICE, NOBODY);
    isIsolated(NOBODY, ALICE);
    isIsolated(NOBODY, "2001:db8:1::6");
    try (TunDevice world = openTun("eth7", Set.of(), "2001:db8:9::/48")) {
      HostGateTest.passes(tun, ping(ALICE, STRANGER), world);
      HostGateTest.passes(tun, ping(NOBODY, STRANGER), world);
      HostGateTest.passes(world, ping(STRANGER, CAROL), tun);
    }
  }

  @Test
  @Threat("T23")
  void groupsChangeWithoutANewTable() throws Exception {
    begin();
    members();
    keep(guard());
    isIsolated(ALICE, CAROL);

    put(CAROL + "/128", "home");
    groups.remove(IpPrefix.parse(BOB + "/128"));
    put("2001:db8:7:300::/64", "a group/with an unusual name", "home");
    assertThat(keep(guard()).changed()).isEmpty();

    passes(ALICE, CAROL);
    passes("2001:db8:7:300::1", ALICE);
    isIsolated(ALICE, BOB);
    isIsolated(CAROL, BEHIND_CAROL);

    keep(guard(HostService.tcp(443)));
    assertThat(OwnNetwork.run("nft", "list", "chain", "inet", "culvert_host_culvert0", "host"))
        .contains("443");
    passes(ALICE, CAROL);
    isIsolated(ALICE, BOB);
  }

  @Test
  @Threat("T23")
  void theOperatorChangesHisMindWhileTunnelsStand() throws Exception {
    begin();
    members();
    keep(unguarded());
    passes(ALICE, CAROL);
    keep(guard());
    isIsolated(ALICE, CAROL);
    keep(guard().grouped(Optional.empty()));
    passes(ALICE, CAROL);
    keep(guard());
    isIsolated(ALICE, CAROL);
    passes(ALICE, BOB);
    keep(unguarded());
    passes(ALICE, CAROL);
  }

  @Test
  void whatAnEarlierProcessLeftIsRemovedWhereNothingIsClosed() throws Exception {
    begin();
    members();
    keep(guard());
    try (HostGate next = new HostGate()) {
      next.keep(unguarded(), new Findings());

      assertThat(OwnNetwork.run("nft", "list", "ruleset")).isEmpty();
    }
    passes(ALICE, CAROL);
  }

  private static HostGuard unguarded() {
    return new HostGuard("culvert0", Set.of("culvert0"), Set.of(POOL), Set.of(), true, Set.of());
  }

  @Test
  void whatSomebodyFlushesIsPutBack() throws Exception {
    begin();
    members();
    keep(guard());
    OwnNetwork.run("nft", "flush", "chain", "inet", "culvert_host_culvert0", "in_g_home");

    Eventually.holds("it is made anew", () -> !keep(guard()).changed().isEmpty());

    passes(ALICE, BOB);
    isIsolated(ALICE, CAROL);
  }

  @Test
  void ipv4TunnelsHaveGroupsToo() throws Exception {
    begin();
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    OwnNetwork.run("ip", "route", "add", "10.64.0.0/16", "dev", "culvert0");
    put("10.64.0.5/32", "home");
    put("10.64.0.8/30", "home");
    put("10.64.0.6/32", "work");
    keep(guard());

    passesIpv4("10.64.0.5", "10.64.0.9");
    passesIpv4("10.64.0.9", "10.64.0.5");
    isIsolated(ping4("10.64.0.5", "10.64.0.6"));
    isIsolated(ping4("10.64.0.6", "10.64.0.9"));
    isIsolated(ping4("10.64.0.7", "10.64.0.5"));
  }

  /** The kernel announces all of it, and who hears those announcements keeps up. */
  @Test
  void aHundredThousandTunnelsAreNoReasonToBeginAnew() throws Exception {
    begin();
    members();
    for (int i = 0; i < 100_000; i++) {
      byte[] octets = address("2001:db8:1::").getAddress();
      ByteBuffer.wrap(octets).putInt(8, i + 1).putInt(12, 7);
      put(IpPrefix.host(IpAddresses.of(octets)).toString(), "group-" + i % 500);
      byte[] prefix = address("2001:db9::").getAddress();
      ByteBuffer.wrap(prefix).putInt(4, i << 8);
      groups.put(new IpPrefix(IpAddresses.of(prefix), 56), Set.of("group-" + i % 500));
    }
    assertThat(keep(guard()).changed()).hasSize(1);
    passes("2001:db8:1:0:0:1:0:7", "2001:db8:1:0:0:1f5:0:7");
    isIsolated("2001:db8:1:0:0:1:0:7", "2001:db8:1:0:0:2:0:7");

    put(NOBODY + "/128", "group-0");
    assertThat(keep(guard()).changed()).isEmpty();

    passes(NOBODY, "2001:db8:1:0:0:1:0:7");
    assertThat(keep(guard()).changed()).isEmpty();
  }

  private void put(String prefix, String... in) {
    groups.put(IpPrefix.parse(prefix), Set.of(in));
  }

  private HostGuard guard(HostService... services) {
    return new HostGuard(
        "culvert0",
        Set.of("culvert0"),
        Set.of(POOL),
        Set.of(),
        false,
        Set.of(services),
        Optional.of(groups));
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

  private void passes(String from, String to) throws IOException {
    HostGateTest.passes(tun, ping(from, to), tun);
  }

  private void isIsolated(String from, String to) throws IOException {
    isIsolated(ping(from, to));
  }

  private void isIsolated(byte[] packet) throws IOException {
    long before = HostGateTest.count(GuardRules.ISOLATED);
    HostGateTest.send(tun, packet);
    Eventually.holds("it is dropped", () -> HostGateTest.count(GuardRules.ISOLATED) == before + 1);
  }

  private void passesIpv4(String from, String to) throws IOException {
    byte[] packet = ping4(from, to);
    HostGateTest.send(tun, packet);
    PacketBatch out = Packets.batch();
    while (tun.receive(out)) {
      for (int i = 0; i < out.size(); i++) {
        byte[] came = Packets.octets(out, i);
        if (came[0] == packet[0]
            && Arrays.equals(came, 12, came.length, packet, 12, packet.length)) {
          return;
        }
      }
    }
    throw new IOException("the device is closed");
  }

  private static byte[] ping(String from, String to) {
    return HostGateTest.ping(address(from), address(to));
  }

  private static byte[] ping4(String from, String to) {
    ByteBuffer packet =
        ByteBuffer.allocate(28)
            .putInt(0x45_00_00_1C)
            .putInt(0)
            .putInt(0x40_01_00_00)
            .put(address(from).getAddress())
            .put(address(to).getAddress())
            .putShort((short) 0x0800)
            .putShort((short) ~0x0800)
            .putInt(0);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    return packet.putShort(10, (short) ~((sum & 0xFFFF) + (sum >> 16))).array();
  }

  private static InetAddress address(String text) {
    return IpAddresses.parse(text);
  }
}
