package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
 * flows. Each time the stores are asked whether the user still has an account and may use it: if
 * not, the tunnel ends in its time. For the broker's thread.
 */
final class Prolonging {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  /** Longer than the broker may be off with its time counted, see {@link ClockWatch}. */
  private static final Duration EARLY = Duration.ofMinutes(5);

  /** What a tunnel gets while nobody can tell whether there is an account behind it. */
  private static final Duration UNSURE = EARLY.multipliedBy(2);

  private final Ledger ledger;
  private final Turns turns;
  private final Silence silence;
  private final GrantLookup accounts;
  private final ChangedAccounts changed;
  private final Deadlines<Slot> looks = new Deadlines<>();

  Prolonging(Ledger ledger, Turns turns, Silence silence, GrantLookup accounts) {
    this.ledger = ledger;
    this.turns = turns;
    this.silence = silence;
    this.accounts = accounts;
    this.changed = new ChangedAccounts(ledger, accounts);
    ledger.book().all().stream().filter(lease -> lease.state() == State.ACTIVE).forEach(this::plan);
  }

  /** Takes note of a tunnel that was accepted, perhaps again. */
  void begin(Lease lease) {
    changed.begins(lease);
    plan(lease);
  }

  /** Takes note of a tunnel's end, which may be a new one. */
  private void plan(Lease lease) {
    if (ledger.settings().times().prolongs(lease)) {
      Duration half = lifetime(lease).dividedBy(2);
      looks.set(Slot.of(lease), lease.expires().minus(half.compareTo(EARLY) < 0 ? half : EARLY));
    }
  }

  private boolean keeps(Lease lease) {
    return ledger.settings().times().prolongs(lease)
        && lease.state() == State.ACTIVE
        && silence.isHeard(lease);
  }

  /**
   * Gives a tunnel that goes on its whole lifetime from now on, in a turn of its slot. What cannot
   * be looked up gets a short time, so that it is soon asked for again.
   *
   * @return why the lease ends in its time; empty if it was prolonged
   */
  CompletionStage<Optional<String>> prolong(Lease lease) {
    String over = ledger.settings().times().ranOut(lease);
    if (!keeps(lease)) {
      return CompletableFuture.completedFuture(Optional.of(over));
    }
    CompletionStage<Standing> asked =
        lease.anonymous()
            ? CompletableFuture.completedFuture(Standing.GOOD)
            : ledger.here(accounts.standing(lease.owner()));
    return asked.thenCompose(
        standing ->
            standing.why().isEmpty()
                ? prolong(lease, standing)
                : CompletableFuture.completedFuture(
                    standing.why().map(why -> over + ", and it was not prolonged: " + why)));
  }

  private CompletionStage<Optional<String>> prolong(Lease lease, Standing standing) {
    Duration whole = lifetime(lease);
    boolean brief = standing == Standing.UNSURE && whole.compareTo(UNSURE) > 0;
    Instant end = ledger.now().plus(brief ? UNSURE : whole);
    Lease prolonged = Leases.prolonged(lease, end);
    return ledger
        .put(prolonged)
        .thenApply(
            nothing -> {
              plan(prolonged);
              LOG.debug("{}: heard, and so prolonged until {}", lease.id(), end);
              return Optional.empty();
            });
  }

  /** Looks at those whose end comes near, and at those whose accounts have changed. */
  void sweep() {
    changed.sweep();
    List<Slot> near = looks.due(ledger.now());
    for (Slot slot : near) {
      turns
          .take(
              Set.of(slot),
              () ->
                  ledger
                      .book()
                      .lease(slot)
                      .map(this::prolong)
                      .orElse(CompletableFuture.completedFuture(Optional.empty())))
          .whenComplete(
              (end, failure) -> {
                if (failure != null) {
                  looks.set(slot, ledger.now().plus(Repeats.PAUSE));
                }
              });
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
