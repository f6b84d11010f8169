package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.culvert.api.lease.Lease.State;

/**
 * Whatever the clock does, whenever, and however often the power fails meanwhile: a tunnel lasts as
 * long as its user was told, and at most so much longer as the broker was off; what is reserved
 * stays reserved for as long.
 */
class ClockLivesTest {
  private static final Duration LIFETIME = Duration.ofDays(1);
  private static final Duration RESERVATION = Duration.ofDays(2);

  /** What each start may add: a date that was kept a while ago. */
  private static final Duration STALE = LastSeen.AGE.plusSeconds(10);

  private enum Deed {
    WAIT_SECONDS(4),
    WAIT_MINUTES(4),
    WAIT_HOURS(2),
    JUMP(5),
    POWER_CUT(2),
    POWER_CUT_AND_JUMP(2),
    SLOW_DISK(1),
    FAST_DISK(2),
    DISK_FAILS(1),
    DISK_HEALS(2),
    RENEW(1);

    private final int weight;

    Deed(int weight) {
      this.weight = weight;
    }
  }

  record Step(Deed deed, int number, Duration jump) {}

  /** Time as it really is: the clock's monotonic hand. */
  private static Duration time(Rig rig) {
    return Duration.ofNanos(rig.clock.nanoTime());
  }

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<Deed> deeds =
        Arbitraries.frequency(
            List.of(Deed.values()).stream().map(deed -> Tuple.of(deed.weight, deed)).toList());
    Arbitrary<Duration> jumps =
        Arbitraries.of(
                Duration.ofHours(1),
                Duration.ofHours(25),
                Duration.ofDays(31),
                Duration.ofDays(20_000))
            .flatMap(jump -> Arbitraries.of(jump, jump.negated()));
    return Combinators.combine(
            deeds, Arbitraries.integers().between(0, 999).withoutEdgeCases(), jumps)
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(80);
  }

  @Property(tries = 60)
  void nothingEndsEarlyAndNothingStaysForEver(@ForAll("lives") List<Step> lives) {
    Rig rig = new Rig("reservation", 2, "quarantine", 10, "prolong", "false");
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    Duration accepted = time(rig);
    InetAddress bobs = rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE)).client().inner();
    get(rig.broker.delete(BOB, Rig.tcp(ELSEWHERE)));
    Duration reserved = time(rig);
    Duration off = Duration.ZERO;
    int starts = 0;
    boolean hindered = false;
    for (Step step : lives) {
      rig.server.silence = Optional.of(Duration.ZERO);
      Duration before = time(rig);
      boolean unseen = hindered;
      switch (step.deed) {
        case WAIT_SECONDS -> rig.advance(Duration.ofSeconds(step.number % 60));
        case WAIT_MINUTES -> rig.advance(Duration.ofMinutes(step.number % 30));
        case WAIT_HOURS -> rig.advance(Duration.ofHours(step.number % 5));
        case JUMP -> rig.clock.jump(step.jump);
        case POWER_CUT, POWER_CUT_AND_JUMP -> {
          Duration down = Duration.ofSeconds(step.number % 90);
          rig.clock.advance(down);
          if (step.deed == Deed.POWER_CUT_AND_JUMP) {
            rig.clock.jump(step.jump);
          }
          rig.store.heal();
          rig.powerCut();
          rig.server.silence = Optional.of(Duration.ZERO);
          hindered = false;
          off = off.plus(down);
          starts++;
        }
        case SLOW_DISK -> {
          hindered = true;
          rig.store.hold();
        }
        case DISK_FAILS -> {
          hindered = true;
          rig.store.fail("disk full");
        }
        case FAST_DISK, DISK_HEALS -> {
          hindered = false;
          rig.store.heal();
          rig.store.release();
          rig.advance(Duration.ofMinutes(1));
        }
        case RENEW -> {
          if (!hindered && rig.lease(ALICE).state() == State.ACTIVE) {
            rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
            accepted = time(rig);
            off = Duration.ZERO;
            starts = 0;
          }
        }
      }
      Duration now = time(rig);
      if (unseen) {
        // What a disk that fails does not keep is as if the broker was off.
        off = off.plus(now.minus(before));
      }
      Duration early = ClockWatch.TOLERANCE.multipliedBy(1 + starts);
      if (now.compareTo(accepted.plus(LIFETIME).minus(early)) < 0) {
        assertThat(rig.server.desired()).as("%s, at %s", step, now).hasSize(1);
        assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
      }
      if (now.compareTo(reserved.plus(RESERVATION).minus(early)) < 0) {
        assertThat(rig.lease(BOB).state()).as("%s, at %s", step, now).isEqualTo(State.EXPIRED);
        assertThat(rig.lease(BOB).clientAddress()).isEqualTo(bobs);
      }
    }
    rig.store.heal();
    rig.store.release();
    Duration late = off.plus(STALE.multipliedBy(1 + starts));
    Duration end = accepted.plus(LIFETIME).plus(late);
    if (time(rig).compareTo(end) < 0) {
      rig.advance(end.minus(time(rig)));
    } else {
      rig.advance(Duration.ofMinutes(1));
    }
    assertThat(rig.lease(ALICE).state()).as("at its end").isEqualTo(State.EXPIRED);
    rig.advance(RESERVATION.plus(Duration.ofHours(1)));
    assertThat(rig.store.leases()).as("all that was reserved is free").isEmpty();
  }
}
