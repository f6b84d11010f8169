package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prolongs the lifetime of tunnels whose clients are heard but never ask again: old clients do not
 * know that a tunnel has a lifetime. A lifetime that the operator has set ends a tunnel whatever
 * flows, see {@link Times}.
 *
 * <p>A lease is looked at twice: a while before its end, so that the new end is on the disk before
 * a crash could make the old one count, and at its end. Between those nothing is done, whatever
 * flows. For the broker's thread.
 */
final class Prolonging {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  /** Longer than the broker may be off with its time counted, see {@link ClockWatch}. */
  private static final Duration EARLY = Duration.ofMinutes(5);

  private final Ledger ledger;
  private final Turns turns;
  private final Silence silence;
  private final Deadlines<Slot> looks = new Deadlines<>();

  Prolonging(Ledger ledger, Turns turns, Silence silence) {
    this.ledger = ledger;
    this.turns = turns;
    this.silence = silence;
    ledger.book().all().stream()
        .filter(lease -> lease.state() == State.ACTIVE)
        .forEach(this::begin);
  }

  /** Takes note of a tunnel's end, which may be a new one. */
  void begin(Lease lease) {
    if (ledger.settings().times().prolongs(lease)) {
      Duration half = lifetime(lease).dividedBy(2);
      looks.set(Slot.of(lease), lease.expires().minus(half.compareTo(EARLY) < 0 ? half : EARLY));
    }
  }

  /** Tells whether a tunnel goes on although its time is over. */
  boolean keeps(Lease lease) {
    return ledger.settings().times().prolongs(lease)
        && lease.state() == State.ACTIVE
        && silence.isHeard(lease);
  }

  /** Gives a tunnel its whole lifetime from now on, in a turn of its slot. */
  CompletionStage<Void> prolong(Lease lease) {
    Instant end = ledger.now().plus(lifetime(lease));
    Lease prolonged = Leases.prolonged(lease, end);
    return ledger
        .put(prolonged)
        .thenRun(
            () -> {
              begin(prolonged);
              LOG.debug("{}: heard, and so prolonged until {}", lease.id(), end);
            });
  }

  /** Looks at those whose end comes near. */
  void sweep() {
    List<Slot> near = looks.due(ledger.now());
    for (Slot slot : near) {
      turns.take(
          Set.of(slot),
          () ->
              ledger
                  .book()
                  .lease(slot)
                  .filter(this::keeps)
                  .map(this::prolong)
                  .orElse(CompletableFuture.completedFuture(null)));
    }
  }

  /** Goes on under a clock that was moved. */
  void move(Duration by) {
    looks.move(by);
  }

  private Duration lifetime(Lease lease) {
    return ledger.settings().times().lifetime(lease.anonymous(), lease.grant());
  }
}
