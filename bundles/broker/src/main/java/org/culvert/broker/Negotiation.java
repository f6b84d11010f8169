package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;

/*
 * A create, from request to running tunnel:
 *   offer    type and outer addresses → prefix wanted? how routed? → limits, conflicts
 *            → address, prefix → note the proposal → names, routing → lease OFFERED on disk → reply
 *   accept   lease ACTIVE on disk, whoever had the same outer endpoints EXPIRED with it
 *            → desired tunnels → tunnel server
 */
/**
 * Answers create, accept and reject (RFC 5572 section 4.7).
 *
 * <p>In a slot a user has one lease, and so one address and one prefix. What an offer adds to it
 * lives in a {@link Proposal} in memory until it is accepted: a power cut before that ends the
 * session too, so nobody is left to accept it. What must not be lost is on the disk before the
 * reply:
 *
 * <ul>
 *   <li>without a running tunnel, the lease itself, OFFERED, with address and prefix;
 *   <li>beside a running tunnel, the lease stays ACTIVE with its old outer endpoints, and only a
 *       prefix that it did not have is entered;
 *   <li>a prefix that is to take another one's place is not: the lease keeps the old one until the
 *       offer is accepted, and then that one rests.
 * </ul>
 *
 * <p>So at each moment the disk shows the old tunnel or the new one, never both or neither, and
 * nothing that was offered can be offered to somebody else.
 */
final class Negotiation {
  private final Ledger ledger;
  private final Turns turns;
  private final LeaseLife life;
  private final Evictions evictions;
  private final Admission admission;
  private final Proposer proposer;
  private final Regulars regulars;
  private final StandingOffers standing;
  private final Surroundings surroundings;
  private final Settings settings;
  private final Set<Slot> asking = new HashSet<>();

  Negotiation(Ledger ledger, Turns turns, LeaseLife life, Services services, byte[] secret) {
    this.ledger = ledger;
    this.turns = turns;
    this.life = life;
    this.settings = ledger.settings();
    this.evictions = new Evictions(ledger, turns, life);
    this.admission = new Admission(settings, life, evictions);
    this.proposer = new Proposer(ledger);
    this.regulars = new Regulars();
    this.standing = new StandingOffers(ledger, life);
    this.surroundings = new Surroundings(settings.routing(), services, secret);
  }

  Evictions evictions() {
    return evictions;
  }

  CompletionStage<TunnelOffer> offer(
      Identity session,
      Grant grant,
      TunnelRequest request,
      SignalingPath path,
      Set<TunnelProfile> carried) {
    boolean mayProxy = !session.anonymous() && settings.proxyUsers().contains(session.user());
    TypeDecision decision = TypeDecision.decide(request, path, carried, mayProxy);
    ledger.book().nesting().check(decision.outer().remote().getAddress());
    Identity identity = regulars.recognize(ledger.book(), session, request, decision, path);
    Asker asker =
        new Asker(identity, path, decision.family(), Unproved.mayBeForged(session, identity, path));
    Optional<TunnelOffer> stands =
        asker.unproved() ? standing.offer(session, request, decision) : Optional.empty();
    if (stands.isPresent()) {
      return CompletableFuture.completedFuture(stands.get());
    }
    Slot slot = asker.slot();
    if (!asking.add(slot)) {
      throw new TspException(StatusCode.REQUEST_PENDING, "an earlier request is being processed");
    }
    CompletionStage<TunnelOffer> offer =
        turns.take(Set.of(slot), () -> offerNow(asker, grant, request, decision));
    offer.whenComplete((granted, failure) -> asking.remove(slot));
    return offer;
  }

  private CompletionStage<TunnelOffer> offerNow(
      Asker asker, Grant grant, TunnelRequest request, TypeDecision decision) {
    Identity identity = asker.identity();
    Slot slot = asker.slot();
    Optional<PrefixWish> wish =
        PrefixRules.wish(
            settings.pools().delegation(),
            identity,
            grant.groups(),
            decision.profile(),
            request.router());
    ledger
        .book()
        .lease(slot)
        .filter(lease -> lease.state() == State.ACTIVE)
        .ifPresent(holder -> life.handovers().check(holder, decision, ledger.now()));
    wish.ifPresent(w -> checkPrefix(w, slot));
    Optional<RoutingProtocol> protocol = surroundings.protocol(identity, request);
    return takeEarlierBack(slot)
        .thenCompose(nothing -> propose(asker, grant, request, decision, wish, protocol));
  }

  private void checkPrefix(PrefixWish wish, Slot slot) {
    LeaseBook book = ledger.book();
    book.stock().prefixes().check(wish, book.lease(slot).flatMap(Lease::prefix));
  }

  /** Who asks again without having accepted has lost the answer, or thought better of it. */
  private CompletionStage<Void> takeEarlierBack(Slot slot) {
    return ledger
        .book()
        .proposal(slot)
        .map(earlier -> life.takeBack(earlier, "replaced by a later one"))
        .orElse(CompletableFuture.completedFuture(null));
  }

  private CompletionStage<TunnelOffer> propose(
      Asker asker,
      Grant grant,
      TunnelRequest request,
      TypeDecision decision,
      Optional<PrefixWish> wish,
      Optional<RoutingProtocol> protocol) {
    LeaseBook book = ledger.book();
    Optional<Lease> before = book.lease(asker.slot());
    admission.check(
        book, asker, before, new Outer(decision.type(), decision.outer()), ledger.now());

    Proposal bare = proposer.propose(asker.identity(), grant, request, decision, wish, before);
    book.propose(bare);
    life.unproved().asked(asker, ledger.now());
    Proposal proposal = surroundings.agree(book, bare, request, protocol);
    return reserve(proposal)
        .handle(
            (nothing, failure) -> {
              if (failure != null) {
                ledger.book().withdraw(proposal);
                throw Ledger.asTsp(failure);
              }
              return describe(proposal);
            });
  }

