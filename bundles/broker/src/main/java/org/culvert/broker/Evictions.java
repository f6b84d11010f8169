package org.culvert.broker;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;

/**
 * Ends what nobody has proved to want: when its short time is over, or to make room. For the
 * broker's thread.
 */
final class Evictions {
  private final Ledger ledger;
  private final Turns turns;
  private final LeaseLife life;

  Evictions(Ledger ledger, Turns turns, LeaseLife life) {
    this.ledger = ledger;
    this.turns = turns;
    this.life = life;
  }

  /** Ends those whose time is over, unless nothing can be stored. */
  void sweep() {
    if (ledger.obstacle().isPresent()) {
      return;
    }
    life.unproved()
        .due(ledger.book(), ledger.now())
        .forEach(slot -> evict(slot, "nothing came out of it"));
  }

  /**
   * Ends the oldest that fits, if there is one. It counts no more from now on, however long the
   * disk takes.
   */
  boolean makeRoom(Predicate<Slot> fit) {
    Optional<Slot> oldest =
        life.unproved().oldest(ledger.book(), slot -> fit.test(slot) && !turns.busy(slot));
    oldest.ifPresent(slot -> evict(slot, "made room for another"));
    return oldest.isPresent();
  }

  /** What is busy goes on. */
  private void evict(Slot slot, String why) {
    if (turns.busy(slot)) {
      return;
    }
    Headcount count = ledger.book().count();
    Optional<Lease> evicted = ledger.book().lease(slot);
    evicted.ifPresent(count::leaves);
    turns
        .take(Set.of(slot), () -> takeBack(slot, why).thenCompose(nothing -> end(slot, why)))
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                evicted.ifPresent(count::stays);
                life.unproved().renew(slot, ledger.now());
              }
            });
  }

  private CompletionStage<Void> takeBack(Slot slot, String why) {
    return ledger
        .book()
        .proposal(slot)
        .map(proposal -> life.takeBack(proposal, why))
        .orElse(CompletableFuture.completedFuture(null));
  }

  private CompletionStage<Void> end(Slot slot, String why) {
    return ledger
        .book()
        .lease(slot)
        .filter(lease -> lease.state() == State.ACTIVE)
        .map(lease -> life.endings().end(lease, why))
        .orElse(CompletableFuture.completedFuture(null));
  }
}
