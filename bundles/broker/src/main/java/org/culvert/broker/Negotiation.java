package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;

/*
 * A create, from request to running tunnel:
 *   offer    type and outer addresses → prefix wanted? → limits, conflicts → address, prefix
 *            → note the proposal → lease OFFERED on disk → reply
 *   accept   lease ACTIVE on disk, whoever had the same outer endpoints EXPIRED with it
 *            → desired tunnels → tunnel server
 */
/**
 * Answers create, accept and reject (RFC 5572 section 4.7).
 *
 * <p>A user has one lease, and so one address and one prefix. What an offer adds to it lives in a
 * {@link Proposal} in memory until it is accepted: a power cut before that ends the session too, so
 * nobody is left to accept it. What must not be lost is on the disk before the reply:
 *
 * <ul>
 *   <li>without a running tunnel, the lease itself, OFFERED, with address and prefix;
 *   <li>beside a running tunnel, the lease stays ACTIVE with its old outer endpoints, and only a
 *       prefix that it did not have is entered.
 * </ul>
 *
 * <p>So at each moment the disk shows the old tunnel or the new one, never both or neither, and
 * nothing that was offered can be offered to somebody else.
 */
final class Negotiation {
  private final Ledger ledger;
  private final Turns turns;
  private final LeaseLife life;
  private final Admission admission;
  private final Settings settings;
  private final InetAddress server;

  Negotiation(Ledger ledger, Turns turns, LeaseLife life) {
    this.ledger = ledger;
    this.turns = turns;
    this.life = life;
    this.settings = ledger.settings();
    this.admission = new Admission(settings);
    this.server = settings.pools().serverAddress();
  }

  CompletionStage<TunnelOffer> offer(
      Identity identity, TunnelRequest request, SignalingPath path, Set<TunnelType> carried) {
    return turns.take(Set.of(identity.user()), () -> offerNow(identity, request, path, carried));
  }

  private CompletionStage<TunnelOffer> offerNow(
      Identity identity, TunnelRequest request, SignalingPath path, Set<TunnelType> carried) {
    LeaseBook book = ledger.book();
    if (book.proposal(identity.user()).isPresent()) {
      throw new TspException(StatusCode.REQUEST_PENDING, "an offer waits to be accepted");
    }
    boolean mayProxy = !identity.anonymous() && settings.proxyUsers().contains(identity.user());
    TypeDecision decision = TypeDecision.decide(request, path, carried, mayProxy);
    Optional<Integer> length = PrefixRules.wantedLength(settings, identity, request.router());
    Optional<Lease> before = book.ofOwner(identity.user());
    admission.check(book, identity, before, new Outer(decision.type(), decision.outer()));

    Proposal proposal = propose(identity, request, decision, length, before);
    book.propose(proposal);
    return reserve(proposal)
        .handle(
            (nothing, failure) -> {
              if (failure != null) {
                ledger.book().withdraw(proposal);
                throw asTsp(failure);
              }
              return describe(proposal);
            });
  }

  private Proposal propose(
      Identity identity,
      TunnelRequest request,
      TypeDecision decision,
      Optional<Integer> length,
      Optional<Lease> before) {
    Stock stock = ledger.book().stock();
    Optional<IpPrefix> kept = before.flatMap(Lease::prefix).filter(stock::gives);
    if (length.isPresent() && kept.isPresent() && kept.get().length() != length.get()) {
      throw new TspException(
          StatusCode.PREFIX_UNAVAILABLE,
          "user has " + kept.get() + " and asks for a /" + length.get());
    }
    Optional<IpPrefix> prefix =
        kept.isPresent() || length.isEmpty() ? kept : Optional.of(newPrefix(stock, length.get()));
    Optional<InetAddress> address =
        before
            .map(Lease::clientAddress)
            .filter(a -> stock.gives(a, identity.anonymous()))
            .or(() -> stock.address(identity.user(), identity.anonymous()));
    if (address.isEmpty()) {
      prefix.filter(p -> kept.isEmpty()).ifPresent(stock::free);
      throw new TspException(StatusCode.ADDRESS_POOL_EXHAUSTED, "no inner address is left");
    }
    return new Proposal(
        Tokens.next(),
        before.map(Lease::id).orElseGet(Tokens::next),
        identity,
        decision,
        address.get(),
        prefix,
        length.isPresent(),
        keepAlive(request, decision),
        before,
        ledger.now().plus(settings.times().offer()));
  }

  private static IpPrefix newPrefix(Stock stock, int length) {
    return stock
        .prefix(length)
        .orElseThrow(
            () ->
                new TspException(
                    StatusCode.PREFIX_UNAVAILABLE, "no pool can give a /" + length + " now"));
  }

  /** A UDP mapping dies in silence, so there a keepalive is given even if none was asked for. */
  private Optional<Duration> keepAlive(TunnelRequest request, TypeDecision decision) {
    Optional<Duration> asked = request.keepAlive().filter(interval -> interval.toSeconds() > 0);
    return asked
        .map(settings.keepAlive()::clamp)
        .or(
            () ->
                decision.type().equals(TunnelType.V6UDPV4)
                    ? Optional.of(settings.keepAlive().usual())
                    : Optional.empty());
  }

