package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.tcp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class LeaseLifeTest {
  private final Rig rig = new Rig();

  @Test
  @Demands({"R-2-14", "R-4.1-1", "R-4.1-3", "R-4.3-6", "R-4.4.3-7", "D-4.1-1", "D-4.1-3"})
  void bringsAcceptedTunnelUp() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    TunnelParameters tunnel = rig.server.desired().get(0);
    assertThat(tunnel.side()).isEqualTo(TunnelParameters.Side.SERVER);
    assertThat(tunnel.id()).isEqualTo(rig.lease(ALICE).id());
    assertThat(tunnel.localAddress()).isEqualTo(offer.server().inner());
    assertThat(tunnel.remoteAddress()).isEqualTo(offer.client().inner());
    assertThat(tunnel.remotePrefixes())
        .containsExactly(
            IpPrefix.host(offer.client().inner()), offer.router().orElseThrow().prefix());
    assertThat(tunnel.mtu()).isEqualTo(1280);
  }

  @Test
  void answersAcceptWhenTheTunnelStandsNotBefore() {
    TunnelOffer offer = rig.offerV6V4(ALICE, HOME);
    rig.server.slow = true;

    CompletionStage<Void> accepted = rig.broker.accept(ALICE, offer.id());
    assertThat(accepted.toCompletableFuture()).isNotDone();
    rig.server.finish();

    get(accepted);
  }

  @Test
  void tellsTheTunnelServerOnceAboutAllThatWaited() {
    TunnelOffer alice = rig.offerV6V4(ALICE, HOME);
    List<TunnelOffer> others =
        List.of(rig.offerUdp(BOB, HOME, 1), rig.offerUdp(Identity.of("carol"), HOME, 2));
    rig.server.slow = true;
    rig.broker.accept(ALICE, alice.id());
    int before = rig.server.applied;

    rig.broker.accept(BOB, others.get(0).id());
    rig.broker.accept(Identity.of("carol"), others.get(1).id());
    rig.server.finish();

    assertThat(rig.server.applied - before).isEqualTo(1);
    assertThat(rig.server.desired()).hasSize(3);
  }

  @Test
  @Demands("D-B-307")
  void endsTunnelThatCannotBeSetUp() {
    TunnelOffer offer = rig.offerV6V4(ALICE, HOME);
    rig.server.failure = Optional.of("no such device");

    assertThat(refusal(rig.broker.accept(ALICE, offer.id())))
        .isEqualTo(StatusCode.ENDPOINT_CONFIGURATION_ERROR);

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void refusesAcceptOfWhatWasNotOffered() {
    TunnelOffer offer = rig.offerV6V4(ALICE, HOME);

    assertThat(refusal(rig.broker.accept(ALICE, "guess"))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(refusal(rig.broker.accept(BOB, offer.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    rig.accepted(ALICE, offer);
    assertThat(refusal(rig.broker.accept(ALICE, offer.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
  }

  @Test
  void lateAcceptCannotTakeLaterOffer() {
    TunnelOffer old = rig.offerUdp(ALICE, HOME, 1);
    rig.advance(Duration.ofSeconds(91));
    rig.offerUdp(ALICE, ELSEWHERE, 2);

    assertThat(refusal(rig.broker.accept(ALICE, old.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
  }

  @Test
  void takesOfferBackThatNobodyAccepts() {
    InetAddress address = rig.offerRouter(ALICE, HOME, 48).client().inner();
    rig.advance(Duration.ofSeconds(89));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.OFFERED);

    rig.advance(Duration.ofSeconds(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.lease(ALICE).prefix()).isEmpty();
    assertThat(rig.offerRouter(ALICE, HOME, 56).client().inner()).isEqualTo(address);
  }

  @Test
  @Demands("R-4.7.1-7")
  void rejectedOfferLeavesTheEarlierTunnel() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    Lease before = rig.lease(ALICE);
    List<TunnelParameters> standing = rig.server.desired();
    TunnelOffer offer = rig.offerRouter(ALICE, ELSEWHERE, 48);
    assertThat(rig.lease(ALICE).prefix()).as("held on the disk").isPresent();

    get(rig.broker.reject(ALICE, offer.id()));

    assertThat(rig.lease(ALICE).prefix()).isEmpty();
    assertThat(rig.lease(ALICE).outer()).isEqualTo(before.outer());
    assertThat(rig.server.desired()).isEqualTo(standing);
    assertThat(rig.broker.pools().get(2).used()).isZero();
  }

  @Test
  @Demands("R-4.7.1-9")
  @Promise("P3")
  void expiredTunnelStopsAndItsUserKeepsTheAddressForTheReservation() {
    InetAddress address = rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME)).client().inner();

    rig.advance(Duration.ofMinutes(1441));
    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    rig.advance(Duration.ofDays(29));

    assertThat(rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME)).client().inner()).isEqualTo(address);
  }

  @Test
  @Promise("P3")
  void reservationEndsInQuarantineAndThenInOblivion() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    get(rig.broker.delete(ALICE, tcp(HOME)));

    rig.advance(Duration.ofDays(30).plusMinutes(5));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.QUARANTINED);
    rig.advance(Duration.ofMinutes(6));

    assertThat(rig.store.load()).isEmpty();
    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
  }

  @Test
  @Promise("P3")
  void userGetsTheAddressBackEvenInQuarantine() {
    InetAddress address = rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME)).client().inner();
    String id = rig.lease(ALICE).id();
    get(rig.broker.delete(id));
    get(rig.broker.delete(id));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.QUARANTINED);

    assertThat(rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME)).client().inner()).isEqualTo(address);
  }

  @Test
  @Demands({"R-4.7.1-3", "D-4.6.1-4"})
  void deleteEndsTheTunnelAndKeepsTheReservation() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));

    get(rig.broker.delete(ALICE, tcp(HOME)));

    assertThat(rig.server.desired()).isEmpty();
    assertThat(refusal(rig.broker.info(ALICE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(refusal(rig.broker.delete(ALICE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);
    TunnelOffer again = rig.offerRouter(ALICE, ELSEWHERE, 48);
    assertThat(again.client().inner()).isEqualTo(offer.client().inner());
    assertThat(again.router()).isEqualTo(offer.router());
  }

  @Test
  void operatorEndsTunnelAndTheOfferThatWouldBringItBack() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    TunnelOffer update = rig.offerUdp(ALICE, ELSEWHERE, 5);

    assertThat(get(rig.broker.delete(rig.lease(ALICE).id()))).isTrue();
    assertThat(get(rig.broker.delete("nothing"))).isFalse();

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(refusal(rig.broker.accept(ALICE, update.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
  }

  @Test
  void infoTellsTheStandingTunnelWhileAnOfferWaits() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    rig.offerUdp(ALICE, ELSEWHERE, 9);

    TunnelOffer info = get(rig.broker.info(ALICE, tcp(HOME)));

    assertThat(info.type()).isEqualTo(TunnelType.V6V4);
    assertThat(info.client()).isEqualTo(offer.client());
    assertThat(info.router()).isEqualTo(offer.router());
  }

  @Test
  @Threat("T14")
  void stopsSendingBeforeItGivesAnythingUp() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.server.slow = true;

    CompletionStage<Void> deleted = rig.broker.delete(ALICE, tcp(HOME));

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.server.finish();
    get(deleted);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void showsLeasesTunnelsAndPools() {
    rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    rig.offerUdp(BOB, ELSEWHERE, 1);

    assertThat(rig.broker.tunnels()).hasSize(2);
    assertThat(rig.broker.tunnels().stream().filter(t -> t.status().isPresent())).hasSize(1);
    assertThat(rig.broker.pools())
        .extracting(pool -> pool.purpose() + " " + pool.used())
        .containsExactly("endpoint 2", "anonymous 0", "prefix 1");
  }
}