  private CompletionStage<Void> reserve(Proposal proposal) {
    Optional<Lease> running = proposal.before().filter(l -> l.state() == State.ACTIVE);
    if (running.isEmpty()) {
      return ledger.put(Leases.waiting(proposal, ledger.now()));
    }
    Lease lease = running.get();
    return lease.prefix().isEmpty() && proposal.prefix().isPresent()
        ? ledger.put(Leases.withPrefix(lease, proposal.prefix()))
        : CompletableFuture.completedFuture(null);
  }

  /** Makes the tunnel; completes when it is up, fails with 307 if it cannot be. */
  CompletionStage<Void> accept(Identity session, String offerId) {
    if (standing.take(session, offerId)) {
      return CompletableFuture.completedFuture(null);
    }
    Identity identity = regulars.owner(session);
    Proposal proposal = waiting(identity, offerId);
    Set<Slot> losers = losers(proposal);
    Set<Slot> slots = new HashSet<>(losers);
    slots.add(proposal.slot());
    return turns
        .take(slots, () -> acceptNow(identity, offerId, losers))
        .thenCompose(
            lease ->
                lease.isPresent()
                    ? life.bringUp(lease.get())
                    // While this waited for its turn, others came to hold the endpoints.
                    : accept(identity, offerId));
  }

  private CompletionStage<Optional<Lease>> acceptNow(
      Identity identity, String offerId, Set<Slot> expectedLosers) {
    Proposal proposal = waiting(identity, offerId);
    if (!losers(proposal).equals(expectedLosers)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    LeaseBook book = ledger.book();
    Instant now = ledger.now();
    Lease current = book.byId(proposal.leaseId()).orElseThrow(Negotiation::noOffer);
    Duration lifetime = settings.times().lifetime(identity.anonymous(), proposal.grant());
    Lease accepted = Leases.accepted(proposal, current, now.plus(lifetime), now);
    List<LeaseChange> changes = new ArrayList<>();
    List<Lease> ended = new ArrayList<>();
    for (Slot loser : expectedLosers) {
      Lease lease = book.lease(loser).orElseThrow(Negotiation::noOffer);
      boolean unproved = life.unproved().has(book, proposal.slot());
      if (!admission.givesWay(book, loser, identity, unproved, now)) {
        throw admission.inUse(book, loser);
      }
      ended.add(lease);
      changes.add(life.endings().ending(lease));
    }
    changes.add(new LeaseChange.Put(accepted));
    Optional<Lease> left =
        Resting.leftBy(current, accepted, now.plus(settings.times().quarantine()));
    left.ifPresent(resting -> changes.add(new LeaseChange.Put(resting)));
    return ledger
        .commit(changes)
        .thenApply(
            nothing -> {
              ledger.book().withdraw(proposal);
              ended.forEach(lease -> life.stopped(lease, "another user got its outer endpoints"));
              life.started(accepted, current);
              left.ifPresent(resting -> LifeLog.left(accepted, resting));
              return Optional.of(accepted);
            });
  }

  /** Takes an offer back; an earlier tunnel stays as it was. */
  CompletionStage<Void> reject(Identity session, String offerId) {
    if (standing.take(session, offerId)) {
      return CompletableFuture.completedFuture(null);
    }
    Identity identity = regulars.owner(session);
    return turns.take(
        Set.of(waiting(identity, offerId).slot()),
        () -> life.takeBack(waiting(identity, offerId), "rejected by the client"));
  }

  /** Ends the user's tunnel; fails with 310 if there is none. */
  CompletionStage<Void> delete(Identity session, SignalingPath path) {
    return life.delete(regulars.owner(session), path);
  }

  CompletionStage<TunnelOffer> info(Identity session, SignalingPath path) {
    Identity identity = regulars.owner(session);
    Lease lease =
        ledger
            .book()
            .lease(ledger.book().slot(identity.user(), path))
            .filter(l -> l.state() == State.ACTIVE)
            .orElseThrow(() -> new TspException(StatusCode.SERVER_ERROR, "user has no tunnel"));
    Duration left = Duration.between(ledger.now(), lease.expires());
    return CompletableFuture.completedFuture(
        Offers.describe(lease, lease.id(), true, Offers.wholeMinutes(left), settings));
  }

  private Set<Slot> losers(Proposal proposal) {
    return ledger
        .book()
        .activeSlot(proposal.outer())
        .filter(slot -> !slot.equals(proposal.slot()))
        .map(Set::of)
        .orElse(Set.of());
  }

  private Proposal waiting(Identity identity, String offerId) {
    return ledger.book().proposal(identity.user(), offerId).orElseThrow(Negotiation::noOffer);
  }

  private TunnelOffer describe(Proposal proposal) {
    Lease shown = Leases.offered(proposal, ledger.now());
    Duration lifetime =
        settings.times().lifetime(proposal.identity().anonymous(), proposal.grant());
    return Offers.describe(shown, proposal.offerId(), proposal.routerAsked(), lifetime, settings);
  }

  private static TspException noOffer() {
    return new TspException(StatusCode.PROTOCOL_ERROR, "no such offer waits");
  }
}
