package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operating system is not ours alone: what others change is put right. */
class ForeignChangesTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final InetSocketAddress MAPPED = Ends.outer("198.51.100.1", 40_000);
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, MAPPED);
  private static final TunnelParameters PROTOCOL_41 =
      Ends.atServer(
          "eight",
          TunnelType.V6V4,
          Ends.outer("192.0.2.1", 0),
          Ends.outer("198.51.100.8", 0),
          "2001:db8::8",
          "2001:db8:800::/48");
  private static final IpPrefix CLIENT = IpPrefix.parse(Ends.CLIENT_INNER + "/128");
  private static final IpPrefix DELEGATED = IpPrefix.parse(Ends.CLIENT_PREFIX);
  private static final Duration SOON = Duration.ofMillis(500);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void putsBackRoutesThatSomebodyFlushed() {
    server.apply(TUNNEL);
    DeviceConfiguration before = has();
    int looks = server.devices.looks();

    server.devices.lose("culvert0", CLIENT, DELEGATED);
    server.executor.advance(SOON);

    assertThat(has()).isEqualTo(before);
    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.devices.looks()).as("one look for both").isEqualTo(looks + 1);
  }

  @Test
  void putsBackAnAddress() {
    server.apply(TUNNEL);
    DeviceConfiguration before = has();

    server.devices.lose("culvert0", InterfaceAddress.host(IpAddresses.parse(Ends.SERVER_INNER)));
    server.executor.advance(SOON);

    assertThat(has()).isEqualTo(before);
  }

  @Test
  void putsBackAllThatADeviceLostThatWasSetDown() {
    server.apply(TUNNEL);
    DeviceConfiguration before = has();

    server.devices.bounce("culvert0");
    server.executor.advance(SOON);

    assertThat(has()).isEqualTo(before);
  }

  @Test
  void looksAtEverythingWhenSomethingWasMissed() {
    server.apply(TUNNEL);
    DeviceConfiguration before = has();

    server.devices.empty("culvert0");
    server.executor.advance(SOON);
    assertThat(has().routes()).as("nobody was told").isEmpty();
    server.devices.overflow();
    server.executor.advance(SOON);

    assertThat(has()).isEqualTo(before);
  }

  @Test
  void findsWhatNobodyAnnounced() {
    server.apply(TUNNEL);
    DeviceConfiguration before = has();

    server.devices.empty("culvert0");
    server.executor.advance(Duration.ofSeconds(31));

    assertThat(has()).isEqualTo(before);
  }

  @Test
  void putsRightADeviceOfATunnelsOwn() {
    OwnDevicesDatapath own = new OwnDevicesDatapath(server.devices);
    server.endpoint.bind(own, 10);
    server.apply(TUNNEL, PROTOCOL_41);
    DeviceConfiguration before = server.devices.tun("own-eight").configuration();

    server.devices.bounce("own-eight");
    server.executor.advance(SOON);

    assertThat(server.devices.tun("own-eight").configuration()).isEqualTo(before);
  }

  @Test
  void aRouteOfAnothersFailsItsTunnelUntilItGoes() {
    TunnelParameters other = tunnel(1);
    server.apply(TUNNEL, other);

    server.devices.occupy(DELEGATED, "eth0 has one");
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(new TunnelState.Failed("eth0 has one"));
    assertThat(server.state(other.id())).isEqualTo(UP);
    assertThat(findings()).contains("tunnel seven failed: eth0 has one");
    server.executor.advance(Duration.ofHours(1));

    server.devices.vacate(DELEGATED);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(has().routes()).contains(DELEGATED);
    assertThat(findings()).isEmpty();
  }

  @Test
  void aRouteThatCannotBeSetFailsOneOfAThousandTunnels() {
    List<TunnelParameters> tunnels = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      tunnels.add(tunnel(i));
    }
    TunnelParameters unlucky = tunnels.get(500);
    server.devices.occupy(unlucky.remotePrefixes().get(1), "eth0 has one");

    server.apply(tunnels.toArray(TunnelParameters[]::new));

    assertThat(server.endpoint.tunnels())
        .filteredOn(tunnel -> tunnel.state().equals(UP))
        .hasSize(999);
    assertThat(server.state(unlucky.id())).isEqualTo(new TunnelState.Failed("eth0 has one"));
    server.apply(tunnels.subList(0, 999).toArray(TunnelParameters[]::new));
    assertThat(server.state(unlucky.id())).isEqualTo(new TunnelState.Failed("eth0 has one"));
    assertThat(server.endpoint.tunnels())
        .filteredOn(tunnel -> tunnel.state().equals(UP))
        .hasSize(998);
  }

  /** A change costs what it changes: a hundred thousand tunnels are not looked at for one. */
  @Test
  void looksAtNothingForOneTunnelMore() {
    server.apply(TUNNEL);
    int looks = server.devices.looks();

    server.apply(TUNNEL, tunnel(1));
    server.apply(TUNNEL, tunnel(1), tunnel(2));
    server.apply(TUNNEL);

    assertThat(server.devices.looks()).isEqualTo(looks);
    assertThat(has().routes()).isEqualTo(Set.of(CLIENT, DELEGATED));
  }

  /** Our own removals are announced like anybody's, and concern nothing that is wanted. */
  @Test
  void passesOverWhatNobodyWants() {
    server.apply(TUNNEL);
    int looks = server.devices.looks();

    server.devices.lose("culvert0", IpPrefix.parse("2001:db8:999::/48"));
    server.devices.vacate(IpPrefix.parse("2001:db8:998::/48"));
    server.executor.advance(SOON);

    assertThat(server.devices.looks()).isEqualTo(looks);
  }

  @Test
  void aQuarrelIsBoundedAndTold() {
    server.apply(TUNNEL);
    for (int i = 0; i < 100; i++) {
      server.devices.lose("culvert0", CLIENT);
      server.executor.advance(SOON);
      if (i < 3) {
        assertThat(has().routes()).contains(CLIENT);
      }
    }
    int looks = server.devices.looks();

    for (int i = 0; i < 600; i++) {
      server.devices.lose("culvert0", CLIENT);
      server.executor.advance(SOON);
    }

    assertThat(server.devices.looks() - looks).isBetween(5, 30);
    assertThat(findings())
        .anyMatch(line -> line.startsWith("device culvert0 is changed by another program again"));

    server.executor.advance(Duration.ofMinutes(3));
    assertThat(findings()).isEmpty();
    server.devices.lose("culvert0", CLIENT);
    server.executor.advance(SOON);
    assertThat(has().routes()).contains(CLIENT);
  }

  @Test
  void aTunnelWithAnOuterAddressThatFitsNothingFailsAlone() {
    TunnelParameters wildcard = at("wildcard", Ends.outer("0.0.0.0", 3653), MAPPED);
    TunnelParameters wrongVersion = at("version", Ends.outer("2001:db8::5", 3653), MAPPED);
    TunnelParameters portless = at("portless", Ends.SERVER, Ends.outer("198.51.100.3", 0));
    TunnelParameters unknown =
        at("unknown", Ends.SERVER, InetSocketAddress.createUnresolved("tb.example", 3653));

    server.apply(wildcard, wrongVersion, TUNNEL, portless, unknown);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(reason("wildcard"))
        .isEqualTo("this end's outer address 0.0.0.0 is not the address of one host");
    assertThat(reason("version"))
        .isEqualTo(
            "this end's outer address 2001:db8::5 cannot carry v6udpv4, which goes over IPv4");
    assertThat(reason("portless"))
        .isEqualTo(
            "the other end's outer address 198.51.100.3 lacks the UDP port that v6udpv4 needs");
    assertThat(reason("unknown")).isEqualTo("the other end's outer address tb.example is unknown");
  }

  @Test
  void watchesOnceAndEndsItsWatch() {
    server.apply(TUNNEL);
    server.apply(TUNNEL, tunnel(1));
    assertThat(server.devices.watches()).isEqualTo(1);

    server.close();

    assertThat(server.devices.watches()).isZero();
  }

  @Test
  void looksNowAndThenWhereItCannotListenAndListensAsSoonAsItCan() {
    server.devices.refuse("no netlink");
    server.apply(TUNNEL);
    assertThat(server.devices.watches()).isZero();
    server.devices.relent();

    server.executor.advance(Duration.ofSeconds(31));

    assertThat(server.devices.watches()).isEqualTo(1);
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  private DeviceConfiguration has() {
    return server.tun().configuration();
  }

  private String reason(String id) {
    return ((TunnelState.Failed) server.state(id)).reason();
  }

  private List<String> findings() {
    return server.endpoint.verify().toCompletableFuture().join();
  }

  private static TunnelParameters at(String id, InetSocketAddress local, InetSocketAddress remote) {
    int number = id.hashCode() & 0xFFF;
    return Ends.atServer(
        id,
        TunnelType.V6UDPV4,
        local,
        remote,
        "2001:db8:2::%x".formatted(number + 1),
        "2001:db8:%x::/48".formatted(0x4000 + number));
  }

  private static TunnelParameters tunnel(int number) {
    return Ends.atServer(
        "t" + number,
        TunnelType.V6UDPV4,
        Ends.SERVER,
        Ends.outer("198.51.100.100", 1_024 + number),
        "2001:db8:1::%x".formatted(number + 1),
        "2001:db8:%x::/48".formatted(0x1000 + number));
  }
}
