package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * What becomes of a lease after its offer: up, silent, deleted, run out, resting, forgotten.
 *
 * <p>While the lease store says that it can store nothing, nothing ends, and tunnels stand. What it
 * refuses is done again when it works; see {@link Repeats}.
 */
final class LeaseLife {
  private static final String BY_OPERATOR = "deleted by the operator";
  private static final String SILENT = "client fell silent";

  private final Ledger ledger;
  private final Turns turns;
  private final TunnelServer server;
  private final Silence silence;
  private final Handovers handovers;
  private final Unproved unproved;
  private final Prolonging prolonging;
  private final Repeats repeats;
  private final Endings endings;
  private final TakeBacks takeBacks;

  LeaseLife(Ledger ledger, Turns turns, TunnelServer server, GrantLookup accounts) {
    this.ledger = ledger;
    this.turns = turns;
    this.server = server;
    this.silence = new Silence(ledger.settings().keepAlive(), server, ledger.now());
    this.prolonging = new Prolonging(ledger, turns, silence, accounts);
    this.handovers = new Handovers(ledger.settings(), server);
    this.unproved = new Unproved(server);
    this.repeats = new Repeats(ledger, turns);
    this.endings = new Endings(ledger, silence, unproved, repeats);
    this.takeBacks = new TakeBacks(ledger, repeats);
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

  Endings endings() {
    return endings;
  }

  /** Takes a waiting offer back; what it took from the pools goes back there. */
  CompletionStage<Void> takeBack(Proposal proposal, String why) {
    return takeBacks.takeBack(proposal, why);
  }

  Repeats repeats() {
    return repeats;
  }

  void started(Lease lease, Lease before) {
    Optional<Contest.Host> loser =
        before.state() == State.ACTIVE
            ? handovers.accepted(before, lease, ledger.now())
            : Optional.empty();
    silence.begin(lease.id(), ledger.now());
    prolonging.begin(lease);
    unproved.renew(Slot.of(lease), ledger.now());
    repeats.forget(Slot.of(lease));
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
    repeats.forget(Slot.of(lease));
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
                    .map(now -> endings.endUnheard(now, "tunnel server failed: " + reason))
                    .orElse(done()))
        .handle(
            (nothing, failure) -> {
              throw new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, reason);
            });
  }

  /** Ends the user's tunnel; fails with 310 if there is none. */
  CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    Slot slot = ledger.book().slot(identity.user(), path);
    return turns.take(
        Set.of(slot),
        () ->
            endings.endUnheard(
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
    return turns.take(Set.of(Slot.of(lease.get())), () -> deleteNow(id));
  }

  private CompletionStage<Boolean> deleteNow(String id) {
    Optional<Lease> found = ledger.book().byId(id);
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    Lease lease = found.get();
    return repeats
        .surely(
            lease,
            BY_OPERATOR,
            () -> dropUpdate(id).thenCompose(nothing -> runOutById(id)),
            now -> now.state() == lease.state())
        .thenApply(nothing -> true);
  }

  /** An offer that waits to replace a running tunnel would bring it back. */
  private CompletionStage<Void> dropUpdate(String id) {
    return ledger
        .book()
        .byId(id)
        .filter(lease -> lease.state() == State.ACTIVE)
        .flatMap(lease -> ledger.book().proposal(Slot.of(lease)))
        .map(proposal -> takeBacks.takeBack(proposal, BY_OPERATOR))
        .orElse(done());
  }

  private CompletionStage<Void> runOutById(String id) {
    return ledger.book().byId(id).map(lease -> runOut(lease, BY_OPERATOR, false)).orElse(done());
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
                        .filter(now -> !repeats.awaits(now, SILENT))
                        .filter(now -> silence.isTooLong(now, ledger.now()))
                        .map(now -> endings.endUnheard(now, SILENT))
                        .orElse(done())));
  }

  /** Looks at the slots whose time has come, unless nothing can be stored. */
  void sweep() {
    ledger.look();
    if (ledger.obstacle().isPresent()) {
      return;
    }
    repeats.sweep();
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
                  ledger.book().postpone(slot, ledger.now().plus(Repeats.PAUSE));
                }
              });
    }
  }

  private CompletionStage<Void> runOut(Slot slot) {
    LeaseBook book = ledger.book();
    Instant now = ledger.now();
    Optional<Proposal> proposal = book.proposal(slot);
    if (proposal.filter(p -> !p.deadline().isAfter(now)).isPresent()) {
      return takeBacks.takeBack(proposal.get(), "not accepted in time");
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
          proposal.isPresent()
              ? takeBacks.takeBack(proposal.get(), why)
              : endings.end(lease, "was not accepted");
      case ACTIVE -> endings.end(lease, why);
      case EXPIRED -> endings.release(lease, why);
      // An offer that waits still holds the address.
      case QUARANTINED -> rested && proposal.isEmpty() ? endings.forget(lease) : done();
    };
  }

  private Optional<Lease> active(Slot slot) {
    return ledger.book().lease(slot).filter(lease -> lease.state() == State.ACTIVE);
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
