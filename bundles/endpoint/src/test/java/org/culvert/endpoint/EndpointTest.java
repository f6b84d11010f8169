package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndpointTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000));

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void makesNoDeviceBeforeTheFirstTunnel() {
    server.apply();
    assertThat(server.hasDevice()).isFalse();

    server.apply(TUNNEL);
    assertThat(server.hasDevice()).isTrue();
  }

  @Test
  void keepsTheDeviceWithoutTunnelsAndTakesItsRoutes() {
    server.apply(TUNNEL);
    server.apply();

    assertThat(server.hasDevice()).isTrue();
    assertThat(server.tun().configuration().routes()).isEmpty();
    assertThat(server.tun().configuration().addresses()).isEmpty();
    assertThat(server.endpoint.tunnels()).isEmpty();
    assertThat(server.endpoint.tunnel("seven")).isEmpty();
    assertThat(network.openSockets()).isZero();
  }

  @Test
  void changesNothingWhenToldTheSameAgain() {
    server.apply(TUNNEL);
    int configurations = server.devices.configurations();

    server.apply(TUNNEL);

    assertThat(server.devices.configurations()).isEqualTo(configurations);
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void leavesNothingBehindWhenClosed() {
    server.apply(TUNNEL);

    server.close();

    assertThat(server.hasDevice()).isFalse();
    assertThat(network.openSockets()).isZero();
    assertThat(server.endpoint.apply(List.of(TUNNEL)).toCompletableFuture())
        .isCompletedExceptionally();
  }

  /** Each tunnel's other end is inside the other tunnel. */
  @Test
  void opensNoTunnelWhoseOtherEndIsInsideAnother() {
    TunnelParameters inFour =
        Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer(Ends.CLIENT_INNER_4, 40_000));
    server.apply(inFour, Ends.atServer4());

    assertThat(server.state("seven"))
        .isEqualTo(
            new TunnelState.Failed(
                "its other end 203.0.113.7 is inside tunnel four, and packets would go round; its"
                    + " client has to ask from an address outside the tunnels; type:"
                    + " culvert:tunnel-delete seven"));

    server.apply(TUNNEL, Ends.atServer4());
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void triesAgainWhatFailedAfterEverLongerPauses() {
    server.devices.refuse("CAP_NET_ADMIN is missing");
    server.apply(TUNNEL);
    assertThat(server.state("seven")).isEqualTo(new TunnelState.Failed("CAP_NET_ADMIN is missing"));

    server.executor.advance(Duration.ofMillis(1_500));
    server.devices.relent();
    assertThat(server.state("seven")).isInstanceOf(TunnelState.Failed.class);
    server.executor.advance(Duration.ofMillis(1_400));
    assertThat(server.state("seven")).isInstanceOf(TunnelState.Failed.class);
    server.executor.advance(Duration.ofMillis(200));
    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void neverPausesForMoreThanAMinute() {
    server.devices.refuse("not yet");
    server.apply(TUNNEL);
    server.executor.advance(Duration.ofHours(1));
    server.devices.relent();

    server.executor.advance(Duration.ofSeconds(60));

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void oneTunnelThatFailsHarmsNoOther() {
    TunnelParameters wrong =
        Ends.atServer(
            "wrong",
            TunnelType.V6UDPV4,
            Ends.outer("192.0.2.99", 1),
            Ends.outer("198.51.100.2", 2),
            "2001:db8::9",
            "2001:db8:900::/48");

    server.apply(wrong, TUNNEL);

    assertThat(server.state("wrong")).isInstanceOf(TunnelState.Failed.class);
    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrderElementsOf(TUNNEL.remotePrefixes());
  }

  @Test
  void tunnelsThatStandStayUpWhenRoutesForAnotherAreRefused() {
    server.apply(TUNNEL);
    TunnelParameters next =
        Ends.atServer(
            "next",
            TunnelType.V6UDPV4,
            Ends.SERVER,
            Ends.outer("198.51.100.2", 2),
            "2001:db8::9",
            "2001:db8:900::/48");
    server.devices.refuse("no room for routes");

    server.apply(TUNNEL, next);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.state("next")).isEqualTo(new TunnelState.Failed("no room for routes"));
  }

  @Test
  void saysWhichKeyToChangeWhenTheDeviceIsTooSmall() {
    TunnelParameters large =
        new TunnelParameters(
            "large",
            TUNNEL.side(),
            TUNNEL.type(),
            TUNNEL.outer(),
            TUNNEL.localAddress(),
            TUNNEL.remoteAddress(),
            TUNNEL.remotePrefixes(),
            TUNNEL.localPrefixes(),
            1_400,
            TUNNEL.keepAlive());

    server.apply(large);

    assertThat(server.state("large"))
        .isEqualTo(
            new TunnelState.Failed(
                "its MTU 1400 is larger than the device's; raise mtu in"
                    + " etc/org.culvert.endpoint.server.cfg"));
  }

  @Test
  void suspendsTypesThatNobodyBrought() {
    TunnelParameters unknown =
        Ends.atServer(new TunnelType("v6sctp"), Ends.SERVER, Ends.outer("198.51.100.1", 1));

    server.apply(unknown);

    TunnelStatus status = server.status("seven");
    assertThat(status.state()).isInstanceOf(TunnelState.Suspended.class);
    assertThat(status.counters()).isEqualTo(TunnelCounters.ZERO);
    assertThat(status.silence()).isEmpty();
    assertThat(server.hasDevice()).isFalse();
  }

  @Test
  void tellsNoListenerThatHasLeftAndSurvivesOneThatFails() throws Exception {
    List<String> heard = new ArrayList<>();
    List<String> left = new ArrayList<>();
    AutoCloseable watch = server.endpoint.watchSilence(left::add);
    server.endpoint.watchSilence(
        id -> {
          throw new IllegalStateException("a listener's fault");
        });
    server.endpoint.watchSilence(heard::add);
    watch.close();
    server.apply(TUNNEL);

    server.executor.advance(Duration.ofSeconds(50));

    assertThat(heard).containsExactly("seven");
    assertThat(left).isEmpty();
  }

  @Test
  void suspendedTunnelsAreNotCalledSilent() {
    List<String> heard = new ArrayList<>();
    server.endpoint.watchSilence(heard::add);
    server.apply(TUNNEL);

    server.endpoint.unbind(server.v6UdpV4);
    server.executor.advance(Duration.ofMinutes(5));
    server.endpoint.bind(server.v6UdpV4);
    server.executor.advance(Duration.ofSeconds(45));

    assertThat(heard).isEmpty();
  }

  @Test
  void looksAfterTenThousandTunnels() {
    List<TunnelParameters> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add(
          Ends.atServer(
              "t" + i,
              TunnelType.V6UDPV4,
              Ends.SERVER,
              Ends.outer("198.51.100.100", 1_024 + i),
              "2001:db8:1::%x".formatted(i + 1),
              "2001:db8:%x::/48".formatted(0x1000 + i)));
    }
    List<String> silent = new ArrayList<>();
    server.endpoint.watchSilence(silent::add);

    server.apply(many.toArray(TunnelParameters[]::new));
    server.executor.advance(Duration.ofSeconds(47));

    assertThat(server.endpoint.tunnels()).hasSize(10_000).allMatch(t -> t.state().equals(UP));
    assertThat(Set.copyOf(silent)).hasSize(10_000);
    assertThat(server.tun().configuration().routes()).hasSize(20_000);
  }

  @Test
  void worksOnAThreadOfItsOwn() {
    ScheduledExecutorService thread = EndpointThread.named("test");
    Endpoint endpoint =
        new Endpoint(
            EndpointSettings.from("pid", "test", "culvert7", 1280, "auto"),
            server.devices,
            network.host("192.0.2.1"),
            thread,
            System::nanoTime,
            new Random(1));
    endpoint.bind(server.v6UdpV4);
    endpoint.bind(server.datapath, 0);

    endpoint.apply(List.of(TUNNEL)).toCompletableFuture().join();
    assertThat(server.devices.exists("culvert7")).isTrue();
    endpoint.unbind(server.datapath);
    assertThat(server.devices.exists("culvert7")).isFalse();

    endpoint.close();
    assertThat(thread.isShutdown()).isTrue();
    assertThatThrownBy(() -> endpoint.apply(List.of()).toCompletableFuture().join())
        .hasRootCauseInstanceOf(java.util.concurrent.RejectedExecutionException.class);
  }
}
