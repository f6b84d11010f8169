package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.service.MemoryDutyStore;
import org.culvert.testkit.service.ScriptedService.Mood;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.culvert.testkit.service.ScriptedTunnelServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A service that comes to no end, on real threads. */
class HangingServiceTest {
  private static final Lease LEASE = SampleLeases.with(SampleLeases.active(1), Rig.bgp(64_512));

  private final OfNames bind = new OfNames("bind");
  private final OfRouting frr = new OfRouting("frr", RoutingProtocol.BGP);
  private final ScriptedTunnelServer server = new ScriptedTunnelServer();
  private final Provisioning provisioning =
      new Provisioning(
          new Settings(
              Duration.ofMillis(10),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              Duration.ZERO),
          new MemoryDutyStore(),
          Executors.newSingleThreadScheduledExecutor(),
          new SteadyClock(InstantSource.system(), System::nanoTime),
          name -> Executors.newSingleThreadExecutor(),
          new SplittableRandom(1));

  @AfterEach
  void close() {
    bind.is(Mood.WORKS);
    frr.is(Mood.WORKS);
    provisioning.close();
  }

  @Test
  void isInterruptedAndTriedAgainAndHoldsNobodyUp() {
    bind.is(Mood.HANGS);
    begin();
    Eventually.holds("routing is provided", () -> frr.ids().equals(List.of("lease-1")));
    Eventually.holds(
        "the failure is noted",
        () ->
            provisioning.duties().stream()
                .anyMatch(
                    duty -> duty.problem().filter(text -> text.contains("in time")).isPresent()));

    bind.is(Mood.WORKS);
    Eventually.holds("the name is entered", () -> bind.ids().equals(List.of("lease-1")));
  }

  @Test
  void doesNotHoldUpItsOwnLeaveForEver() {
    begin();
    Eventually.holds("routing is provided", () -> frr.ids().equals(List.of("lease-1")));
    frr.is(Mood.HANGS);

    provisioning.removeRouting(frr);

    assertThat(provisioning.duties())
        .anyMatch(
            duty ->
                duty.problem().filter(text -> text.equals("service frr is not there")).isPresent());
  }

  private void begin() {
    server.up("lease-1", "tun1");
    provisioning.server = server;
    provisioning.addRegistrar(bind, Map.of());
    provisioning.addRouting(frr, Map.of());
    provisioning.all(List.of(LEASE));
  }
}
