package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels with a device of their own beside those that share one. */
class OwnLinkForwardingTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final InetSocketAddress OTHER_CLIENT = Samples.outer("198.51.100.9", 50_000);
  private static final CarriedTunnel LINK = Samples.ownLink(Samples.clientTunnel());
  private static final CarriedTunnel SHARED =
      Samples.tunnel(
          "nine",
          Samples.UDP,
          Samples.SERVER,
          OTHER_CLIENT,
          "2001:db8::9/128",
          "2001:db8:900::/48");

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private final UserspaceDatapath datapath =
      new UserspaceDatapath(2, devices, network.host("192.0.2.1"));
  private Forwarding forwarding;
  private OuterSocket client;
  private OuterSocket other;

  @BeforeEach
  void start() throws Exception {
    forwarding = datapath.start("culvert0", 1280);
    client = network.host("198.51.100.7").open(Samples.UDP, Samples.CLIENT);
    other = network.host("198.51.100.9").open(Samples.UDP, OTHER_CLIENT);
  }

  @AfterEach
  void stop() {
    forwarding.close();
    client.close();
    other.close();
  }

  @Test
  void multicastCrossesAnOwnLinkBothWaysAndNoOther() throws Exception {
    assertThat(forwarding.apply(List.of(LINK, SHARED))).isEmpty();
    byte[] here = Samples.hello("fe80::1");
    byte[] there = Samples.hello("fe80::7");

    own().push(here);
    assertThat(receives(client)).containsExactly(here);
    sends(client, there);
    assertThat(own().next()).isEqualTo(there);

    shared().push(here);
    sends(other, there);
    Eventually.holds(
        "both are dropped",
        () ->
            forwarding.drops().equals(Map.of(DropReason.MARTIAN, 1L))
                && forwarding.counters("nine").drops().equals(Map.of(DropReason.MARTIAN, 1L)));
    assertThat(shared().drain()).isEmpty();
    assertThat(own().drain()).isEmpty();
    assertThat(forwarding.counters("nine").sentPackets()).isZero();
  }

  @Test
  void packetsComeOutOfTheirTunnelsDeviceInOrder() throws Exception {
    forwarding.apply(List.of(LINK, SHARED));
    for (int i = 0; i < 200; i++) {
      boolean first = i % 3 == 0;
      network.forge(
          Samples.UDP,
          first ? Samples.CLIENT : OTHER_CLIENT,
          Samples.SERVER,
          Packets.echoRequest(first ? Samples.CLIENT_INNER : "2001:db8::9", HOST, i));
      network.forge(
          Samples.UDP,
          first ? Samples.CLIENT : OTHER_CLIENT,
          Samples.SERVER,
          Packets.udp("2001:db8:abc::1", HOST, 100));
    }

    for (int i = 0; i < 200; i++) {
      InMemoryTun tun = i % 3 == 0 ? own() : shared();
      assertThat(tun.next()[47]).isEqualTo((byte) i);
    }
    assertThat(own().drain()).isEmpty();
    assertThat(shared().drain()).isEmpty();
  }

  @Test
  void tellsEachTunnelsDevice() {
    forwarding.apply(List.of(LINK, SHARED));

    assertThat(forwarding.device("seven")).isEqualTo("culvert0-1");
    assertThat(forwarding.device("nine")).isEqualTo("culvert0");
    forwarding.apply(List.of(SHARED, LINK));
    forwarding.release();
    assertThat(forwarding.device("seven")).isEqualTo("culvert0-1");
  }

  @Test
  void ownDeviceGoesWithItsTunnel() {
    forwarding.apply(List.of(LINK));
    InMemoryTun tun = own();
    forwarding.apply(List.of());
    tun.push(Packets.udp(HOST, Samples.CLIENT_INNER, 100));
    Eventually.holds("nothing leads there", () -> !forwarding.drops().isEmpty());

    forwarding.release();

    assertThat(devices.exists("culvert0-1")).isFalse();
    assertThat(forwarding.drops()).isEqualTo(Map.of(DropReason.NO_ROUTE, 1L));
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("culvert-device-culvert0-1");
  }

  /** Whichever device the operating system routes a packet to meanwhile. */
  @Test
  void tunnelThatMovesLosesNothingAndKeepsItsCounters() throws Exception {
    byte[] out = Packets.udp(HOST, Samples.CLIENT_INNER, 100);
    byte[] in = Packets.udp(Samples.CLIENT_INNER, HOST, 100);
    forwarding.apply(List.of(Samples.clientTunnel()));
    shared().push(out);
    receives(client);

    forwarding.apply(List.of(LINK));
    shared().push(out);
    assertThat(receives(client)).containsExactly(out);
    own().push(out);
    assertThat(receives(client)).containsExactly(out);
    sends(client, in);
    assertThat(own().next()).isEqualTo(in);

    forwarding.apply(List.of(Samples.clientTunnel()));
    own().push(out);
    assertThat(receives(client)).containsExactly(out);
    sends(client, in);
    assertThat(shared().next()).isEqualTo(in);
    own().push(Samples.hello("fe80::1"));
    Eventually.holds("its link is over", () -> !forwarding.drops().isEmpty());
    forwarding.release();

    assertThat(devices.exists("culvert0-1")).isFalse();
    assertThat(forwarding.counters("seven").sentPackets()).isEqualTo(4);
    assertThat(forwarding.counters("seven").receivedPackets()).isEqualTo(2);
  }

  @Test
  void limitsTheNumberOfDevices() {
    List<CarriedTunnel> many = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      many.add(
          Samples.ownLink(
              Samples.tunnel(
                  "t" + i,
                  Samples.UDP,
                  Samples.SERVER,
                  Samples.outer("198.51.100.100", i),
                  "2001:db8::%d/128".formatted(i + 100))));
    }

    Map<String, String> failures = forwarding.apply(many);

    assertThat(failures).containsOnlyKeys("t3");
    assertThat(failures.get("t3"))
        .isEqualTo(
            "2 tunnels have a device of their own already; raise ownLinks in"
                + " etc/org.culvert.datapath.userspace.cfg");
    forwarding.apply(many.subList(1, 2));
    forwarding.release();
    assertThat(forwarding.apply(many.subList(1, 3))).isEmpty();
    assertThat(forwarding.device("t2")).isEqualTo("culvert0-2");
    assertThat(forwarding.device("t3")).isEqualTo("culvert0-1");
  }

  @Test
  void oneDeviceThatSomebodyRemovedHarmsNoOther() throws Exception {
    forwarding.apply(List.of(LINK, SHARED));

    own().remove();

    Eventually.holds("it is noticed", () -> forwarding.failure("seven").isPresent());
    assertThat(forwarding.failure("nine")).isEmpty();
    assertThat(forwarding.apply(List.of(LINK, SHARED))).isEmpty();
    assertThat(forwarding.failure("seven")).isEmpty();
    byte[] hello = Samples.hello("fe80::1");
    own().push(hello);
    assertThat(receives(client)).containsExactly(hello);
  }

  @Test
  void leavesNoDeviceBehind() {
    forwarding.apply(List.of(LINK, SHARED));

    forwarding.close();

    assertThat(devices.exists("culvert0")).isFalse();
    assertThat(devices.exists("culvert0-1")).isFalse();
  }

  @Test
  void namesFitTheKernel() {
    assertThat(OwnLinks.name("culvert0", 4_096)).isEqualTo("culvert0-4096");
    assertThat(OwnLinks.name("fifteen-letters", 12)).isEqualTo("fifteen-lett-12");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4_097})
  void refusesNumbersOfLinksThatMakeNoSense(int number) {
    assertThatThrownBy(() -> UserspaceDatapath.ownLinks(number))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.datapath.userspace.cfg: ownLinks");
  }

  private InMemoryTun own() {
    return devices.tun("culvert0-1");
  }

  private InMemoryTun shared() {
    return devices.tun("culvert0");
  }

  private static void sends(OuterSocket socket, byte[] packet) throws IOException {
    socket.send(Samples.batch(Samples.SERVER, packet), 0, 1);
  }

  private static List<byte[]> receives(OuterSocket socket) throws IOException {
    PacketBatch batch = new PacketBatch(64, 2048);
    assertThat(socket.receive(batch)).isTrue();
    return List.of(Samples.packet(batch, 0));
  }
}
