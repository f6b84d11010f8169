package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.tunnel.TunnelStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps leases from ending early, or never, because the machine's clock jumps.
 *
 * <p>While the broker runs, {@link LeaseClock} does not jump. When the machine's does, the dates of
 * all leases are moved with it, in memory and in the store, so that each has as much left as before
 * and the dates are right for whoever reads them.
 *
 * <p>At start nobody knows whether the broker was off or the clock jumped. A short while is
 * believed. Otherwise leases go on from the date that was {@link LastSeen}, on trial, so that a
 * clock that is soon set right costs nothing. What the clock then still says is taken for true: it
 * stood wrong before, and all leases are moved back; or the broker was off. That time counts for
 * tunnels whose clients were not heard again, but it never uses up what is reserved.
 *
 * <p>For the broker's thread.
 */
final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

  /** Less than this is left as it is. */
  static final Duration TOLERANCE = LeaseClock.TOLERANCE;

  /** The clock is believed that the broker was off for this long: an update, a reboot. */
  static final Duration SHORT = Duration.ofMinutes(2);

  /** How long the clock may take to become right after a start, and clients to come back. */
  static final Duration TRIAL = Duration.ofMinutes(10);

  /** Two looks that differ by no more show the same jump. */
  private static final Duration SAME = Duration.ofSeconds(1);

  private static final Duration RETRY = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Turns turns;
  private final LeaseLife life;
  private final TunnelServer server;
  private final LeaseClock clock;
  private final LastSeen lastSeen;

  /** Revisions of the tunnels that stood at start; empty when the trial is over. */
  private final Map<String, Long> asLoaded = new HashMap<>();

  private boolean onTrial;
  private boolean moving;
  private Optional<Duration> seen = Optional.empty();
  private Duration nextNote = LastSeen.AGE;
  private Duration notBefore = Duration.ZERO;

  /** Judges the clock at start. */
  ClockWatch(Ledger ledger, Turns turns, LeaseLife life, TunnelServer server, LastSeen lastSeen) {
    this.ledger = ledger;
    this.turns = turns;
    this.life = life;
    this.server = server;
    this.clock = ledger.clock();
    this.lastSeen = lastSeen;
    Duration off = Duration.between(lastSeen.or(clock.now()), clock.now());
    if (off.compareTo(TOLERANCE.negated()) < 0 || off.compareTo(SHORT) > 0) {
      beginTrial(off);
    } else {
      // What is promised from now on is not to be judged by the date before this start.
      lastSeen.note(clock.now());
    }
  }

  private void beginTrial(Duration off) {
    onTrial = true;
    notBefore = TRIAL;
    if (off.isNegative()) {
      LOG.warn(
          "The clock stands at {}, {} before this broker last ran; leases go on from where they"
              + " were, and follow when the clock is set right",
          clock.now(),
          Text.of(off));
    } else {
      LOG.info(
          "This broker was off for {}, or the clock jumped; tunnels that ran out meanwhile stand"
              + " for {}, so that their clients can come back or the clock be set right",
          Text.of(off),
          Text.of(TRIAL));
    }
    clock.move(off.negated());
    ledger.book().all().stream()
        .filter(lease -> lease.state() == State.ACTIVE)
        .forEach(lease -> asLoaded.put(lease.id(), lease.revision()));
  }

  /** Compares the clocks, and moves leases if need be; once a second. */
  void look() {
    Duration uptime = clock.uptime();
    if (moving) {
      return;
    }
    if (uptime.compareTo(nextNote) >= 0) {
      note();
    }
    if (uptime.compareTo(notBefore) < 0) {
      return;
    }
    Duration ahead = clock.ahead();
    if (ahead.abs().compareTo(TOLERANCE) <= 0) {
      if (onTrial) {
        LOG.info("The clock is right again; leases are as they were");
        endTrial();
      }
      seen = Optional.empty();
    } else if (seen.filter(before -> before.minus(ahead).abs().compareTo(SAME) <= 0).isPresent()) {
      move();
    } else {
      // Looked at once more, for it may be set back and forth.
      seen = Optional.of(ahead);
    }
  }

  /** Keeps the date, so that the next broker knows when this one ran. */
  void note() {
    nextNote = clock.uptime().plus(LastSeen.AGE);
    lastSeen.note(clock.now());
  }

  private void move() {
    moving = true;
    turns
        .takeAll(this::moveNow)
        .whenComplete(
            (nothing, failure) -> {
              moving = false;
              seen = Optional.empty();
              notBefore = failure == null ? Duration.ZERO : clock.uptime().plus(RETRY);
            });
  }

  /**
   * Moves all dates. If the power fails halfway, the store has an older date beside newer leases,
   * never the other way round: then they last longer, not shorter.
   */
  private CompletionStage<Void> moveNow() {
    Duration by = Duration.ofMillis(clock.ahead().toMillis());
    List<LeaseChange> changes =
        ledger.book().all().stream()
            .filter(lease -> by.isNegative() || !ranOn(lease))
            .<LeaseChange>map(lease -> new LeaseChange.Put(Leases.moved(lease, by, clock.start())))
            .toList();
    if (by.isNegative()) {
      lastSeen.note(clock.now().plus(by));
    }
    return ledger
        .commit(changes)
        .thenRun(
            () -> {
              Instant since = clock.start();
              tell(by, changes.size());
              clock.move(by);
              ledger.book().move(by, since);
              life.move(by);
              note();
              endTrial();
            });
  }

  /** Tells whether time has passed for a tunnel while the broker was off. */
  private boolean ranOn(Lease lease) {
    return lease.state() == State.ACTIVE
        && Optional.of(lease.revision()).equals(Optional.ofNullable(asLoaded.get(lease.id())))
        && !isHeard(lease);
  }

  private boolean isHeard(Lease lease) {
    return server
        .tunnel(lease.id())
        .flatMap(TunnelStatus::silence)
        .filter(silence -> silence.compareTo(clock.uptime()) < 0)
        .isPresent();
  }

  private void endTrial() {
    onTrial = false;
    asLoaded.clear();
  }

  private void tell(Duration by, int moved) {
    if (onTrial && !by.isNegative()) {
      LOG.info(
          "The clock still says that the broker was off for {}: that time counts for tunnels whose"
              + " clients have not come back; the dates of {} leases were moved on by it",
          Text.of(by),
          moved);
    } else {
      LOG.warn(
          "The clock was set {} by {}, it now says {}; the dates of {} leases were moved with it,"
              + " so that none ends early or late",
          by.isNegative() ? "back" : "forward",
          Text.of(by),
          clock.now().plus(by),
          moved);
    }
  }

  /** A time as one says it. */
  private static final class Text {
    private Text() {}

    static String of(Duration time) {
      Duration some = time.abs();
      List<String> parts =
          Stream.of(
                  part(some.toDaysPart(), "d"),
                  part(some.toHoursPart(), "h"),
                  part(some.toMinutesPart(), "min"),
                  part(some.toSecondsPart(), "s"))
              .flatMap(Optional::stream)
              .limit(2)
              .toList();
      return parts.isEmpty() ? "0 s" : String.join(" ", parts);
    }

    private static Optional<String> part(long number, String unit) {
      return number == 0 ? Optional.empty() : Optional.of(number + " " + unit);
    }
  }
}
