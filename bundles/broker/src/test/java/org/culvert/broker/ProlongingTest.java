package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.tunnel.TunnelParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that know nothing of lifetimes and never ask again. */
class ProlongingTest {
  private static final Identity ANONYMOUS = Identity.anonymous("1");
  private static final Optional<Duration> HEARD = Optional.of(Duration.ofSeconds(1));

  @Test
  void anAnonymousTunnelOutOfWhichPacketsComeGoesOnWithItsAddress() {
    Rig rig = new Rig();
    TunnelOffer offer = rig.accepted(ANONYMOUS, rig.offerUdp(ANONYMOUS, HOME, 1));
    rig.server.silence = HEARD;
    List<TunnelParameters> standing = rig.server.desired();

    for (int minutes = 0; minutes < 120; minutes++) {
      rig.advance(Duration.ofMinutes(1));
      assertThat(rig.lease(ANONYMOUS).state()).isEqualTo(State.ACTIVE);
    }

    assertThat(rig.lease(ANONYMOUS).clientAddress()).isEqualTo(offer.client().inner());
    assertThat(rig.server.desired()).isEqualTo(standing);
    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @Test
  void aTunnelWithoutKeepalivesGoesOnWhilePacketsCome() {
    Rig rig = new Rig("lifetime", 1, "prolong", "true");
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    assertThat(rig.lease(ALICE).keepAlive()).isEmpty();

    rig.server.silence = Optional.of(Duration.ofSeconds(905));
    rig.advance(Duration.ofMinutes(30));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);

    rig.server.silence = Optional.of(Duration.ofSeconds(906));
    rig.advance(Duration.ofMinutes(2));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void aTunnelOutOfWhichNothingEverCameEndsInItsTime() {
    Rig rig = new Rig("lifetime", 1);
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));

    rig.advance(Duration.ofSeconds(61));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void whereTheOperatorSaysSoTheLifetimeEndsItWhateverFlows() {
    Rig rig = new Rig("prolong", "false");
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;

    rig.advance(Duration.ofMinutes(1440).plusSeconds(1));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void aLifetimeThatIsSetEndsATunnelWhateverFlows() {
    Rig rig = new Rig("lifetime", 60, "anonymousLifetime", 5);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(ANONYMOUS, rig.offerUdp(ANONYMOUS, HOME, 2));
    rig.server.silence = HEARD;

    rig.advance(Duration.ofMinutes(5).plusSeconds(1));
    assertThat(rig.lease(ANONYMOUS).state()).isEqualTo(State.QUARANTINED);
    rig.advance(Duration.ofMinutes(54));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(reason(rig))
        .isEqualTo(
            "its time ran out after 60 minutes, whatever flows:"
                + " lifetime in etc/org.culvert.broker.cfg");
    rig.advance(Duration.ofMinutes(1));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(reason(rig)).as("of what rests").isEqualTo("its time ran out");
  }

  @Test
  void whoAsksAgainInTimeHasAllOfALifetimeThatIsSet() {
    Rig rig = new Rig("lifetime", 60);
    rig.server.silence = HEARD;

    for (int i = 0; i < 10; i++) {
      rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
      rig.advance(Duration.ofMinutes(59));
      assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    }
  }

  @Test
  void aLifetimeThatAnAccountIsGrantedEndsItsTunnelAndNoOther() {
    Rig rig = new Rig("prolong", "true").accounts(granting(ALICE, Duration.ofMinutes(30)));
    TunnelOffer offer = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 2));
    rig.server.silence = HEARD;
    assertThat(offer.lifetime()).contains(Duration.ofMinutes(30));
    assertThat(reason(rig))
        .isEqualTo(
            "its time ran out after 30 minutes, whatever flows: the lifetime of its account");

    rig.advance(Duration.ofMinutes(30).plusSeconds(1));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    rig.advance(Duration.ofDays(3));
    assertThat(rig.lease(BOB).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void aGrantHoldsOverARestartAndAnotherFromTheNextAcceptOn() {
    Rig rig = new Rig().accounts(granting(ALICE, Duration.ofMinutes(30)));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));

