package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.testkit.time.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The machine's clock jumps, while the broker runs and while it is off. Alice has a tunnel for a
 * day, Bob's address is reserved for 30 days.
 */
class ClockJumpTest {
  private static final Duration MOMENT = Duration.ofSeconds(5);
  private static final Duration DAY = Duration.ofDays(1);

  private final Rig rig = new Rig();
  private final InetAddress bobs;

  ClockJumpTest() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    bobs = rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE)).client().inner();
    get(rig.broker.delete(BOB, Rig.tcp(ELSEWHERE)));
    rig.advance(Duration.ofHours(1));
  }

  static Stream<Duration> jumps() {
    return Stream.of(
        Duration.ofMinutes(10),
        Duration.ofHours(25),
        Duration.ofDays(31),
        Duration.ofDays(20_000),
        Duration.ofHours(-1),
        Duration.ofHours(-25),
        Duration.between(ManualClock.START, Instant.EPOCH));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void nothingEndsEarlyOrLateWhenTheClockJumpsWhileItRuns(Duration jump) {
    rig.clock.jump(jump);
    rig.advance(MOMENT);

    stands(Duration.ofHours(23));
    runsOutIn(Duration.ofHours(23));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void datesInTheStoreAreRightForTheNextStart(Duration jump) {
    rig.clock.jump(jump);
    rig.advance(MOMENT);

    rig.powerCut();
    rig.advance(MOMENT);

    stands(Duration.ofHours(23));
    runsOutIn(Duration.ofHours(23));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void clockThatIsWrongAtStartAndThenSetRightCostsNothing(Duration jump) {
    rig.clock.jump(jump);
    rig.powerCut();
    rig.advance(Duration.ofMinutes(5));
    stands(Duration.ofHours(23).minusMinutes(5));

    rig.clock.jump(jump.negated());
    rig.advance(Duration.ofMinutes(10));

    stands(Duration.ofHours(23).minusMinutes(15));
    runsOutIn(Duration.ofHours(23).minusMinutes(15));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void clockThatStaysWrongAfterStartCostsNothingOfWhoIsThere(Duration jump) {
    rig.clock.jump(jump);
    rig.powerCut();
    rig.server.silence = Optional.of(Duration.ofSeconds(20));
    rig.advance(Duration.ofMinutes(11));
    stands(Duration.ofHours(23).minusMinutes(11));

    rig.clock.jump(jump.negated());
    rig.advance(MOMENT);

    stands(Duration.ofHours(23).minusMinutes(11));
  }

  @Test
  void clockThatWasWrongWhenLeasesWereMadeIsFollowedWhenItIsRight() {
    Rig fresh = new Rig();
    Duration to1970 = Duration.between(ManualClock.START, Instant.EPOCH);
    fresh.clock.jump(to1970);
    fresh.restart(fresh.config);
    fresh.advance(Duration.ofMinutes(11));
    fresh.accepted(ALICE, fresh.offerUdp(ALICE, HOME, 1));
    assertThat(fresh.lease(ALICE).created()).isBefore(Instant.EPOCH.plus(DAY));

    fresh.clock.jump(to1970.negated());
    fresh.advance(MOMENT);

    assertThat(fresh.lease(ALICE).created())
        .isCloseTo(fresh.clock.instant(), within(6, ChronoUnit.SECONDS));
    assertThat(fresh.lease(ALICE).expires())
        .isCloseTo(fresh.clock.instant().plus(DAY), within(6, ChronoUnit.SECONDS));
  }

  @Test
  void timeThatItWasOffUsesUpNoReservation() {
    rig.clock.advance(Duration.ofDays(400));
    rig.powerCut();
    rig.advance(Duration.ofMinutes(11));

    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.lease(ALICE).state()).as("its client did not come").isEqualTo(State.EXPIRED);
    assertThat(rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE)).client().inner()).isEqualTo(bobs);
  }

  @Test
  void whoComesBackAfterALongTimeOffHasAWholeLifetime() {
    rig.clock.advance(Duration.ofDays(3));
    rig.powerCut();
    rig.advance(Duration.ofMinutes(5));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 2));
    rig.advance(Duration.ofMinutes(6));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(left(rig.lease(ALICE))).isCloseTo(DAY.minusMinutes(6), MOMENT);
  }

  @Test
  void powerCutsDuringTheTrialChangeNothing() {
    rig.clock.jump(Duration.ofDays(31));
    rig.powerCut();
    for (int i = 0; i < 4; i++) {
      rig.advance(Duration.ofMinutes(8));
      rig.powerCut();
    }
    rig.clock.jump(Duration.ofDays(-31));
    rig.advance(Duration.ofMinutes(11));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void offerCanBeAcceptedAsLongAsWasSaid(Duration jump) {
    TunnelOffer offer = rig.offerV6V4(BOB, ELSEWHERE);
    rig.advance(Duration.ofSeconds(40));
    rig.clock.jump(jump);
    rig.advance(Duration.ofSeconds(40));
    rig.accepted(BOB, offer);

    TunnelOffer late = rig.offerV6V4(BOB, HOME);
    rig.advance(Duration.ofSeconds(40));
    rig.clock.jump(jump);
    rig.advance(Duration.ofSeconds(60));
    assertThat(Rig.refusal(rig.broker.accept(BOB, late.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void silentTunnelIsEndedInTime(Duration jump) {
    Rig patient = new Rig("missedKeepAlives", 10);
    patient.accepted(ALICE, patient.offerUdp(ALICE, HOME, 1));
    patient.advance(Duration.ofSeconds(105));
    patient.server.fallSilent(patient.lease(ALICE).id());
    patient.clock.jump(jump);

    patient.advance(Duration.ofSeconds(255 - 105 - 2));
    assertThat(patient.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    patient.advance(Duration.ofSeconds(5));

    assertThat(patient.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void followsTheClockWhenTheDiskWorksAgain(Duration jump) {
    rig.store.fail("disk full");
    rig.clock.jump(jump);
    rig.advance(Duration.ofMinutes(5));
    assertThat(rig.server.desired()).hasSize(1);

    rig.store.heal();
    rig.advance(Duration.ofMinutes(1));

    stands(Duration.ofHours(23).minusMinutes(6));
    assertThat(get(rig.broker.verify())).isEmpty();
  }

  @Test
  void tunnelThatCannotBeMadeIsEndedThoughTheClockJumps() {
    rig.server.slow = true;
    TunnelOffer offer = rig.offerV6V4(BOB, ELSEWHERE);
    CompletionStage<Void> accepted = rig.broker.accept(BOB, offer.id());
    rig.clock.jump(DAY);
    rig.advance(MOMENT);

    rig.server.failure = Optional.of("no device");
    rig.server.slow = false;
    rig.server.finish();
    rig.advance(MOMENT);

    assertThat(Rig.refusal(accepted)).isEqualTo(StatusCode.ENDPOINT_CONFIGURATION_ERROR);
    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void operatorSeesWhatIsLeftByTheClockThatHeHas() {
    rig.clock.jump(Duration.ofDays(31));
    rig.powerCut();
    rig.advance(MOMENT);

    assertThat(rig.broker.tunnels())
        .filteredOn(tunnel -> tunnel.lease().owner().equals("alice"))
        .allSatisfy(
            tunnel ->
                assertThat(left(tunnel.lease()))
                    .isCloseTo(Duration.ofHours(23), MOMENT.multipliedBy(8)));
  }

  @Test
  void storeWithoutADateIsReadByTheMachinesClock() {
    rig.store.note("clock", "yesterday");
    rig.powerCut();
    rig.advance(MOMENT);

    stands(Duration.ofHours(23));
  }

  /** Alice's tunnel stands, with so much left of it, and Bob's address is reserved. */
  private void stands(Duration left) {
    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
    Lease shown =
        rig.broker.tunnels().stream()
            .map(tunnel -> tunnel.lease())
            .filter(lease -> lease.owner().equals("alice"))
            .findFirst()
            .orElseThrow();
    assertThat(left(shown)).isCloseTo(left, Duration.ofMinutes(1));
  }

  private void runsOutIn(Duration time) {
    rig.advance(time.minusMinutes(1));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofMinutes(2));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  private Duration left(Lease lease) {
    return Duration.between(rig.clock.instant(), lease.expires());
  }
}
