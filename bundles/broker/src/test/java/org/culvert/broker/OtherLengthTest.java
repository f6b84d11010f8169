package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import org.culvert.api.broker.Identity;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

/** Users who ask for another prefix length than they have, or than there is. */
class OtherLengthTest {
  private final Rig rig = new Rig();

  @Test
  void theUserMovesAndTheOldPrefixRests() {
    IpPrefix old = accepted(rig, ALICE, HOME, 64);

    IpPrefix now = accepted(rig, ALICE, HOME, 60);

    assertThat(now.length()).isEqualTo(60);
    assertThat(rig.lease(ALICE).prefix()).contains(now);
    assertThat(now.overlaps(old)).isFalse();
    assertThat(accepted(rig, BOB, ELSEWHERE, 64)).isNotEqualTo(old);
  }

  @Test
  void nobodyHoldsMoreThanTwo() {
    accepted(rig, ALICE, HOME, 64);
    accepted(rig, ALICE, HOME, 60);
    rig.advance(Duration.ofMinutes(3));

    TspException refusal = refused(rig, ALICE, 56);

    assertThat(refusal.code()).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(refusal.advice())
        .contains("ask again in 7 minutes, when your earlier /64 has rested, or now for a /60");
    assertThat(rig.lease(ALICE).prefix().orElseThrow().length()).isEqualTo(60);
    assertThat(prefixesOut(rig)).isEqualTo(2);
    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @Test
  void nobodyHoldsMoreThanTwoOverARestart() {
    accepted(rig, ALICE, HOME, 64);
    accepted(rig, ALICE, HOME, 60);

    rig.powerCut();

    assertThat(refused(rig, ALICE, 56).code()).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(accepted(rig, ALICE, HOME, 60).length()).isEqualTo(60);
  }

  @Test
  void othersAreNotHinderedByWhatOneLeft() {
    accepted(rig, ALICE, HOME, 64);
    accepted(rig, ALICE, HOME, 60);
    accepted(rig, BOB, ELSEWHERE, 64);

    assertThat(accepted(rig, BOB, ELSEWHERE, 56).length()).isEqualTo(56);
  }

  @Test
  void theNextOneIsHadWhenTheEarlierHasRested() {
    accepted(rig, ALICE, HOME, 64);
    accepted(rig, ALICE, HOME, 60);

    rig.advance(Duration.ofMinutes(10).plusSeconds(1));

    assertThat(accepted(rig, ALICE, HOME, 56).length()).isEqualTo(56);
    assertThat(prefixesOut(rig)).isEqualTo(2);
  }

  @Test
  void whoseTunnelHasEndedMovesToo() {
    accepted(rig, ALICE, HOME, 64);
    for (int i = 0; i < 2; i++) {
      get(rig.broker.delete(rig.lease(ALICE).id()));
    }

    assertThat(accepted(rig, ALICE, HOME, 60).length()).isEqualTo(60);
  }

  @Test
  void whereThePolicyKeepsTheUserIsToldWhatToAskFor() {
    Rig keeping = new Rig("onRerequest", "keep");
    accepted(keeping, ALICE, HOME, 64);

    TspException refusal = refused(keeping, ALICE, 60);

    assertThat(refusal.code()).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(refusal.advice()).contains("you have a /64, ask for that");
  }

  @Test
  void refusesAWordForThePolicyThatNobodyKnows() {
    assertThatThrownBy(() -> new Rig("onRerequest", "never"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("onRerequest", "keep, grow or renumber");
  }

  @Test
  void theMadeUpPoolServesWhatItSays() {
    Rig fresh = new Rig(Configs.of());

    TspException refusal = refused(fresh, ALICE, 48);

    assertThat(refusal.code()).isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
    assertThat(refusal.advice()).contains("ask for /56 to /64");
    for (int user = 0; user < 128; user++) {
      assertThat(accepted(fresh, Identity.of("user" + user), "203.0.113." + user, 56)).isNotNull();
    }
  }

  @Test
  void aSmallPoolPromisesNothingLargerThanItself() {
    Rig small =
        new Rig("delegationPools", new String[] {"2001:db8:8000::/60"}, "defaultPrefixLength", 48);

    assertThat(refused(small, ALICE, 56).advice()).contains("ask for /60 to /64");
    assertThat(accepted(small, ALICE, HOME, 60)).hasToString("2001:db8:8000::/60");
  }

  @Test
  void refusesAPoolOfWhichNothingCanBeHandedOut() {
    assertThatThrownBy(
            () ->
                new Rig(
                    "delegationPools", new String[] {"2001:db8:8000::/60"}, "maxPrefixLength", 56))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("delegationPools", "maxPrefixLength = 64");
  }

  private static long prefixesOut(Rig rig) {
    return rig.store.leases().stream().filter(lease -> lease.prefix().isPresent()).count();
  }

  private static IpPrefix accepted(Rig rig, Identity who, String address, int length) {
    return rig.accepted(who, rig.offerRouter(who, address, length)).router().orElseThrow().prefix();
  }

  private static TspException refused(Rig rig, Identity who, int length) {
    Throwable failure =
        catchThrowable(
            () ->
                rig.broker
                    .offer(who, router(TunnelType.V6V4, HOME, length), tcp(HOME))
                    .toCompletableFuture()
                    .join());
    assertThat(failure).hasCauseInstanceOf(TspException.class);
    return (TspException) failure.getCause();
  }
}
