package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An outer address that goes is a state of its tunnels, and one that comes ends their wait. */
class OuterAddressesTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelState GONE =
      new TunnelState.Failed("no interface has the address 192.0.2.1");
  private static final InetAddress HERE = IpAddresses.parse("192.0.2.1");
  private static final InetAddress HERE_TOO = IpAddresses.parse("192.0.2.2");
  private static final InetSocketAddress MAPPED = Ends.outer("198.51.100.1", 40_000);
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, MAPPED);
  private static final TunnelParameters OTHER =
      Ends.atServer(
          "eight",
          TunnelType.V6UDPV4,
          Ends.outer("192.0.2.2", 3653),
          Ends.outer("198.51.100.8", 40_000),
          "2001:db8::8",
          "2001:db8:800::/48");
  private static final Duration SOON = Duration.ofMillis(500);

  /** As a kernel does, it binds no socket to what is not there; or it does, if it is told to. */
  private final Set<InetAddress> unbindable = ConcurrentHashMap.newKeySet();

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final OuterSockets sockets = network.host("192.0.2.1", "192.0.2.2", "2001:db8:a::1");
  private final Ends server = Ends.server(this::open);

  @AfterEach
  void close() {
    server.close();
  }

  private OuterSocket open(WireFormat wire, InetSocketAddress local) throws IOException {
    if (unbindable.contains(local.getAddress())) {
      throw new IOException("cannot be bound");
    }
    return sockets.open(wire, local);
  }

  @Test
  void anAddressThatGoesFailsItsTunnelsAndNoOthersUntilItIsBack() {
    server.apply(TUNNEL, OTHER);
    server.executor.advance(SOON);
    int configurations = server.devices.configurations();

    server.devices.remove(HERE);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(GONE);
    assertThat(server.state("eight")).isEqualTo(UP);
    assertThat(findings())
        .containsExactly("tunnel seven failed: no interface has the address 192.0.2.1");

    server.devices.bring(HERE);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(findings()).isEmpty();
    assertThat(server.devices.configurations())
        .as("devices stay as they are")
        .isEqualTo(configurations);
  }

  @Test
  void theSameWithIpv6Outside() {
    server.apply(Ends.atServer4());

    server.devices.remove(Ends.SERVER_4.getAddress());
    server.executor.advance(SOON);
    assertThat(server.state("four")).isInstanceOf(TunnelState.Failed.class);

    server.devices.bring(Ends.SERVER_4.getAddress());
    server.executor.advance(SOON);
    assertThat(server.state("four")).isEqualTo(UP);
  }

  @Test
  void theSameAtAClient() {
    try (Ends client = Ends.client(network.host("198.51.100.7"))) {
      client.apply(Ends.atClient(TunnelType.V6V4, Ends.outer("198.51.100.7", 0), Ends.SERVER));

      client.devices.remove(IpAddresses.parse("198.51.100.7"));
      client.executor.advance(SOON);
      assertThat(client.state("own")).isInstanceOf(TunnelState.Failed.class);

      client.devices.bring(IpAddresses.parse("198.51.100.7"));
      client.executor.advance(SOON);
      assertThat(client.state("own")).isEqualTo(new TunnelState.Up("userspace", "culvert1"));
    }
  }

  /**
   * An attempt that failed for long is repeated once a minute, but an address that comes hurries.
   */
  @Test
  void anAddressThatComesLateIsMetAtOnce() {
    unbindable.add(HERE);
    server.devices.remove(HERE);
    server.apply(TUNNEL);
    server.executor.advance(Duration.ofSeconds(130));
    assertThat(server.state("seven")).isInstanceOf(TunnelState.Failed.class);

    unbindable.clear();
    server.devices.bring(HERE);
    server.executor.advance(SOON);

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void aDatapathWithDevicesOfTheirOwnIsToldTheSame() {
    server.endpoint.bind(new OwnDevicesDatapath(server.devices), 10);
    TunnelParameters tunnel =
        Ends.atServer(TunnelType.V6V4, Ends.outer("192.0.2.1", 0), Ends.outer("198.51.100.1", 0));
    server.apply(tunnel);

    server.devices.remove(HERE);
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(GONE);
    assertThat(server.devices.exists("own-seven")).as("its device stays").isTrue();

    server.devices.bring(HERE);
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(new TunnelState.Up("own", "own-seven"));
  }

  /** With keepalived and net.ipv4.ip_nonlocal_bind another host may have it for now. */
  @Test
  void anAddressThatWasNeverThereFailsNothingThatCanBeBound() {
    server.devices.remove(HERE);
    server.apply(TUNNEL);
    server.executor.advance(Duration.ofMinutes(2));
    server.devices.remove(HERE);
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(UP);

    server.devices.bring(HERE);
    server.executor.advance(SOON);
    server.devices.remove(HERE);
    server.executor.advance(SOON);
    assertThat(server.state("seven")).as("it was there and went").isEqualTo(GONE);
  }

  @Test
  void whatIsAskedForIsNotRefusedForWhatWasSoAMomentAgo() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.remove(HERE);
    server.executor.advance(SOON);

    server.devices.bring(HERE);
    server.apply(TUNNEL, OTHER);

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void findsLossesOfWhichTheNewsWasLost() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.removeUnseen(HERE);
    server.devices.overflow();
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(GONE);
  }

  @Test
  void findsLossesThatNobodyAnnounced() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.removeUnseen(HERE);
    server.executor.advance(Duration.ofSeconds(31));
    assertThat(server.state("seven")).isEqualTo(GONE);
  }

  @Test
  void noAddressIsLostBetweenTheFirstLookAndTheWatch() {
    server.apply(TUNNEL);
    server.devices.removeUnseen(HERE);
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(GONE);
  }

  /** One that is set down may keep its addresses, of which nothing is told. */
  @Test
  void looksWhenAnyInterfaceChanges() {
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.removeUnseen(HERE);
    server.devices.changeInterface("eth7");
    server.executor.advance(SOON);
    assertThat(server.state("seven")).isEqualTo(GONE);
  }

  @Test
  void oneLookServesAllTunnelsOfAnAddressAndForeignAddressesNeedNone() {
    TunnelParameters[] tunnels = new TunnelParameters[50];
    for (int i = 0; i < tunnels.length; i++) {
      tunnels[i] =
          Ends.atServer(
              "t" + i,
              TunnelType.V6UDPV4,
              Ends.SERVER,
              Ends.outer("198.51.100.100", 1_024 + i),
              "2001:db8:1::%x".formatted(i + 1),
              "2001:db8:%x::/48".formatted(0x1000 + i));
    }
    server.apply(tunnels);
    server.executor.advance(SOON);
    int looks = server.devices.addressLooks();

    for (int i = 0; i < 250; i++) {
      server.devices.bring(IpAddresses.parse("203.0.113." + (i + 1)));
      server.devices.remove(IpAddresses.parse("203.0.113." + (i + 1)));
    }
    server.executor.advance(SOON);
    assertThat(server.devices.addressLooks()).isEqualTo(looks);

    for (int i = 0; i < 5; i++) {
      server.devices.bring(HERE);
    }
    server.executor.advance(SOON);
    assertThat(server.devices.addressLooks()).isEqualTo(looks + 1);
  }

  /** The client is not at fault if the server has no address to hear it by. */
  @Test
  void aServerCallsNobodySilentWhileItsOwnAddressIsGone() {
    List<String> silent = new ArrayList<>();
    server.endpoint.watchSilence(silent::add);
    server.apply(TUNNEL);
    server.executor.advance(SOON);
    server.devices.remove(HERE);
    server.executor.advance(Duration.ofMinutes(10));
    assertThat(silent).isEmpty();

    server.devices.bring(HERE);
    server.executor.advance(Duration.ofSeconds(30));
    assertThat(silent).as("it has its full time again").isEmpty();
    server.executor.advance(Duration.ofSeconds(30));
    assertThat(silent).contains("seven");
  }

  @Test
  void aClientNoticesSilenceAllTheSameForItMayHaveAnotherWay() {
    List<String> silent = new ArrayList<>();
    try (Ends client = Ends.client(network.host("198.51.100.7"))) {
      client.endpoint.watchSilence(silent::add);
      client.apply(Ends.atClient(TunnelType.V6V4, Ends.outer("198.51.100.7", 0), Ends.SERVER));
      client.executor.advance(SOON);
      client.devices.remove(IpAddresses.parse("198.51.100.7"));
      client.executor.advance(Duration.ofMinutes(1));
      assertThat(silent).contains("own");
    }
  }

  @Test
  void anAddressThatComesAndGoesWithoutEndIsLookedAtEverLessOften() {
    server.apply(TUNNEL, OTHER);
    for (int i = 0; i < 100; i++) {
      flap();
    }
    int looks = server.devices.addressLooks();

    for (int i = 0; i < 300; i++) {
      flap();
    }

    // The attempts to open what failed look, too.
    assertThat(server.devices.addressLooks() - looks).isLessThan(120);
    server.devices.remove(HERE_TOO);
    server.executor.advance(SOON);
    assertThat(server.state("eight")).as("another waits for nothing").isNotEqualTo(UP);
    server.executor.advance(Duration.ofSeconds(31));
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  private void flap() {
    server.devices.remove(HERE);
    server.executor.advance(SOON);
    server.devices.bring(HERE);
    server.executor.advance(SOON);
  }

  private List<String> findings() {
    return server.endpoint.verify().toCompletableFuture().join();
  }
}
