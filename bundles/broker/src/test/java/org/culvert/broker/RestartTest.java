package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.time.ManualExecutor;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.Test;

class RestartTest {
  private final Rig rig = new Rig();

  @Test
  @Promise({"P2", "P7"})
  void acknowledgedTunnelsStandAgainWithoutTheirClients() {
    rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    rig.accepted(BOB, rig.offerUdp(BOB, ELSEWHERE, 7));
    List<TunnelParameters> before = rig.server.desired();

    rig.powerCut();

    assertThat(rig.server.desired()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(rig.server.applied).as("told once, whole").isEqualTo(1);
  }

  @Test
  void oldTunnelStandsWhenThePowerFailsBeforeTheNewOneWasAccepted() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    TunnelOffer update = rig.offerRouter(ALICE, ELSEWHERE, 48);

    rig.powerCut();

    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.server.desired().get(0).outer().remote().getAddress().getHostAddress())
        .isEqualTo(HOME);
    assertThat(refusal(rig.broker.accept(ALICE, update.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(rig.offerRouter(ALICE, ELSEWHERE, 48).router())
        .as("what was offered is still the user's")
        .isEqualTo(update.router());
  }

  @Test
  void offerThatWasInFlightIsTakenBackAndItsAddressReserved() {
    InetAddress address = rig.offerV6V4(ALICE, HOME).client().inner();
    Identity anonymous = Identity.anonymous("x");
    rig.offerUdp(anonymous, ELSEWHERE, 1);

    rig.powerCut();
    assertThat(rig.server.desired()).isEmpty();
    rig.advance(Duration.ofSeconds(91));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.lease(anonymous).state()).isEqualTo(State.QUARANTINED);
    assertThat(rig.offerV6V4(ALICE, HOME).client().inner()).isEqualTo(address);
  }

  @Test
  void userComesBackWhileTheOldOfferStillStandsOnTheDisk() {
    InetAddress address = rig.offerV6V4(ALICE, HOME).client().inner();

    rig.powerCut();

    assertThat(rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME)).client().inner()).isEqualTo(address);
  }

  @Test
  void nothingIsPromisedThatTheDiskHadNotYet() {
    rig.store.hold();
    rig.broker.offer(ALICE, router(TunnelType.V6V4, HOME, 48), tcp(HOME));

    rig.powerCut();

    assertThat(rig.store.load()).isEmpty();
    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
  }

  @Test
  @Promise("P2")
  void offerIsSentWhenTheDiskHasItAndNoSooner() {
    rig.store.hold();
    CompletionStage<TunnelOffer> offer =
        rig.broker.offer(ALICE, router(TunnelType.V6V4, HOME, 48), tcp(HOME));
    assertThat(offer.toCompletableFuture()).isNotDone();

    rig.store.release();

    assertThat(get(offer).client().inner()).isEqualTo(rig.lease(ALICE).clientAddress());
  }

  @Test
  @Promise("P2")
  void acceptIsAnsweredWhenTheDiskHasItAndNoSooner() {
    TunnelOffer offer = rig.offerV6V4(ALICE, HOME);
    rig.store.hold();
    CompletionStage<Void> accepted = rig.broker.accept(ALICE, offer.id());
    assertThat(accepted.toCompletableFuture()).isNotDone();
    assertThat(rig.server.desired()).as("what a power cut would take back").isEmpty();

    rig.store.release();

    get(accepted);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void movedMappingIsOnTheDiskWholeOrNotAtAll() {
    Identity anonymous = Identity.anonymous("x");
    rig.accepted(anonymous, rig.offerUdp(anonymous, HOME, 1));
    TunnelOffer bobs = rig.offerUdp(BOB, HOME, 1);
    rig.store.hold();
    rig.broker.accept(BOB, bobs.id());

    rig.powerCut();

    assertThat(rig.lease(anonymous).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.lease(BOB).state()).isEqualTo(State.OFFERED);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void timeThatPassedWhileItWasOffCounts() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.clock.advance(Duration.ofDays(2));

    rig.powerCut();
    rig.advance(Duration.ofMinutes(10).minusSeconds(1));
    assertThat(rig.server.desired()).as("its client may come back").hasSize(1);
    rig.advance(Duration.ofSeconds(5));

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  /** It must know where packets end before the first tunnel brings any. */
  @Test
  void tunnelServerIsToldAllPoolsBeforeTheFirstTunnel() {
    Rig all =
        new Rig(
            Configs.withPools("ipv4Pool", "10.64.0.0/16", "anonymousIpv4Pool", "10.65.0.0/16"),
            Configs.pool("business", "prefix", "2001:db8:9000::/36"));
    Set<IpPrefix> pools =
        Set.of(
            IpPrefix.parse("2001:db8:0:1::/64"),
            IpPrefix.parse("2001:db8:0:2::/64"),
            IpPrefix.parse("2001:db8:8000::/40"),
            IpPrefix.parse("2001:db8:9000::/36"),
            IpPrefix.parse("10.64.0.0/16"),
            IpPrefix.parse("10.65.0.0/16"));
    assertThat(all.server.pools).contains(pools);

    all.accepted(ALICE, all.offerV6V4(ALICE, HOME));
    all.powerCut();

    assertThat(all.server.pools).contains(pools);
    assertThat(all.server.served).isZero();
    assertThat(all.server.desired()).hasSize(1);
  }

  @Test
  @Promise("P7")
  void tunnelsStayWhenTheBrokerGoes() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));

    rig.broker.close();

    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void makesPrivatePoolsUpOnceAndKeepsThem() {
    Rig fresh = new Rig(Configs.of());
    TunnelOffer offer = fresh.accepted(ALICE, fresh.offerRouter(ALICE, HOME, 64));
    List<IpPrefix> pools = fresh.broker.pools().stream().map(pool -> pool.pool()).toList();

    fresh.powerCut();

    assertThat(fresh.broker.pools().stream().map(pool -> pool.pool())).isEqualTo(pools);
    assertThat(IpPrefix.parse("fd00::/8").contains(offer.client().inner())).isTrue();
    assertThat(pools.get(0).contains(offer.client().inner())).isTrue();
    assertThat(pools.get(2).contains(offer.router().orElseThrow().prefix())).isTrue();
    assertThat(
            refusal(
                fresh.broker.offer(BOB, router(TunnelType.V6V4, ELSEWHERE, 48), tcp(ELSEWHERE))))
        .isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
  }

  @Test
  void renumbersUsersWhenTheOperatorChangesThePools() {
    Rig fresh = new Rig(Configs.of());
    fresh.accepted(ALICE, fresh.offerRouter(ALICE, HOME, 64));
    InetAddress old = fresh.lease(ALICE).clientAddress();

    fresh.restart(Configs.withPools());
    assertThat(fresh.server.desired()).as("until its user asks again").hasSize(1);
    TunnelOffer offer = fresh.offerRouter(ALICE, HOME, 48);
    assertThat(fresh.lease(ALICE).clientAddress()).isEqualTo(old);
    fresh.accepted(ALICE, offer);

    assertThat(IpPrefix.parse("2001:db8:0:1::/64").contains(fresh.lease(ALICE).clientAddress()))
        .isTrue();
    assertThat(fresh.lease(ALICE).prefix()).isEqualTo(offer.router().map(r -> r.prefix()));
  }

  @Test
  void refusesToStartOnStoreThatContradictsItself() {
    Lease one = SampleLeases.active(1);
    Lease inside = withPrefix(SampleLeases.active(2), IpPrefix.parse("2001:db8:1:1:8000::/65"));
    get(rig.store.commit(List.of(new LeaseChange.Put(one), new LeaseChange.Put(inside))));

    assertThatThrownBy(rig::powerCut)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lease-1 of user-1")
        .hasMessageContaining("lease-2 of user-2")
        .hasMessageContaining("same prefix");
  }

  @Test
  void refusesToStartOnStoreThatCannotBeRead() {
    rig.store.fail("disk on fire");
    ManualExecutor executor = new ManualExecutor(rig.clock);

    rig.executor = executor;
    assertThatThrownBy(() -> rig.start(rig.config)).isInstanceOf(LeaseStoreException.class);
    assertThat(executor.isShutdown()).isTrue();
  }

  @Test
  void runsOnThreadOfItsOwn() throws Exception {
    Broker broker = new Broker(rig.config, rig.store, rig.server, List.of());

    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    assertThat(threads).anyMatch(t -> t.getName().equals("culvert-broker") && t.isDaemon());
    broker.close();
    for (Thread thread : threads) {
      if (thread.getName().equals("culvert-broker")) {
        thread.join();
      }
    }
  }

  private static Lease withPrefix(Lease lease, IpPrefix prefix) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        Optional.of(prefix),
        lease.keepAlive(),
        lease.created(),
        lease.expires(),
        lease.revision());
  }
}
