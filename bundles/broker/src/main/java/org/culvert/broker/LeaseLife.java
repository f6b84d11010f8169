package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * What becomes of a lease after its offer: up, silent, deleted, run out, resting, forgotten.
 *
 * <p>A tunnel that ends is first taken from the tunnel server and then given up, so that its outer
 * address cannot get packets that are no longer meant for it.
 */
final class LeaseLife {
  private static final Duration RETRY = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Turns turns;
  private final TunnelServer server;
  private final Silence silence;
  private final Handovers handovers;
  private final Unproved unproved;
  private final Prolonging prolonging;

  LeaseLife(Ledger ledger, Turns turns, TunnelServer server, GrantLookup accounts) {
    this.ledger = ledger;
    this.turns = turns;
    this.server = server;
    this.silence = new Silence(ledger.settings().keepAlive(), server, ledger.now());
    this.prolonging = new Prolonging(ledger, turns, silence, accounts);
    this.handovers = new Handovers(ledger.settings(), server);
    this.unproved = new Unproved(server);
  }

  Unproved unproved() {
    return unproved;
  }

  Silence silence() {
    return silence;
  }

  Handovers handovers() {
    return handovers;
  }

  void started(Lease lease, Lease before) {
    Optional<Contest.Host> loser =
        before.state() == State.ACTIVE
            ? handovers.accepted(before, lease, ledger.now())
            : Optional.empty();
    silence.begin(lease.id(), ledger.now());
    prolonging.begin(lease);
    unproved.renew(Slot.of(lease), ledger.now());
    ledger.desired().put(Leases.tunnel(lease, ledger.settings()));
    LifeLog.event(
        lease,
        before.state() != State.ACTIVE
            ? "accepted"
            : loser
                .map(host -> "accepted again, while packets still came from " + host)
                .orElse("accepted again"));
  }

  void stopped(Lease lease, String why) {
    silence.end(lease.id());
    ledger.desired().remove(lease.id());
    LifeLog.event(lease, why);
  }

  /** Goes on under a clock that was moved. */
  void move(Duration by) {
    silence.move(by);
    handovers.move(by);
    prolonging.move(by);
    unproved.move(by);
  }

  /** Completes when an accepted tunnel is up; if it cannot be, ends it and fails with 307. */
  CompletionStage<Void> bringUp(Lease lease) {
    Duration end = ledger.end(lease);
    return ledger
        .desired()
        .apply()
        .handle((nothing, failure) -> failureOf(lease, Optional.ofNullable(failure)))
        .thenCompose(failure -> failure.isEmpty() ? done() : giveUp(lease, end, failure.get()));
  }

  private Optional<String> failureOf(Lease lease, Optional<Throwable> failure) {
    return failure
        .map(e -> Ledger.causeOf(e).toString())
        .or(
            () ->
                server
                    .tunnel(lease.id())
                    .map(TunnelStatus::state)
                    .filter(TunnelState.Failed.class::isInstance)
                    .map(state -> ((TunnelState.Failed) state).reason()));
  }

