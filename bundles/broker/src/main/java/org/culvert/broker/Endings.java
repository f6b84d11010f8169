package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * Ends tunnels, reservations and rests, in turns of their slots.
 *
 * <p>A tunnel that ends is first taken from the tunnel server and then given up, so that its outer
 * address cannot get packets that are no longer meant for it. If the store refuses that, the tunnel
 * server gets the tunnel back. For the broker's thread.
 */
final class Endings {
  private final Ledger ledger;
  private final Silence silence;
  private final Unproved unproved;
  private final Repeats repeats;

  Endings(Ledger ledger, Silence silence, Unproved unproved, Repeats repeats) {
    this.ledger = ledger;
    this.silence = silence;
    this.unproved = unproved;
    this.repeats = repeats;
  }

  /**
   * Returns what becomes of a tunnel's lease when it ends. The address of a tunnel that nobody has
   * proved to have need not rest, unless an offer waits that goes on from it.
   */
  LeaseChange ending(Lease lease) {
    Slot slot = Slot.of(lease);
    boolean gone = unproved.has(ledger.book(), slot) && ledger.book().proposal(slot).isEmpty();
    return gone
        ? new LeaseChange.Remove(lease)
        : new LeaseChange.Put(Leases.ended(lease, ledger.settings().times(), ledger.now()));
  }

  /** Ends a running tunnel. */
  CompletionStage<Void> end(Lease lease, String why) {
    Optional<TunnelParameters> stood = ledger.desired().get(lease.id());
    ledger.desired().remove(lease.id());
    LeaseChange ended = ending(lease);
    CompletionStage<Void> stopped = stood.isPresent() ? ledger.desired().apply() : done();
    return stopped
        .handle((nothing, failure) -> List.of(ended))
        .thenCompose(ledger::commit)
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                silence.end(lease.id());
                LifeLog.event(lease, why);
              } else {
                stood.ifPresent(this::standAgain);
              }
            });
  }

  private void standAgain(TunnelParameters tunnel) {
    if (ledger.book().byId(tunnel.id()).filter(now -> now.state() == State.ACTIVE).isPresent()) {
      ledger.desired().put(tunnel);
      ledger.desired().apply();
    }
  }

  /**
   * Ends a running tunnel; if the store refuses that, when it works again, unless a packet has come
   * out of the tunnel meanwhile: then its client goes on.
   */
  CompletionStage<Void> endUnheard(Lease lease, String why) {
    Duration since = ledger.clock().uptime();
    return repeats.surely(
        lease,
        why,
        () -> ledger.book().byId(lease.id()).map(now -> end(now, why)).orElse(done()),
        now ->
            now.state() == State.ACTIVE
                && !silence.isHeard(now, ledger.clock().uptime().minus(since)));
  }

  CompletionStage<Void> release(Lease lease, String why) {
    Instant until = ledger.now().plus(ledger.settings().times().quarantine());
    return ledger
        .put(Leases.inState(lease, State.QUARANTINED, until))
        .thenRun(() -> LifeLog.event(lease, "reservation given up: " + why));
  }

  CompletionStage<Void> forget(Lease lease) {
    return ledger
        .commit(List.of(new LeaseChange.Remove(lease)))
        .thenRun(() -> LifeLog.event(lease, "address free again"));
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
