package org.culvert.datapath.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.testkit.kernel.InMemoryTunnelDevices;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelDatapathTest {
  private static final WireFormat V6V4 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(41));
  private static final WireFormat V4V6 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new Carrier.IpProtocol(4));
  private static final WireFormat V6UDPV4 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp());
  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final ByteBuffer KEEPALIVE = ByteBuffer.allocate(48);

  private final InMemoryTunnelDevices kernel = new InMemoryTunnelDevices();
  private final ManualClock clock = new ManualClock();
  private final ManualExecutor executor = new ManualExecutor(clock);
  private long nanos;

  @Test
  void carriesWhatTheKernelHasDevicesFor() {
    KernelDatapath datapath = datapath();

    assertThat(datapath.carries(V6V4)).isTrue();
    assertThat(datapath.carries(V4V6)).isTrue();
    assertThat(datapath.carries(V6UDPV4)).isFalse();
    assertThat(datapath.name()).isEqualTo("kernel");
  }

  @Test
  void doesNotCarryWhatHasAnObstacle() throws Exception {
    kernel.missing(V6V4, "this kernel has no tunnel driver sit");
    KernelDatapath datapath = datapath();

    assertThat(datapath.carries(V6V4)).isFalse();
    assertThat(datapath.carries(V4V6)).isTrue();
    datapath.start("culvert0", 1280).close();
  }

  @Test
  void doesNotStartWhereNothingIsCarried() {
    kernel.missing(V6V4, "nft is not installed");
    kernel.missing(V4V6, "nft is not installed");

    assertThatThrownBy(() -> datapath().start("culvert0", 1280)).isInstanceOf(IOException.class);
  }

  @Test
  void makesADeviceForEachTunnelWithAllThatIsToBeFiltered() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      CarriedTunnel second = tunnel("second", "192.0.2.3", "2001:db8:2::/48");

      assertThat(forwarding.apply(List.of(first, second))).isEmpty();

      assertThat(forwarding.device("first")).isNotEqualTo(forwarding.device("second"));
      assertThat(kernel.devices("culvert0"))
          .containsOnlyKeys(forwarding.device("first"), forwarding.device("second"))
          .containsValue(
              new TunnelDevice(
                  forwarding.device("second"),
                  "second",
                  V6V4,
                  second.outer(),
                  second.localAddress(),
                  second.remotePrefixes(),
                  second.localPrefixes(),
                  1280));
    }
  }

  @Test
  void tellsTheKernelWhichTunnelIsALinkOfItsOwn() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel shared = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      CarriedTunnel link =
          new CarriedTunnel(
              shared.id(),
              shared.wire(),
              shared.outer(),
              shared.localAddress(),
              shared.remotePrefixes(),
              shared.localPrefixes(),
              shared.mtu(),
              true);
      String device = forwarding.device("first");
      forwarding.apply(List.of(shared));
      assertThat(kernel.devices("culvert0").get(device).ownLink()).isFalse();

      forwarding.apply(List.of(link));

      assertThat(forwarding.device("first")).isEqualTo(device);
      assertThat(kernel.devices("culvert0").get(device).ownLink()).isTrue();
    }
  }

  @Test
  void anMtuThatChangesHoldsUntilTheTunnelMoves() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      CarriedTunnel second = tunnel("second", "192.0.2.3", "2001:db8:2::/48");
      forwarding.apply(List.of(first, second));

      forwarding.mtu("first", 1480);
      forwarding.mtu("unknown", 1480);
      nanos += Duration.ofSeconds(1).toNanos();
      forwarding.counters("first");
      assertThat(mtus(forwarding)).containsExactly(1480, 1280);

      forwarding.apply(List.of(first, second));
      assertThat(mtus(forwarding)).containsExactly(1480, 1280);

      forwarding.apply(List.of(tunnel("first", "192.0.2.9", "2001:db8:1::/48"), second));
      assertThat(mtus(forwarding)).containsExactly(1280, 1280);
    }
  }

  /** Linux takes IPv6 from a device with less, so what was found is not what packets may have. */
  @Test
  void tellsTheMtuThatTheDeviceHas() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));

      forwarding.mtu("first", 1240);

      assertThat(forwarding.mtu("first")).contains(1280);
      assertThat(forwarding.mtu("unknown")).isEmpty();
    }
  }

  @Test
  void largerMtusAreSetTogetherAndASmallerOneAtOnce() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      CarriedTunnel second = tunnel("second", "192.0.2.3", "2001:db8:2::/48");
      forwarding.apply(List.of(first, second));
      forwarding.counters("first");
      int before = kernel.applications();

      forwarding.mtu("first", 1480);
      forwarding.mtu("second", 1472);
      nanos += Duration.ofSeconds(1).toNanos();
      forwarding.counters("first");
      assertThat(mtus(forwarding)).containsExactly(1480, 1472);
      assertThat(kernel.applications()).isEqualTo(before + 1);

      forwarding.mtu("first", 1280);
      assertThat(mtus(forwarding)).containsExactly(1280, 1472);
    }
  }

  @Test
  void aProbeGoesPastTheDeviceAndIsCounted() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      forwarding.apply(List.of(first));

      assertThat(forwarding.probe("first", ByteBuffer.allocate(1480))).isTrue();
      assertThat(forwarding.probe("first", ByteBuffer.allocate(1481))).isFalse();
      assertThat(forwarding.probe("unknown", ByteBuffer.allocate(1300))).isFalse();

      assertThat(kernel.probed()).containsExactly(1480);
      assertThat(forwarding.counters("first").sentPackets()).isEqualTo(1);
      assertThat(forwarding.counters("first").sentOctets()).isEqualTo(1480);
    }
  }

  private List<Integer> mtus(Forwarding forwarding) {
    return Stream.of("first", "second")
        .map(id -> kernel.devices("culvert0").get(forwarding.device(id)).mtu())
        .toList();
  }

  @Test
  void removesItsDevicesWhenItIsClosed() throws Exception {
    Forwarding forwarding = datapath().start("culvert0", 1280);
    forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));

    forwarding.close();

    assertThat(kernel.owners()).isEmpty();
    assertThat(forwarding.counters("first")).isEqualTo(TunnelCounters.ZERO);
  }

  @Test
  void refusesTwoTunnelsThatCannotBeToldApart() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      Map<String, String> failures =
          forwarding.apply(
              List.of(
                  tunnel("first", "192.0.2.2", "2001:db8:1::/48"),
                  tunnel("sameEnd", "192.0.2.2", "2001:db8:2::/48"),
                  tunnel("samePrefix", "192.0.2.3", "2001:db8:1::/48")));

      assertThat(failures)
          .containsEntry("sameEnd", "another tunnel has the same outer addresses")
          .containsEntry("samePrefix", "another tunnel has the same inner prefix")
          .hasSize(2);
      assertThat(kernel.devices("culvert0")).containsOnlyKeys(forwarding.device("first"));
    }
  }

  /** One such tunnel would make the filter of all others refused. */
  @Test
  void refusesATunnelWhoseInnerAddressesAreNotOfItsVersion() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel mixed = tunnel("mixed", "192.0.2.3", "198.51.100.0/24");

      assertThat(forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48"), mixed)))
          .isEqualTo(Map.of("mixed", "its inner addresses are not those of its type"));
      assertThat(kernel.devices("culvert0")).containsOnlyKeys(forwarding.device("first"));
    }
  }

  @Test
  void tellsWhichTunnelTheKernelRefused() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      kernel.refuse(forwarding.device("second"), "no interface of this host has the address");

      Map<String, String> failures =
          forwarding.apply(
              List.of(
                  tunnel("first", "192.0.2.2", "2001:db8:1::/48"),
                  tunnel("second", "192.0.2.3", "2001:db8:2::/48")));

      assertThat(failures).isEqualTo(Map.of("second", "no interface of this host has the address"));
      forwarding.inject("second", KEEPALIVE);
      assertThat(kernel.sent()).isEmpty();
    }
  }

  @Test
  void readsTheCountersOfAllTunnelsAtOnce() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(
          List.of(
              tunnel("first", "192.0.2.2", "2001:db8:1::/48"),
              tunnel("second", "192.0.2.3", "2001:db8:2::/48")));
      TunnelCounters seven =
          new TunnelCounters(7, 700, 8, 800, Map.of(DropReason.INNER_SOURCE, 3L));
      kernel.counted(forwarding.device("first"), seven);

      assertThat(forwarding.counters("first")).isEqualTo(seven);
      assertThat(forwarding.counters("second")).isEqualTo(TunnelCounters.ZERO);
      assertThat(forwarding.counters("unknown")).isEqualTo(TunnelCounters.ZERO);
      assertThat(kernel.reads()).isEqualTo(1);

      kernel.counted(forwarding.device("second"), seven);
      nanos += Duration.ofSeconds(1).toNanos();
      assertThat(forwarding.counters("second")).isEqualTo(seven);
    }
  }

  @Test
  void putsBackAFilterThatAnotherProgramRemoved() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));
      forwarding.counters("first");
      int before = kernel.applications();

      kernel.disturb("the packet filter is not as it was made");
      nanos += Duration.ofSeconds(1).toNanos();
      forwarding.counters("first");

      assertThat(kernel.applications()).isEqualTo(before + 1);
      assertThat(kernel.devices("culvert0")).containsOnlyKeys(forwarding.device("first"));
    }
  }

  /** No counters are read meanwhile, and no time passes. */
  @Test
  void putsItBackAtOnceWhereTheKernelTells() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));
      forwarding.counters("first");
      int before = kernel.applications();

      kernel.disturbAloud("the packet filter is not as it was made");

      assertThat(kernel.applications()).isEqualTo(before + 1);
      assertThat(kernel.devices("culvert0")).containsOnlyKeys(forwarding.device("first"));
    }
  }

  @Test
  void answersAProgramThatFlushesAgainAndAgainAtOnceOnlySoOften() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));
      forwarding.counters("first");
      int before = kernel.applications();

      for (int i = 0; i < 100; i++) {
        kernel.disturbAloud("the packet filter is not as it was made");
      }
      assertThat(kernel.applications()).isEqualTo(before + 16);

      nanos += Duration.ofSeconds(1).toNanos();
      forwarding.counters("first");
      assertThat(kernel.applications()).isEqualTo(before + 17);
      nanos += Duration.ofSeconds(1).toNanos();
      forwarding.counters("first");
      kernel.disturbAloud("the packet filter is not as it was made");
      assertThat(kernel.applications()).isEqualTo(before + 18);
    }
  }

  @Test
  void tellsThatATunnelIsLostWithItsFilterOrItsDevice() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      CarriedTunnel second = tunnel("second", "192.0.2.3", "2001:db8:2::/48");
      forwarding.apply(List.of(first, second));
      assertThat(forwarding.failure("first")).isEmpty();

      kernel.refuse(forwarding.device("second"), "nft is gone");
      kernel.disturb("the packet filter is not as it was made");
      nanos += Duration.ofSeconds(1).toNanos();
      assertThat(forwarding.failure("first")).isEmpty();
      assertThat(forwarding.failure("second")).contains("nft is gone");

      kernel.leftOver("culvert0");
      nanos += Duration.ofSeconds(1).toNanos();
      assertThat(forwarding.failure("first").orElse(""))
          .contains("was removed, set down or changed");
      assertThat(forwarding.apply(List.of(first))).isEmpty();
      assertThat(forwarding.failure("first")).isEmpty();
    }
  }

  /** A device that went with its filter and comes back has neither addresses nor routes. */
  @Test
  void aTunnelIsLostUntilItIsAppliedAgain() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
      forwarding.apply(List.of(first));
      kernel.refuse(forwarding.device("first"), "nft is gone");
      kernel.disturb("the packet filter is not as it was made");
      assertThat(forwarding.failure("first")).contains("nft is gone");

      kernel.allow(forwarding.device("first"));
      kernel.disturb("the packet filter is not as it was made");
      nanos += Duration.ofSeconds(1).toNanos();

      assertThat(forwarding.failure("first")).contains("nft is gone");
      assertThat(kernel.devices("culvert0")).isEmpty();
      assertThat(forwarding.apply(List.of(first))).isEmpty();
      assertThat(forwarding.failure("first")).isEmpty();
    }
  }

  @Test
  void tellsCountersAtOnceWhileDevicesAreChanged() throws Exception {
    StuckTunnelDevices stuck = new StuckTunnelDevices(kernel);
    KernelDatapath datapath = new KernelDatapath(stuck, GRACE, executor, () -> nanos);
    CarriedTunnel first = tunnel("first", "192.0.2.2", "2001:db8:1::/48");
    Forwarding forwarding = datapath.start("culvert0", 1280);
    forwarding.apply(List.of(first));
    TunnelCounters seven = new TunnelCounters(7, 700, 8, 800, Map.of());
    kernel.counted(forwarding.device("first"), seven);
    assertThat(forwarding.counters("first")).isEqualTo(seven);

    CompletableFuture<?> change = stuck.during(() -> forwarding.apply(List.of(first)));
    try {
      assertThat(CompletableFuture.supplyAsync(() -> forwarding.counters("first")))
          .succeedsWithin(Duration.ofSeconds(10))
          .isEqualTo(seven);
      assertThat(CompletableFuture.supplyAsync(forwarding::drops))
          .succeedsWithin(Duration.ofSeconds(10));
    } finally {
      stuck.release();
    }
    assertThat(change).succeedsWithin(Duration.ofSeconds(10));
    forwarding.close();
  }

  @Test
  void sendsKeepalivesIntoTheTunnelsOwnDevice() throws Exception {
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      forwarding.apply(List.of(tunnel("first", "192.0.2.2", "2001:db8:1::/48")));

      forwarding.inject("first", KEEPALIVE);
      forwarding.inject("unknown", KEEPALIVE);
      forwarding.inject("first", ByteBuffer.allocate(1281));

      assertThat(kernel.sent()).containsExactly(forwarding.device("first"));
    }
  }

  @Test
  void removesWhatAnEarlierRunLeftAndNobodyTookOver() throws Exception {
    kernel.leftOver("culvert0");
    kernel.leftOver("culvert1");
    try (Forwarding forwarding = datapath().start("culvert0", 1280)) {
      executor.advance(GRACE.minusSeconds(1));
      assertThat(kernel.owners()).containsExactlyInAnyOrder("culvert0", "culvert1");

      executor.advance(Duration.ofSeconds(1));

      assertThat(kernel.owners()).containsExactly("culvert0");
      assertThat(executor.isShutdown()).isTrue();
    }
  }

  @Test
  void namesADeviceTheSameAfterEveryStart() {
    assertThat(DeviceNames.of("culvert0", "t1")).isEqualTo(DeviceNames.of("culvert0", "t1"));
    assertThat(DeviceNames.of("culvert0", "t1")).isNotEqualTo(DeviceNames.of("culvert1", "t1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "t1", "; rm -rf /", "$(id)", "a\nb", "%s%n", "\u202Eevil"})
  @Threat("T15")
  void namesADeviceByNothingThatTheOtherSideChose(String id) {
    assertThat(DeviceNames.of("culvert0", id)).matches("cv[0-9a-v]{12}");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 86_401})
  void refusesAGraceOutOfRange(int seconds) {
    assertThatThrownBy(() -> KernelDatapath.grace(seconds))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("orphanGrace");
  }

  private KernelDatapath datapath() {
    return new KernelDatapath(kernel, GRACE, executor, () -> nanos);
  }

  private static CarriedTunnel tunnel(String id, String remote, String prefix) {
    return new CarriedTunnel(
        id,
        V6V4,
        OuterEndpoints.withoutPorts(IpAddresses.parse("192.0.2.1"), IpAddresses.parse(remote)),
        IpAddresses.parse("2001:db8::1"),
        List.of(IpPrefix.parse(prefix)),
        List.of(),
        1280);
  }
}
