package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Makes up an offer: what the user has is kept, and the rest is taken from the pools. For the
 * broker's thread.
 */
final class Proposer {
  private final Ledger ledger;
  private final Settings settings;

  Proposer(Ledger ledger) {
    this.ledger = ledger;
    this.settings = ledger.settings();
  }

  /**
   * Makes an offer about which nothing else is agreed yet. Takes an address, and a prefix if one is
   * asked for, and holds both.
   *
   * @param grant what the user is granted
   * @param wish the prefix asked for
   * @param before the slot's lease
   * @throws TspException with 306, 308, 507, 518 or 520; then nothing is held
   */
  Proposal propose(
      Identity identity,
      Grant grant,
      TunnelRequest request,
      TypeDecision decision,
      Optional<PrefixWish> wish,
      Optional<Lease> before) {
    Stock stock = ledger.book().stock();
    Delegation prefixes = stock.prefixes();
    Optional<IpPrefix> has = before.flatMap(Lease::prefix).filter(prefixes::gives);
    Optional<IpPrefix> prefix = wish.map(w -> prefixes.choose(w, has)).or(() -> has);
    Inner inner;
    try {
      refuseThirdPrefix(identity.user(), has, prefix);
      inner = addresses(stock, identity, request, decision, before);
    } catch (TspException e) {
      prefix.ifPresent(chosen -> prefixes.release(chosen, has));
      throw e;
    }
    return new Proposal(
        Tokens.next(),
        before.map(Lease::id).orElseGet(Tokens::next),
        identity,
        decision,
        inner,
        prefix,
        wish.isPresent(),
        keepAlive(request, decision),
        Arrangements.NONE,
        grant,
        before,
        ledger.now().plus(settings.times().offer()));
  }

  /**
   * A user who moves from prefix to prefix would have many: what he leaves is nobody's for a while.
   */
  private void refuseThirdPrefix(String user, Optional<IpPrefix> has, Optional<IpPrefix> next) {
    boolean leaves = has.filter(old -> next.filter(n -> n.contains(old)).isEmpty()).isPresent();
    Optional<Lease> left =
        leaves ? ledger.book().left().last(user, ledger.now()) : Optional.empty();
    left.ifPresent(
        resting -> {
          long minutes =
              Offers.wholeMinutes(Duration.between(ledger.now(), resting.expires())).toMinutes();
          IpPrefix had = resting.prefix().orElseThrow();
          throw new TspException(
                  StatusCode.PREFIX_UNAVAILABLE,
                  user + " has " + has.orElseThrow() + ", and " + had + " rests for him")
              .advising(
                  "ask again in %d minutes, when your earlier /%d has rested, or now for a /%d"
                      .formatted(minutes, had.length(), has.orElseThrow().length()));
        });
  }

  private static Inner addresses(
      Stock stock,
      Identity identity,
      TunnelRequest request,
      TypeDecision decision,
      Optional<Lease> before) {
    Optional<Inner> kept =
        before.map(Inner::of).filter(inner -> stock.gives(inner, identity.anonymous()));
    Slot slot = new Slot(identity.user(), decision.family());
    Optional<? extends InetAddress> wish =
        slot.family() == Family.IPV4 ? request.clientIpv4() : Optional.empty();
    if (wish.isEmpty()) {
      return kept.or(() -> stock.addresses(slot, identity.anonymous()))
          .orElseThrow(() -> noAddress(stock, slot, identity));
    }
    // Who has an address keeps it: to hand out others on demand would let one user drain a pool.
    InetAddress wished = wish.get();
    Optional<Inner> had =
        kept.isPresent()
            ? kept.filter(inner -> inner.client().equals(wished))
            : stock.wished(wished, identity.anonymous());
    return had.orElseThrow(
        () ->
            new TspException(
                StatusCode.ADDRESS_UNAVAILABLE, IpAddresses.text(wished) + " is not to be had"));
  }

  private static TspException noAddress(Stock stock, Slot slot, Identity identity) {
    return identity.anonymous() && !stock.servesAnonymous(slot.family())
        ? new TspException(StatusCode.ADDRESS_FOR_ANONYMOUS, "no pool of addresses is for them")
            .advising("log in with an account")
        : new TspException(StatusCode.ADDRESS_POOL_EXHAUSTED, "no inner address is left");
  }

  /** A UDP mapping dies in silence, so there a keepalive is given even if none was asked for. */
  private Optional<Duration> keepAlive(TunnelRequest request, TypeDecision decision) {
    Optional<Duration> asked = request.keepAlive().filter(interval -> interval.toSeconds() > 0);
    return asked
        .map(settings.keepAlive()::clamp)
        .or(
            () ->
                decision.profile().keptAlive()
                    ? Optional.of(settings.keepAlive().usual())
                    : Optional.empty());
  }
}