    rig.accounts = List.of();
    rig.powerCut();
    rig.server.silence = HEARD;
    rig.advance(Duration.ofMinutes(31));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);

    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofDays(3));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void theOperatorsDeleteEndsItWhateverFlows() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;

    get(rig.broker.delete(rig.lease(ALICE).id()));
    rig.advance(Duration.ofDays(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void theLeaseIsWrittenOnceForEachLifetime() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    long before = rig.lease(ALICE).revision();

    rig.advance(Duration.ofHours(23));
    assertThat(rig.lease(ALICE).revision()).isEqualTo(before);
    rig.advance(Duration.ofDays(3));

    assertThat(rig.lease(ALICE).revision()).isEqualTo(before + 3);
  }

  @Test
  void theNewEndIsOnTheDiskBeforeTheOldOneCounts() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    rig.advance(Duration.ofHours(24).minusMinutes(5).plusSeconds(1));

    rig.powerCut();
    rig.clock.advance(Duration.ofSeconds(110));
    rig.advance(Duration.ofMinutes(10));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void theEndIsLookedForAgainAfterARestart() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.powerCut();
    rig.server.silence = HEARD;

    rig.advance(Duration.ofDays(4));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void whoIsHeardOnlyAtTheVeryEndGoesOn() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.advance(Duration.ofHours(24).minusSeconds(10));
    Lease before = rig.lease(ALICE);

    rig.server.silence = HEARD;
    rig.advance(Duration.ofSeconds(20));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.lease(ALICE).expires()).isAfter(before.expires().plus(Duration.ofHours(23)));
  }

  @ParameterizedTest
  @ValueSource(longs = {3, -3})
  void goesOnWhateverTheClockDoes(long days) {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;

    rig.advance(Duration.ofHours(20));
    rig.clock.jump(Duration.ofDays(days));
    rig.advance(Duration.ofHours(30));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void aStoreThatFailsForAWhileEndsNothing() {
    Rig rig = new Rig("lifetime", 10, "prolong", "true");
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    rig.store.fail("disk full");
    rig.advance(Duration.ofMinutes(11));

    rig.store.heal();
    rig.advance(Duration.ofMinutes(1));

    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.lease(ALICE).expires()).isAfter(rig.clock.instant());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTunnelWhoseAccountIsDisabledOrGoneEndsInItsTime(boolean removed) {
    Map<String, Account> known = new HashMap<>(Map.of("alice", account(true)));
    Rig rig = new Rig().accounts(user -> Optional.ofNullable(known.get(user)));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    rig.advance(Duration.ofDays(2));
    Instant end = rig.lease(ALICE).expires();
    if (removed) {
      known.remove("alice");
    } else {
      known.put("alice", account(false));
    }

    rig.advance(Duration.between(rig.clock.instant(), end).minusSeconds(1));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void anAccountThatIsEnabledAgainInTimeKeepsItsTunnel() {
    Map<String, Account> known = new HashMap<>(Map.of("alice", account(false)));
    Rig rig = new Rig().accounts(user -> Optional.ofNullable(known.get(user)));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    rig.advance(Duration.ofHours(24).minusMinutes(1));

    known.put("alice", account(true));
    rig.advance(Duration.ofDays(1));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void accountsThatCannotBeLookedUpEndNothingAndAreAskedAgain() {
    Map<String, Account> known = new HashMap<>(Map.of("alice", account(true)));
    AtomicBoolean away = new AtomicBoolean();
    Rig rig =
        new Rig()
            .accounts(
                user -> {
                  if (away.get()) {
                    throw new IllegalStateException("down");
                  }
                  return Optional.ofNullable(known.get(user));
                });
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    away.set(true);
    rig.advance(Duration.ofDays(2));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);

    known.clear();
    away.set(false);
    rig.advance(Duration.ofMinutes(11));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void noStoreAtAllEndsNothing() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.server.silence = HEARD;
    rig.accounts();

    rig.advance(Duration.ofDays(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  /** What the log says when the time of alice's lease is over. */
  private static String reason(Rig rig) {
    return Times.from(rig.config).ranOut(rig.lease(ALICE));
  }

  private static CredentialStore granting(Identity user, Duration lifetime) {
    Account account = account(true, new Grant(Set.of(), Optional.of(lifetime)));
    return asked -> Optional.of(asked.equals(user.user()) ? account : account(true));
  }

  private static Account account(boolean enabled) {
    return account(enabled, Grant.NONE);
  }

  private static Account account(boolean enabled, Grant grant) {
    return new Account("alice", enabled, null, null, List.of(), AccountPolicy.ANY, grant);
  }
}
