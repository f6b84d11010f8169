package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.log.Said;
import org.culvert.testkit.service.ScriptedService.Mood;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class ProvisioningTest {
  private final OfNames bind = new OfNames("bind");
  private final OfNames knot = new OfNames("knot");
  private final OfRouting frr = new OfRouting("frr", RoutingProtocol.BGP, RoutingProtocol.RIP);
  private final OfRouting bird = new OfRouting("bird", RoutingProtocol.BGP);
  private final Rig rig = new Rig();

  @Test
  void followsALeaseFromItsBeginningToItsEnd() {
    rig.bind(bind, 0);
    rig.bind(frr, 0);
    rig.begin();
    rig.server.up("lease-1", "tun1");

    rig.active(1, Rig.bgp(64_512));
    assertThat(bind.ids()).containsExactly("lease-1");
    assertThat(frr.provided().get(0).device()).contains("tun1");
    assertThat(rig.lines())
        .containsExactly("bind lease-1 PROVIDED DONE", "frr lease-1 PROVIDED DONE");

    rig.end(1);
    assertThat(bind.ids()).isEmpty();
    assertThat(frr.ids()).isEmpty();
    assertThat(rig.duties()).isEmpty();
    assertThat(rig.store.duties()).isEmpty();
  }

  @Test
  void asksNobodyForStaticRoutesOrWhereNothingWasAgreed() {
    OfRouting still = new OfRouting("static", RoutingProtocol.STATIC);
    rig.bind(still, 0);
    rig.begin();

    rig.active(1, Arrangements.NONE);

    assertThat(rig.duties()).isEmpty();
    assertThat(still.journal()).isEmpty();
  }

  @Test
  void withdrawsTheOldBeforeItProvidesTheNew() {
    rig.bind(bind, 0);
    rig.begin();
    Lease lease = rig.active(1, Rig.named("old.example.org"));
    bind.journal();

    rig.tell(
        SampleLeases.with(
            SampleLeases.next(lease, Lease.State.ACTIVE), Rig.named("new.example.org")));

    assertThat(bind.journal()).containsExactly("withdraw lease-1", "provide lease-1");
    assertThat(bind.provided())
        .extracting(tunnel -> tunnel.arrangements().name().orElseThrow())
        .containsExactly("new.example.org");
  }

  @Test
  void doesNothingWhenALeaseIsOnlyRenewed() {
    rig.bind(bind, 0);
    rig.begin();
    Lease lease = rig.active(1, Rig.named("a.example.org"));
    bind.journal();
    int written = rig.store.written();

    rig.tell(SampleLeases.next(lease, Lease.State.ACTIVE));
    rig.begin();

    assertThat(bind.journal()).isEmpty();
    assertThat(rig.store.written()).isEqualTo(written);
  }

  @Test
  void triesNothingBeforeItIsOnTheDisk() {
    rig.bind(bind, 0);
    rig.begin();
    rig.store.hold();
    rig.active(1, Rig.named("a.example.org"));
    assertThat(bind.journal()).isEmpty();

    rig.store.release();
    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void goesOnWhenTheStoreWorksAgain() {
    rig.bind(bind, 0);
    rig.begin();
    rig.store.fail("the disk is full");
    rig.active(1, Rig.named("a.example.org"));
    rig.advance(60);
    assertThat(bind.journal()).isEmpty();

    rig.store.heal();
    rig.advance(6);
    assertThat(bind.ids()).containsExactly("lease-1");
    assertThat(rig.store.duties()).extracting(Duty::state).containsExactly(Duty.State.DONE);
  }

  /** On a full disk few duties can be stored, and many cannot. */
  @Test
  void saysThatDutiesAreStoredAgainOnlyWhenNothingIsInTheWay() {
    rig.bind(bind, 0);
    rig.begin();
    List<String> full =
        Said.during(
            () -> {
              rig.store.fail("the disk is full");
              rig.active(1, Rig.named("a.example.org"));
              rig.advance(60);
              rig.store.hinder(Optional.of("the disk is full"));
              rig.store.heal();
              rig.advance(6);
            });
    List<String> empty =
        Said.during(
            () -> {
              rig.store.hinder(Optional.empty());
              rig.advance(6);
            });

    assertThat(bind.ids()).containsExactly("lease-1");
    assertThat(full)
        .anyMatch(line -> line.contains("Duties cannot be stored"))
        .noneMatch(line -> line.contains("Duties are stored again"));
    assertThat(empty).anyMatch(line -> line.contains("Duties are stored again; failures: 1"));
  }

  @Test
  void triesAgainAtGrowingDistances() {
    bind.is(Mood.IS_DOWN);
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.advance(3_600);

    int tries = bind.journal().size();
    assertThat(tries).isBetween(15, 30);
    assertThat(rig.duty("bind", 1).problem()).contains("nobody answers");
    assertThat(rig.duty("bind", 1).attempts()).isEqualTo(tries);

    bind.is(Mood.WORKS);
    rig.advance(301);
    assertThat(rig.lines()).containsExactly("bind lease-1 PROVIDED DONE");
  }

  @Test
  void doesNotTryEveryTunnelAtAServiceThatIsDown() {
    bind.is(Mood.IS_DOWN);
    rig.bind(bind, 0);
    rig.begin();
    for (int i = 0; i < 1_000; i++) {
      rig.active(i, Rig.named("a" + i + ".example.org"));
    }
    rig.advance(60);
    assertThat(bind.journal()).hasSizeLessThan(50);

    bind.is(Mood.WORKS);
    rig.advance(31);
    assertThat(bind.ids()).hasSize(1_000);
  }

  @Test
  void waitsForSomebodyWhereAFailureLasts() {
    bind.is(Mood.REFUSES);
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.advance(3_600);
    assertThat(bind.journal()).hasSize(1);
    assertThat(rig.lines()).containsExactly("bind lease-1 PROVIDED FAILED");

    bind.is(Mood.WORKS);
    assertThat(rig.provisioning.retry("lease-1")).isEqualTo(1);
    assertThat(rig.lines()).containsExactly("bind lease-1 PROVIDED DONE");
  }

  @Test
  void triesWhatFailedForGoodWhenTheServiceIsReplaced() {
    bind.is(Mood.REFUSES);
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.unbind(bind);
    OfNames corrected = new OfNames("bind");

    rig.bind(corrected, 0);

    assertThat(corrected.ids()).containsExactly("lease-1");
  }

  @Test
  void survivesAServiceThatIsAtFaultItself() {
    bind.is(Mood.THROWS);
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    assertThat(rig.duty("bind", 1).problem().orElseThrow()).contains("at fault");

    bind.is(Mood.WORKS);
    rig.advance(2);
    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void goesOnBesideAServiceWhoseClassesAreGone() {
    rig.bind(new GoneRouting(), 0);
    rig.bind(bind, 0);
    rig.begin();
    bind.is(Mood.IS_DOWN);
    rig.active(1, Rig.named("a.example.org"));
    bind.is(Mood.WORKS);

    rig.advance(5);

    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void losesNoNewsWhileTheTunnelServerIsAtFault() {
    rig.bind(bind, 0);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.server.up("lease-2", "tun2");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    rig.provisioning.server = serverAtFault();

    rig.leases.clear();
    Lease other = SampleLeases.with(SampleLeases.active(2), Rig.bgp(64_513));
    rig.leases.put(other.id(), other);
    rig.begin();
    rig.advance(2);
    rig.provisioning.server = rig.server;
    rig.advance(2);

    assertThat(bind.ids()).containsExactly("lease-2");
    assertThat(frr.ids()).containsExactly("lease-2");
  }

  private static TunnelServer serverAtFault() {
    return (TunnelServer)
        Proxy.newProxyInstance(
            TunnelServer.class.getClassLoader(),
            new Class<?>[] {TunnelServer.class},
            (proxy, method, arguments) -> {
              throw new IllegalStateException("at fault");
            });
  }

  @Test
  @Threat("T28")
  void showsNothingThatCouldMoveACursor() {
    rig.bind(bind, 0);
    rig.begin();
    bind.atEachStep(
        () -> {
          throw new IllegalStateException("said\r\n\u001b[2J\u0007\u009b31m nothing");
        });

    rig.active(1, Rig.named("a.example.org"));

    assertThat(rig.duty("bind", 1).problem().orElseThrow())
        .endsWith("said ?[2J??31m nothing")
        .doesNotContainPattern("\\p{Cntrl}");
  }

  @Test
  void slowDnsDoesNotHoldRoutingUp() {
    bind.is(Mood.IS_DOWN);
    rig.bind(bind, 0);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();

    rig.active(1, Rig.bgp(64_512));

    assertThat(frr.ids()).containsExactly("lease-1");
  }

  @Test
  void routingWaitsForTheTunnelAndFollowsItsDevice() {
    rig.bind(frr, 0);
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    assertThat(frr.journal()).isEmpty();
    assertThat(rig.duty("frr", 1).problem()).contains("the tunnel is not up");

    rig.server.up("lease-1", "tun1");
    rig.advance(1);
    assertThat(frr.journal()).containsExactly("provide lease-1 on tun1");

    rig.server.up("lease-1", "tun2");
    rig.advance(1);
    assertThat(frr.journal()).containsExactly("provide lease-1 on tun2");

    rig.server.down("lease-1");
    rig.advance(5);
    assertThat(frr.journal()).isEmpty();
    assertThat(rig.lines()).contains("frr lease-1 PROVIDED QUEUED");

    rig.server.up("lease-1", "tun2");
    rig.advance(1);
    assertThat(frr.journal()).containsExactly("provide lease-1 on tun2");
  }

  @Test
  void makesBeforeItBreaksWhenAHigherRankedServiceComes() {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    knot.is(Mood.IS_DOWN);

    rig.bind(knot, 1);
    assertThat(bind.ids()).containsExactly("lease-1");

    knot.is(Mood.WORKS);
    rig.advance(2);
    assertThat(knot.ids()).containsExactly("lease-1");
    assertThat(bind.ids()).isEmpty();
    assertThat(rig.lines()).containsExactly("knot lease-1 PROVIDED DONE");
  }

  @Test
  void leavesTunnelsWhereTheyAreWhenALowerRankedServiceComes() {
    rig.bind(bind, 5);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));

    rig.bind(knot, 1);
    rig.advance(60);

    assertThat(knot.journal()).isEmpty();
    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void namesStayWhenTheirServiceLeavesAndAreNotEnteredTwice() {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    bind.journal();

    rig.unbind(bind);
    rig.advance(600);
    assertThat(bind.ids()).containsExactly("lease-1");

    rig.bind(bind, 0);
    rig.advance(5);
    assertThat(bind.journal()).containsExactly("verify lease-1");
  }

  @Test
  void namesStayWhenTheirServiceLeavesWhileItEntersThem() {
    rig.bind(bind, 0);
    rig.begin();
    bind.atEachStep(() -> rig.provisioning.leave(Duty.Kind.DNS, bind));

    rig.active(1, Rig.named("a.example.org"));

    assertThat(rig.lines()).containsExactly("bind lease-1 PROVIDED DONE");
    assertThat(rig.provisioning.forget("bind").toCompletableFuture()).isCompletedWithValue(0);
  }

  @Test
  void anotherTakesOverFromTheMissingAndWhatIsLeftThereIsWithdrawnLater() {
    rig.bind(knot, 0);
    rig.bind(bind, 1);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.unbind(bind);
    assertThat(knot.ids()).isEmpty();

    rig.advance(11);
    assertThat(knot.ids()).containsExactly("lease-1");
    assertThat(rig.duty("bind", 1).problem()).contains("service bind is not there");

    assertThat(rig.provisioning.forget("knot").toCompletableFuture()).isCompletedWithValue(0);
    assertThat(rig.provisioning.forget("bind").toCompletableFuture()).isCompletedWithValue(1);
    assertThat(rig.lines()).containsExactly("knot lease-1 PROVIDED DONE");
    assertThat(rig.store.duties()).hasSize(1);
  }

  @Test
  void doesNotMoveTunnelsWhileServicesStartOneAfterAnother() {
    rig.bind(bind, 1);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.bound.clear();

    rig.restart(rig.store.afterPowerCut());
    rig.bind(knot, 0);
    rig.advance(5);
    rig.bind(bind, 1);
    rig.advance(60);

    assertThat(knot.journal()).isEmpty();
  }

  @Test
  void routingIsTakenBackBeforeItsServiceHasLeft() {
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));

    rig.unbind(frr);
    assertThat(frr.ids()).isEmpty();

    rig.bind(frr, 0);
    assertThat(frr.ids()).containsExactly("lease-1");
  }

  @Test
  void nextRoutingServiceTakesOverWhenTheFirstLetGo() {
    rig.bind(bird, 0);
    rig.bind(frr, 1);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    assertThat(bird.ids()).isEmpty();

    rig.unbind(frr);

    assertThat(frr.ids()).isEmpty();
    assertThat(bird.ids()).containsExactly("lease-1");
  }

  @Test
  void nextOfTheSameNameMayComeWhileTheFirstStillLeaves() {
    OfRouting next = new OfRouting("frr", RoutingProtocol.BGP);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    frr.atEachStep(
        () -> {
          if (!rig.bound.containsKey(next)) {
            rig.bind(next, 0);
          }
        });

    rig.unbind(frr);

    assertThat(frr.ids()).isEmpty();
    assertThat(next.ids()).containsExactly("lease-1");
  }

  @Test
  void nextOfTheSameNameMayGoAgainWhileTheFirstStillLeaves() {
    OfRouting next = new OfRouting("frr", RoutingProtocol.BGP);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    frr.atEachStep(
        () -> {
          rig.bind(next, 0);
          rig.provisioning.leave(Duty.Kind.ROUTING, next);
        });

    rig.unbind(frr);
    rig.advance(5);

    assertThat(frr.ids()).isEmpty();
    assertThat(next.journal()).isEmpty();
  }

  @Test
  void whatCouldNotBeTakenBackWaitsForItsService() {
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    frr.is(Mood.IS_DOWN);
    rig.unbind(frr);
    rig.end(1);
    assertThat(rig.duty("frr", 1).problem()).contains("service frr is not there");

    frr.is(Mood.WORKS);
    rig.bind(frr, 0);
    assertThat(frr.ids()).isEmpty();
    assertThat(rig.duties()).isEmpty();
  }

  @Test
  void routingGoesToWhoeverSpeaksTheProtocolOnceItDoes() {
    bird.speaks();
    rig.bind(bird, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    rig.advance(2);
    assertThat(bird.journal()).isEmpty();

    bird.speaks(RoutingProtocol.BGP);
    rig.advance(1);
    assertThat(bird.ids()).containsExactly("lease-1");

    bird.speaks();
    rig.advance(60);
    assertThat(bird.ids()).containsExactly("lease-1");
  }

  @Test
  void nothingIsWithdrawnWhenItStops() {
    rig.bind(bind, 0);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));

    rig.provisioning.close();
    rig.provisioning.removeRouting(frr);
    rig.provisioning.removeRegistrar(bind);

    assertThat(frr.ids()).containsExactly("lease-1");
    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void whatEndedWhileItWasDownIsWithdrawn() {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.active(2, Rig.named("b.example.org"));
    rig.leases.remove("lease-1");

    rig.restart(rig.store.afterPowerCut());

    assertThat(bind.ids()).containsExactly("lease-2");
    assertThat(bind.journal()).contains("withdraw lease-1");
  }

  @Test
  void verifyTellsWhatIsLostAndProvidesItAnew() {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.active(2, Rig.named("b.example.org"));
    bind.lose("lease-1");

    List<String> found = rig.provisioning.verify("").toCompletableFuture().join();

    assertThat(found).containsExactly("user-1 at bind: it is not there");
    assertThat(bind.ids()).containsExactlyInAnyOrder("lease-1", "lease-2");
    assertThat(rig.provisioning.verify("").toCompletableFuture().join()).isEmpty();
  }

  @Test
  void verifyOfADeadServiceAsksItOnce() {
    rig.bind(bind, 0);
    rig.begin();
    for (int i = 0; i < 100; i++) {
      rig.active(i, Rig.named("a" + i + ".example.org"));
    }
    bind.journal();
    bind.is(Mood.IS_DOWN);

    List<String> found = rig.provisioning.verify("").toCompletableFuture().join();

    assertThat(found)
        .containsExactly(
            "DNS service bind cannot look: nobody answers; 99 more were not looked at");
    assertThat(bind.journal()).hasSize(1);
  }

  @Test
  void repairsByItselfWhatWasLost() {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("a.example.org"));
    rig.advance(10);
    bind.lose("lease-1");

    rig.advance(3_600);

    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @Test
  void tellsWhatATunnelHas() {
    rig.bind(bind, 0);
    rig.bind(frr, 0);
    rig.server.up("lease-1", "tun1");
    rig.begin();
    rig.active(1, Rig.bgp(64_512));

    assertThat(rig.provisioning.details("lease-1").toCompletableFuture().join())
        .containsExactly("as64512.example.org AAAA", "bgp at frr: Established, 1 prefix");

    frr.is(Mood.IS_DOWN);
    rig.server.down("lease-1");
    rig.advance(1);
    assertThat(rig.provisioning.details("lease-1").toCompletableFuture().join())
        .contains("routing service frr: queued, the tunnel is not up");
    assertThat(rig.provisioning.details("nobody").toCompletableFuture().join()).isEmpty();
  }

  /** Its bundle has lost the packages that it needs. */
  private static final class GoneRouting implements RoutingService {
    @Override
    public String name() {
      return "gone";
    }

    @Override
    public Set<RoutingProtocol> protocols() {
      throw new NoClassDefFoundError("gone/with/its/Bundle");
    }

    @Override
    public String state(ServedTunnel tunnel) {
      return "";
    }

    @Override
    public void provide(ServedTunnel tunnel) {}

    @Override
    public void withdraw(ServedTunnel tunnel) {}

    @Override
    public List<String> verify(ServedTunnel tunnel) {
      return List.of();
    }
  }
}
