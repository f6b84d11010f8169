package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.junit.jupiter.api.Test;

/** A store that refuses all for a while: tunnels stand, and what should have ended ends then. */
class RefusingStoreTest {
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final String FULL = "the disk is full; make room";

  private final Rig rig = new Rig();

  private void aliceFallsSilent() {
    rig.advance(Duration.ofSeconds(120));
    for (int i = 0; i < 3; i++) {
      rig.server.fallSilent(rig.lease(ALICE).id());
      rig.advance(Duration.ofSeconds(10));
    }
  }

  private List<String> verified() {
    return get(rig.broker.verify());
  }

  @Test
  void silentTunnelStandsUntilItsEndCanBeStored() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.store.fail(FULL);
    aliceFallsSilent();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.server.desired()).as("the tunnel stands").hasSize(1);

    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
    assertThat(verified()).isEmpty();
  }

  @Test
  void silentTunnelThatWasThereBeforeTheBrokerStartedEndsToo() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.powerCut();
    rig.store.fail(FULL);
    aliceFallsSilent();
    assertThat(rig.server.desired()).hasSize(1);

    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(verified()).isEmpty();
  }

  @Test
  void tunnelThatIsHeardBeforeTheStoreWorksGoesOn() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.store.fail(FULL);
    aliceFallsSilent();
    rig.server.silence = Optional.of(Duration.ofSeconds(3));

    rig.store.heal();
    rig.advance(Duration.ofMinutes(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void doesNotTakeTunnelsDownAgainAndAgainMeanwhile() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.store.fail(FULL);
    aliceFallsSilent();
    int applied = rig.server.applied;

    aliceFallsSilent();
    rig.advance(Duration.ofHours(30));

    assertThat(rig.server.applied).isEqualTo(applied);
  }

  @Test
  void tunnelWhoseTimeIsOverStandsUntilThatCanBeStored() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.store.fail(FULL);
    rig.advance(Duration.ofMinutes(1445));
    assertThat(rig.server.desired()).hasSize(1);

    rig.store.heal();
    rig.advance(Duration.ofMinutes(1));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void whatTheOperatorDeletedEndsWhenTheStoreWorks() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.store.fail(FULL);
    String id = rig.lease(ALICE).id();
    assertThat(refusal(rig.broker.delete(id))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(refusal(rig.broker.delete(id))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(rig.server.desired()).hasSize(1);

    rig.server.silence = Optional.of(Duration.ofSeconds(1));
    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).state()).as("ended, and once only").isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void reservationThatTheOperatorDeletedIsGivenUpWhenTheStoreWorks() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    get(rig.broker.delete(ALICE, tcp(HOME)));
    rig.store.fail(FULL);
    assertThat(refusal(rig.broker.delete(rig.lease(ALICE).id())))
        .isEqualTo(StatusCode.SERVER_ERROR);

    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.QUARANTINED);
  }

  @Test
  void whatItsUserDeletedEndsWhenTheStoreWorks() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.store.fail(FULL);
    assertThat(refusal(rig.broker.delete(ALICE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(rig.server.desired()).hasSize(1);

    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void whoIsAcceptedAgainFirstIsNotDeleted() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.store.fail(FULL);
    assertThat(refusal(rig.broker.delete(rig.lease(ALICE).id())))
        .isEqualTo(StatusCode.SERVER_ERROR);
    rig.store.heal();

    rig.accepted(ALICE, rig.offerV6V4(ALICE, ELSEWHERE));
    rig.advance(Duration.ofMinutes(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void newPrefixOfAnOfferThatWasTakenBackIsGivenBackWhenTheStoreWorks() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    TunnelOffer offer = rig.offerRouter(ALICE, ELSEWHERE, 48);
    rig.store.fail(FULL);
    assertThat(refusal(rig.broker.reject(ALICE, offer.id()))).isEqualTo(StatusCode.SERVER_ERROR);

    rig.store.heal();
    rig.advance(SOON);

    assertThat(rig.lease(ALICE).prefix()).isEmpty();
    assertThat(verified()).isEmpty();
  }

  @Test
  void tunnelIsProlongedSoonAfterTheStoreWorks() {
    Rig prolonging = new Rig("anonymous", false);
    prolonging.accepted(ALICE, prolonging.offerUdp(ALICE, HOME, 1));
    prolonging.server.silence = Optional.of(Duration.ofSeconds(1));
    var end = prolonging.lease(ALICE).expires();
    prolonging.advance(Duration.ofMinutes(1434));
    prolonging.store.fail(FULL);
    prolonging.advance(Duration.ofSeconds(90));

    prolonging.store.heal();
    prolonging.advance(Duration.ofSeconds(31));

    assertThat(prolonging.lease(ALICE).expires()).as("before its end").isAfter(end);
  }

  @Test
  void verificationSaysWhatWaitsAndWhatHappensNext() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(BOB, rig.offerUdp(BOB, ELSEWHERE, 1));
    rig.store.hinder(FULL);
    aliceFallsSilent();

    String id = rig.lease(ALICE).id().substring(0, 8);
    assertThat(verified())
        .containsExactlyInAnyOrder(
            "lease "
                + id
                + " of alice: client fell silent; the lease store cannot take this now: the tunnel"
                + " stands until it can, and then it is done",
            "lease store: "
                + FULL
                + "; tunnels stand meanwhile, and what should end is ended when it works again");
  }

  @Test
  void clientIsToldThatTheBrokerCannotStoreAndWhoAsksAgain() {
    rig.store.fail(FULL);

    assertThat(
            rig.askUdp(ALICE, HOME, 1)
                .handle((offer, failure) -> Ledger.asTsp(failure))
                .toCompletableFuture())
        .isCompletedWithValueMatching(
            refusal ->
                refusal.code() == StatusCode.SERVER_ERROR
                    && refusal
                        .advice()
                        .equals(
                            Optional.of(
                                "the broker cannot store leases at present; clients ask again by"
                                    + " themselves")));
  }
}