  private CompletionStage<Void> giveUp(Lease lease, Duration end, String reason) {
    return turns
        .take(
            Set.of(Slot.of(lease)),
            () ->
                active(Slot.of(lease))
                    .filter(now -> ledger.end(now).equals(end))
                    .map(now -> end(now, "tunnel server failed: " + reason))
                    .orElse(done()))
        .handle(
            (nothing, failure) -> {
              throw new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, reason);
            });
  }

  /** Ends the user's tunnel; fails with 310 if there is none. */
  CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    Slot slot = new Slot(identity.user(), Family.over(path));
    return turns.take(
        Set.of(slot),
        () ->
            end(
                active(slot)
                    .orElseThrow(
                        () -> new TspException(StatusCode.SERVER_ERROR, "user has no tunnel")),
                "deleted by its user"));
  }

  /**
   * Ends what the lease is now, as time would: a tunnel becomes a reservation, a reservation is
   * given up.
   */
  CompletionStage<Boolean> deleteById(String id) {
    Optional<Lease> lease = ledger.book().byId(id);
    if (lease.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    Slot slot = Slot.of(lease.get());
    return turns.take(Set.of(slot), () -> dropUpdate(id).thenCompose(nothing -> runOutById(id)));
  }

  /** An offer that waits to replace a running tunnel would bring it back. */
  private CompletionStage<Void> dropUpdate(String id) {
    return ledger
        .book()
        .byId(id)
        .filter(lease -> lease.state() == State.ACTIVE)
        .flatMap(lease -> ledger.book().proposal(Slot.of(lease)))
        .map(proposal -> takeBack(proposal, "deleted by the operator"))
        .orElse(done());
  }

  private CompletionStage<Boolean> runOutById(String id) {
    Optional<Lease> lease = ledger.book().byId(id);
    return lease.isEmpty()
        ? CompletableFuture.completedFuture(false)
        : runOut(lease.get(), "deleted by the operator", false).thenApply(nothing -> true);
  }

  /** Ends a tunnel whose client has fallen silent, unless it was accepted again meanwhile. */
  void silent(String id) {
    Optional<Lease> told = ledger.book().byId(id);
    told.ifPresent(
        lease ->
            turns.take(
                Set.of(Slot.of(lease)),
                () ->
                    active(Slot.of(lease))
                        .filter(now -> silence.isTooLong(now, ledger.now()))
                        .map(now -> end(now, "client fell silent"))
                        .orElse(done())));
  }

  /** Looks at the slots whose time has come. */
  void sweep() {
    ledger.look();
    silence.due(ledger.now()).forEach(this::silent);
    prolonging.sweep();
    for (Slot slot : ledger.book().due(ledger.now())) {
      turns
          .take(Set.of(slot), () -> runOut(slot))
          .whenComplete(
              (nothing, failure) -> {
                if (failure == null) {
                  ledger.book().watch(slot);
                } else {
                  ledger.book().postpone(slot, ledger.now().plus(RETRY));
                }
              });
    }
  }

  private CompletionStage<Void> runOut(Slot slot) {
    LeaseBook book = ledger.book();
    Instant now = ledger.now();
    Optional<Proposal> proposal = book.proposal(slot);
    if (proposal.filter(p -> !p.deadline().isAfter(now)).isPresent()) {
      return takeBack(proposal.get(), "not accepted in time");
    }
    return book.lease(slot)
        .filter(lease -> !lease.expires().isAfter(now))
        .map(
            lease ->
                prolonging
                    .prolong(lease)
                    .thenCompose(end -> end.map(why -> runOut(lease, why, true)).orElse(done())))
        .orElse(done());
  }

  private CompletionStage<Void> runOut(Lease lease, String why, boolean rested) {
    Optional<Proposal> proposal = ledger.book().proposal(Slot.of(lease));
    return switch (lease.state()) {
      case OFFERED ->
          proposal.isPresent() ? takeBack(proposal.get(), why) : end(lease, "was not accepted");
      case ACTIVE -> end(lease, why);
      case EXPIRED -> release(lease, why);
      // An offer that waits still holds the address.
      case QUARANTINED -> rested && proposal.isEmpty() ? forget(lease) : done();
    };
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
    Optional<Lease> before = proposal.before();
    Optional<Lease> undone = Undone.of(proposal, lease, ledger.settings().times(), ledger.now());
    LifeLog.event(lease, "offer " + why);
    if (lease.anonymous() && before.isEmpty()) {
      return ledger.commit(List.of(new LeaseChange.Remove(lease)));
    }
    return undone.map(ledger::put).orElse(done());
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

  /** Ends a running tunnel, in a turn of its slot. */
  CompletionStage<Void> end(Lease lease, String why) {
    boolean stood = ledger.desired().remove(lease.id());
    silence.end(lease.id());
    LeaseChange ended = ending(lease);
    CompletionStage<Void> silenced = stood ? ledger.desired().apply() : done();
    return silenced
        .handle((nothing, failure) -> List.of(ended))
        .thenCompose(ledger::commit)
        .thenRun(() -> LifeLog.event(lease, why));
  }

  private CompletionStage<Void> release(Lease lease, String why) {
    Instant until = ledger.now().plus(ledger.settings().times().quarantine());
    return ledger
        .put(Leases.inState(lease, State.QUARANTINED, until))
        .thenRun(() -> LifeLog.event(lease, "reservation given up: " + why));
  }

  private CompletionStage<Void> forget(Lease lease) {
    return ledger
        .commit(List.of(new LeaseChange.Remove(lease)))
        .thenRun(() -> LifeLog.event(lease, "address free again"));
  }

  private Optional<Lease> active(Slot slot) {
    return ledger.book().lease(slot).filter(lease -> lease.state() == State.ACTIVE);
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