  private CompletionStage<Void> reserve(Proposal proposal) {
    Optional<Lease> running = proposal.before().filter(l -> l.state() == State.ACTIVE);
    if (running.isEmpty()) {
      return ledger.put(Leases.offered(proposal, server, ledger.now()));
    }
    Lease lease = running.get();
    return lease.prefix().isEmpty() && proposal.prefix().isPresent()
        ? ledger.put(Leases.withPrefix(lease, proposal.prefix()))
        : CompletableFuture.completedFuture(null);
  }

  /** Makes the tunnel; completes when it is up, fails with 307 if it cannot be. */
  CompletionStage<Void> accept(Identity identity, String offerId) {
    Proposal proposal = waiting(identity, offerId);
    Set<String> losers = losers(proposal);
    Set<String> owners = new HashSet<>(losers);
    owners.add(identity.user());
    return turns
        .take(owners, () -> acceptNow(identity, offerId, losers))
        .thenCompose(
            lease ->
                lease.isPresent()
                    ? life.bringUp(lease.get())
                    // While this waited for its turn, others came to hold the endpoints.
                    : accept(identity, offerId));
  }

  private CompletionStage<Optional<Lease>> acceptNow(
      Identity identity, String offerId, Set<String> expectedLosers) {
    Proposal proposal = waiting(identity, offerId);
    if (!losers(proposal).equals(expectedLosers)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    LeaseBook book = ledger.book();
    Instant now = ledger.now();
    Lease current = book.byId(proposal.leaseId()).orElseThrow(Negotiation::noOffer);
    Duration lifetime = lifetime(identity.anonymous());
    Lease accepted = Leases.accepted(proposal, server, current, now.plus(lifetime), now);
    List<LeaseChange> changes = new ArrayList<>();
    List<Lease> ended = new ArrayList<>();
    for (String loser : expectedLosers) {
      Lease lease = book.ofOwner(loser).orElseThrow(Negotiation::noOffer);
      if (!admission.mayTakeOver(book, identity, loser, proposal.outer())) {
        throw new TspException(StatusCode.ADDRESS_IN_USE, "another user was faster");
      }
      ended.add(Leases.ended(lease, settings.times(), now));
    }
    ended.forEach(lease -> changes.add(new LeaseChange.Put(lease)));
    changes.add(new LeaseChange.Put(accepted));
    return ledger
        .commit(changes)
        .thenApply(
            nothing -> {
              ledger.book().withdraw(proposal);
              ended.forEach(lease -> life.stopped(lease, "another user got its outer endpoints"));
              life.started(accepted, current);
              return Optional.of(accepted);
            });
  }

  /** Takes an offer back; an earlier tunnel stays as it was. */
  CompletionStage<Void> reject(Identity identity, String offerId) {
    return turns.take(
        Set.of(identity.user()),
        () -> life.takeBack(waiting(identity, offerId), "rejected by the client"));
  }

  CompletionStage<TunnelOffer> info(Identity identity) {
    Lease lease =
        ledger
            .book()
            .ofOwner(identity.user())
            .filter(l -> l.state() == State.ACTIVE)
            .orElseThrow(() -> new TspException(StatusCode.SERVER_ERROR, "user has no tunnel"));
    Duration left = Duration.between(ledger.now(), lease.expires());
    return CompletableFuture.completedFuture(
        Offers.describe(lease, lease.id(), true, Offers.wholeMinutes(left), settings));
  }

  private Set<String> losers(Proposal proposal) {
    return ledger
        .book()
        .activeOwner(proposal.outer())
        .filter(owner -> !owner.equals(proposal.owner()))
        .map(Set::of)
        .orElse(Set.of());
  }

  private Proposal waiting(Identity identity, String offerId) {
    return ledger
        .book()
        .proposal(identity.user())
        .filter(proposal -> proposal.offerId().equals(offerId))
        .orElseThrow(Negotiation::noOffer);
  }

  private TunnelOffer describe(Proposal proposal) {
    Lease shown = Leases.offered(proposal, server, ledger.now());
    Duration lifetime = lifetime(proposal.identity().anonymous());
    return Offers.describe(shown, proposal.offerId(), proposal.routerAsked(), lifetime, settings);
  }

  private Duration lifetime(boolean anonymous) {
    return anonymous ? settings.times().anonymousLifetime() : settings.times().lifetime();
  }

  private static TspException noOffer() {
    return new TspException(StatusCode.PROTOCOL_ERROR, "no such offer waits");
  }

  static TspException asTsp(Throwable failure) {
    Throwable cause = Ledger.causeOf(failure);
    return cause instanceof TspException tsp
        ? tsp
        : new TspException(StatusCode.SERVER_ERROR, "broker failed: " + cause, cause);
  }
}
