package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.testkit.service.ScriptedService.Mood;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.culvert.testkit.time.ManualClock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The machine's clock jumps: nothing hangs, and nothing is taken for missing too early. */
class ClockJumpTest {
  private static final long LONGEST_RETRY = Rig.SETTINGS.longestRetry().toSeconds() + 1;

  private final OfNames bind = new OfNames("bind");
  private final OfRouting frr = new OfRouting("frr", RoutingProtocol.BGP);
  private final OfRouting bird = new OfRouting("bird", RoutingProtocol.BGP);
  private final Rig rig = new Rig();

  static Stream<Duration> jumps() {
    return Stream.of(
        Duration.ofDays(1),
        Duration.ofDays(31),
        Duration.ofDays(-1),
        Duration.between(ManualClock.START, Instant.EPOCH));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void whatFailedIsTriedAgain(Duration jump) {
    rig.bind(bind, 0);
    rig.begin();
    bind.is(Mood.IS_DOWN);
    for (int number = 1; number <= 6; number++) {
      rig.active(number, Rig.named("n" + number + ".example.org"));
    }
    rig.advance(60);

    bind.is(Mood.WORKS);
    rig.clock.jump(jump);
    rig.advance(LONGEST_RETRY);

    assertThat(bind.ids()).hasSize(6);
    assertThat(rig.duty("bind", 1).since())
        .isCloseTo(rig.clock.instant(), within(LONGEST_RETRY, ChronoUnit.SECONDS));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void whatWasStoredUnderAnotherClockIsTriedSoon(Duration jump) {
    rig.bind(bind, 0);
    rig.begin();
    bind.is(Mood.IS_DOWN);
    rig.active(1, Rig.named("n1.example.org"));
    rig.advance(60);

    rig.clock.jump(jump);
    rig.restart(rig.store);
    rig.advance(60);
    bind.is(Mood.WORKS);
    rig.advance(LONGEST_RETRY);

    assertThat(bind.ids()).containsExactly("lease-1");
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void operatorIsToldDatesByTheClockThatHeHas(Duration jump) {
    rig.bind(bind, 0);
    rig.begin();
    bind.is(Mood.IS_DOWN);
    rig.active(1, Rig.named("n1.example.org"));
    rig.advance(10);

    rig.clock.jump(jump);

    Duty shown = rig.duty("bind", 1);
    assertThat(shown.since()).isCloseTo(rig.clock.instant(), within(10, ChronoUnit.SECONDS));
    assertThat(shown.next())
        .isCloseTo(rig.clock.instant(), within(LONGEST_RETRY, ChronoUnit.SECONDS));
    rig.advance(LONGEST_RETRY);
    assertThat(rig.store.duties().get(0).next())
        .as("in the store, too")
        .isCloseTo(rig.clock.instant(), within(LONGEST_RETRY, ChronoUnit.SECONDS));
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void anotherTakesOverAfterTheTimeOfAbsence(Duration jump) {
    rig.server.up("lease-1", "tun1");
    rig.bind(frr, 1);
    rig.bind(bird, 0);
    rig.begin();
    rig.active(1, Rig.bgp(64_512));
    rig.restartWithout(frr);

    rig.clock.jump(jump);
    rig.advance(Rig.SETTINGS.absence().toSeconds() - 2);
    assertThat(bird.ids()).isEmpty();
    rig.advance(5);

    assertThat(bird.ids()).containsExactly("lease-1");
  }

  @ParameterizedTest
  @MethodSource("jumps")
  void whatIsLostIsFoundByTheNextRound(Duration jump) {
    rig.bind(bind, 0);
    rig.begin();
    rig.active(1, Rig.named("n1.example.org"));
    rig.advance(5);
    bind.lose("lease-1");

    rig.clock.jump(jump);
    rig.advance(Rig.SETTINGS.verify().toSeconds() + 5);

    assertThat(bind.ids()).containsExactly("lease-1");
  }
}
