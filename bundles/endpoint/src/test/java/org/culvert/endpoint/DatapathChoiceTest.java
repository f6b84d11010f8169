package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several datapaths beside each other. */
class DatapathChoiceTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final InetSocketAddress MAPPED = Ends.outer("198.51.100.1", 40_000);
  private static final InetSocketAddress SERVER_41 = Ends.outer("192.0.2.1", 0);
  private static final TunnelParameters UDP =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, MAPPED);
  private static final TunnelParameters PROTOCOL_41 = protocol41("198.51.100.8");
  private static final TunnelState SHARED = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelState OWN = new TunnelState.Up("own", "own-eight");

  private final InMemoryNetwork network = new InMemoryNetwork();
  private Ends server = Ends.server(network.host("192.0.2.1", "2001:db8:a::1"));
  private final OwnDevicesDatapath own = new OwnDevicesDatapath(server.devices);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void eachFormatHasTheBestDatapathThatCarriesIt() {
    server.endpoint.bind(own, 10);

    server.apply(UDP, PROTOCOL_41, Ends.atServer4());

    assertThat(server.state("seven")).isEqualTo(SHARED);
    assertThat(server.state("eight")).isEqualTo(OWN);
    assertThat(server.state("four")).isEqualTo(new TunnelState.Up("own", "own-four"));
  }

  @Test
  void eachDeviceHasTheAddressesAndRoutesOfItsOwnTunnels() {
    server.endpoint.bind(own, 10);

    server.apply(UDP, PROTOCOL_41);

    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrderElementsOf(UDP.remotePrefixes());
    assertThat(server.devices.tun("own-eight").configuration())
        .isEqualTo(
            new DeviceConfiguration(
                Set.of(InterfaceAddress.host(IpAddresses.parse(Ends.SERVER_INNER))),
                Set.copyOf(PROTOCOL_41.remotePrefixes()),
                1280));
  }

  @Test
  void dropsAndCountersAreThoseOfAll() throws Exception {
    server.endpoint.bind(own, 10);
    server.apply(UDP, PROTOCOL_41);

    network.forge(
        server.v6UdpV4.profile().wireFormat(), MAPPED, Ends.SERVER, Packets.udp(HOST, HOST, 100));
    Eventually.holds("it is dropped", () -> !server.status("seven").counters().drops().isEmpty());
    network.forge(
        server.v6UdpV4.profile().wireFormat(),
        Ends.outer("198.51.100.77", 1),
        Ends.SERVER,
        Packets.udp(HOST, HOST, 100));

    Eventually.holds(
        "both count",
        () -> server.endpoint.drops().equals(Map.of(DropReason.UNKNOWN_OUTER_SOURCE, 6L)));
    assertThat(server.status("eight").counters().receivedPackets()).isEqualTo(1);
  }

  @Test
  void tellsTheMtuOfATunnelToItsOwnDevice() {
    server.close();
    server = Ends.server(network.host("192.0.2.1"));
    OwnDevicesDatapath datapath = new OwnDevicesDatapath(server.devices);
    server.endpoint.bind(datapath, 10);

    server.apply(PROTOCOL_41);

    assertThat(server.devices.tun("own-eight").configuration().mtu()).isEqualTo(1280);
    assertThat(server.hasDevice()).isFalse();
  }

  /** A path may carry less than a kernel lets a device have: its packets are as large as that. */
  @Test
  void showsTheMtuThatADatapathKeeps() {
    own.kept = Optional.of(1290);
    server.endpoint.bind(own, 10);
    server.apply(UDP, PROTOCOL_41);

    assertThat(server.status("eight").mtu()).isEqualTo(1290);
    assertThat(server.status("seven").mtu()).isEqualTo(1280);
  }

  /** Promise P6: what stays loses nothing while others come, go, and take their tunnels along. */
  @Test
  void tunnelsThatStayLoseNoPacketWhileOthersMoveBetweenDatapaths() throws Exception {
    server.apply(UDP, PROTOCOL_41);
    InMemoryTun tun = server.tun();
    for (int i = 0; i < 200; i++) {
      network.forge(
          server.v6UdpV4.profile().wireFormat(),
          MAPPED,
          Ends.SERVER,
          Packets.udp(Ends.CLIENT_INNER, HOST, 60 + i));
      if (i % 2 == 0) {
        server.endpoint.bind(own, 10);
        assertThat(server.state("eight")).isEqualTo(OWN);
      } else {
        server.endpoint.unbind(own);
        assertThat(server.state("eight")).isEqualTo(SHARED);
      }
    }

    for (int i = 0; i < 200; i++) {
      assertThat(tun.next()).hasSize(60 + i);
    }
    assertThat(server.tun()).isSameAs(tun);
    assertThat(server.status("seven").counters().receivedPackets()).isEqualTo(200);
    assertThat(server.devices.exists("own-eight")).isFalse();
  }

  @Test
  void aTunnelThatMovesLeavesItsOldPlaceFirst() {
    server.apply(UDP, PROTOCOL_41);
    assertThat(network.isBound(server.v6v4.profile().wireFormat(), SERVER_41)).isTrue();

    server.endpoint.bind(own, 10);

    assertThat(network.isBound(server.v6v4.profile().wireFormat(), SERVER_41)).isFalse();
    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrderElementsOf(UDP.remotePrefixes());
  }

  @Test
  void takesTheNextDatapathWhereTheBestCannotStart() {
    own.refusal = Optional.of("no such module");
    server.endpoint.bind(own, 10);

    server.apply(UDP, PROTOCOL_41);

    assertThat(server.state("seven")).isEqualTo(SHARED);
    assertThat(server.state("eight")).isEqualTo(SHARED);
  }

  @Test
  void leavesARefusedDatapathAloneWhileAnotherDoesItsWork() {
    own.refusal = Optional.of("no such module");
    server.endpoint.bind(own, 10);
    server.apply(PROTOCOL_41);
    InMemoryTun tun = server.tun();
    int starts = own.starts;

    server.apply(PROTOCOL_41, UDP);
    server.apply(PROTOCOL_41);
    server.executor.advance(Duration.ofMinutes(5));

    assertThat(own.starts).isEqualTo(starts);
    assertThat(server.tun()).isSameAs(tun);
  }

  @Test
  void asksARefusedDatapathAgainWhenAnythingChangesAboutDatapaths() {
    own.refusal = Optional.of("no such module");
    server.endpoint.bind(own, 10);
    server.apply(PROTOCOL_41);
    own.refusal = Optional.empty();

    server.endpoint.unbind(own);
    server.endpoint.bind(own, 10);

    assertThat(server.state("eight")).isEqualTo(OWN);
  }

  @Test
  void saysWhyNoneOfThemWorksAndTriesAllAgain() {
    own.refusal = Optional.of("no such module");
    server.devices.refuse("CAP_NET_ADMIN is missing");
    server.endpoint.bind(own, 10);
    server.apply(PROTOCOL_41);
    assertThat(server.state("eight"))
        .isEqualTo(
            new TunnelState.Failed("own: no such module; userspace: CAP_NET_ADMIN is missing"));

    own.refusal = Optional.empty();
    server.devices.relent();
    server.executor.advance(Duration.ofSeconds(2));

    assertThat(server.state("eight")).isEqualTo(OWN);
  }

  @Test
  void survivesADatapathThatThrows() {
    server.endpoint.bind(own, 10);
    own.fault = Optional.of(new IllegalStateException("a fault of its own"));

    server.apply(UDP, PROTOCOL_41);

    assertThat(server.state("eight")).isEqualTo(new TunnelState.Failed("a fault of its own"));
    assertThat(server.state("seven")).isEqualTo(SHARED);
    own.fault = Optional.empty();
    server.executor.advance(Duration.ofSeconds(2));
    assertThat(server.state("eight")).isEqualTo(OWN);
  }

  @Test
  void configuresADeviceThatWasMadeAnewForATunnelThatMoved() {
    server.endpoint.bind(own, 10);
    server.apply(PROTOCOL_41);
    InMemoryTun first = server.devices.tun("own-eight");

    server.apply(protocol41("198.51.100.9"));

    InMemoryTun second = server.devices.tun("own-eight");
    assertThat(second).isNotSameAs(first);
    assertThat(second.configuration()).isEqualTo(first.configuration());
  }

  @Test
  void forgetsTheDeviceOfATunnelThatIsGone() {
    server.endpoint.bind(own, 10);
    server.apply(PROTOCOL_41);
    server.apply();

    assertThat(server.devices.exists("own-eight")).isFalse();
    server.apply(PROTOCOL_41);
    assertThat(server.devices.tun("own-eight").configuration().routes())
        .containsExactlyInAnyOrderElementsOf(PROTOCOL_41.remotePrefixes());
  }

  @Test
  void usesTheDatapathThatTheOperatorNamed() {
    server.close();
    server = Ends.server(network.host("192.0.2.1"), "userspace");
    OwnDevicesDatapath better = new OwnDevicesDatapath(server.devices);
    server.endpoint.bind(better, 10);

    server.apply(UDP, PROTOCOL_41);

    assertThat(server.state("eight")).isEqualTo(SHARED);
    assertThat(better.starts).isZero();
  }

  @Test
  void suspendsTunnelsWhileTheNamedDatapathIsAbsentOrCannotCarryThem() {
    server.close();
    server = Ends.server(network.host("192.0.2.1"), "own");
    server.apply(UDP, PROTOCOL_41);
    assertThat(server.state("eight"))
        .isEqualTo(
            new TunnelState.Suspended(
                "no datapath own is active; install it, or change datapath in"
                    + " etc/org.culvert.endpoint.server.cfg"));
    assertThat(server.hasDevice()).isFalse();
    assertThat(server.endpoint.profiles()).isEmpty();

    server.endpoint.bind(new OwnDevicesDatapath(server.devices), 10);

    assertThat(server.state("eight")).isEqualTo(OWN);
    assertThat(server.state("seven"))
        .isEqualTo(new TunnelState.Suspended("datapath own cannot carry v6udpv4"));
    assertThat(server.endpoint.profiles())
        .extracting(TunnelProfile::type)
        .containsExactlyInAnyOrder(TunnelType.V6V4, TunnelType.V4V6);
  }

  @Test
  void makesADeviceAnewThatSomebodyRemovedWithinASecond() throws Exception {
    server.apply(UDP);
    InMemoryTun first = server.tun();
    DeviceConfiguration configuration = first.configuration();
    first.remove();
    assertThat(server.hasDevice()).isFalse();

    passUntil(server::hasDevice);

    assertThat(server.state("seven")).isEqualTo(SHARED);
    assertThat(server.tun().configuration()).isEqualTo(configuration);
    byte[] packet = Packets.udp(Ends.CLIENT_INNER, HOST, 100);
    network.forge(server.v6UdpV4.profile().wireFormat(), MAPPED, Ends.SERVER, packet);
    assertThat(server.tun().next()).isEqualTo(packet);
  }

  @Test
  void keepsTryingToMakeARemovedDeviceAnew() {
    server.apply(UDP);
    server.tun().remove();
    server.devices.refuse("not now");

    passUntil(() -> server.state("seven").equals(new TunnelState.Failed("not now")));
    server.devices.relent();
    passUntil(server::hasDevice);

    assertThat(server.state("seven")).isEqualTo(SHARED);
    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrderElementsOf(UDP.remotePrefixes());
  }

  /** The reader of the device notices on a thread of its own, the endpoint at its next look. */
  private void passUntil(BooleanSupplier condition) {
    Eventually.holds(
        "it comes about",
        () -> {
          server.executor.advance(Duration.ofMillis(500));
          return condition.getAsBoolean();
        });
  }

  private static TunnelParameters protocol41(String remote) {
    return Ends.atServer(
        "eight",
        TunnelType.V6V4,
        SERVER_41,
        Ends.outer(remote, 0),
        "2001:db8::8",
        "2001:db8:800::/48");
  }
}
