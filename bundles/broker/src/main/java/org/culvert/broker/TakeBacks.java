package org.culvert.broker;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;

/** Takes waiting offers back, in turns of their slots. For the broker's thread. */
final class TakeBacks {
  private final Ledger ledger;
  private final Repeats repeats;

  TakeBacks(Ledger ledger, Repeats repeats) {
    this.ledger = ledger;
    this.repeats = repeats;
  }

  /** Takes a waiting offer back; what it took from the pools goes back there. */
  CompletionStage<Void> takeBack(Proposal proposal, String why) {
    LeaseBook book = ledger.book();
    book.withdraw(proposal);
    Optional<Lease> found = book.byId(proposal.leaseId());
    if (found.isEmpty()) {
      return done();
    }
    Lease lease = found.get();
    LifeLog.event(lease, "offer " + why);
    return undo(proposal, why);
  }

  private CompletionStage<Void> undo(Proposal proposal, String why) {
    return ledger
        .book()
        .byId(proposal.leaseId())
        .filter(lease -> undoing(proposal, lease).isPresent())
        .map(
            lease ->
                repeats.surely(
                    lease,
                    "offer " + why,
                    () -> undoNow(proposal),
                    now -> now.state() == lease.state()))
        .orElse(done());
  }

  private CompletionStage<Void> undoNow(Proposal proposal) {
    if (ledger.book().proposal(proposal.slot()).isPresent()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("a later offer may go on from what this one has left"));
    }
    return ledger
        .book()
        .byId(proposal.leaseId())
        .flatMap(lease -> undoing(proposal, lease))
        .map(change -> ledger.commit(List.of(change)))
        .orElse(done());
  }

  private Optional<LeaseChange> undoing(Proposal proposal, Lease lease) {
    return lease.anonymous() && proposal.before().isEmpty()
        ? Optional.of(new LeaseChange.Remove(lease))
        : Undone.of(proposal, lease, ledger.settings().times(), ledger.now())
            .map(LeaseChange.Put::new);
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
