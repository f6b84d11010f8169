package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alice has a v6v4 tunnel without keepalives, and Bob comes from the same IPv4 address. */
class SilentHolderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(905);

  private final Rig rig = new Rig();
  private Lease alices;

  @BeforeEach
  void aliceHasATunnel() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    alices = rig.lease(ALICE);
  }

  @Test
  void whoIsHeardKeepsTheAddress() {
    rig.advance(Duration.ofHours(2));
    rig.server.silence = Optional.of(PATIENCE);

    assertThat(refusal(asks(BOB))).isEqualTo(StatusCode.ADDRESS_IN_USE);
    assertThat(rig.lease(ALICE)).isEqualTo(alices);
  }

  @Test
  void theOtherIsToldWhenItIsFree() {
    Throwable failure = catchThrowable(() -> asks(BOB).toCompletableFuture().join());

    assertThat(((TspException) failure.getCause()).advice())
        .contains("another account has it; it is free 16 minutes after its last packet");
  }

  @Test
  void whoIsSilentGivesItUpToTheNextAccountAndKeepsWhatIsReserved() {
    rig.advance(PATIENCE);
    assertThat(refusal(asks(BOB))).isEqualTo(StatusCode.ADDRESS_IN_USE);
    rig.advance(Duration.ofSeconds(1));

    TunnelOffer offer = get(asks(BOB));
    assertThat(rig.lease(ALICE)).as("until it is accepted").isEqualTo(alices);
    rig.accepted(BOB, offer);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.accepted(ALICE, rig.offerV6V4(ALICE, ELSEWHERE)).client().inner())
        .isEqualTo(alices.clientAddress());
    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @Test
  void whoIsHeardBeforeTheOtherAcceptsKeepsIt() {
    rig.advance(PATIENCE.plusSeconds(1));
    TunnelOffer offer = get(asks(BOB));

    rig.server.silence = Optional.of(Duration.ZERO);

    assertThat(refusal(rig.broker.accept(BOB, offer.id()))).isEqualTo(StatusCode.ADDRESS_IN_USE);
    assertThat(rig.lease(ALICE)).isEqualTo(alices);
  }

  @Test
  void anonymousUsersDoNotGetIt() {
    rig.advance(PATIENCE.plusSeconds(1));

    assertThat(refusal(asks(Identity.anonymous("x")))).isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void afterARestartTheTimeCountsFromThere() {
    rig.advance(PATIENCE.plusSeconds(1));
    rig.powerCut();
    rig.advance(PATIENCE);
    assertThat(refusal(asks(BOB))).isEqualTo(StatusCode.ADDRESS_IN_USE);

    rig.advance(Duration.ofSeconds(2));

    rig.accepted(BOB, get(asks(BOB)));
  }

  private CompletionStage<TunnelOffer> asks(Identity who) {
    return rig.broker.offer(who, request(TunnelType.V6V4, HOME), tcp(HOME));
  }
}
