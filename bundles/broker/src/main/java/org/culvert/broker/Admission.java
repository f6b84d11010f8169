package org.culvert.broker;

import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/** Whether there is room for one more tunnel, and whether its outer endpoints are free. */
final class Admission {
  private final Settings settings;

  Admission(Settings settings) {
    this.settings = settings;
  }

  /**
   * Checks a decision against the limits and against the tunnels of others.
   *
   * @throws TspException with 301 or 506
   */
  void check(LeaseBook book, Identity identity, Optional<Lease> lease, Outer outer) {
    Settings.Limits limits = settings.limits();
    boolean holds = lease.filter(l -> l.state() == State.ACTIVE).isPresent();
    if (!holds && book.tunnels() >= limits.tunnels()) {
      throw full("limit of " + limits.tunnels() + " tunnels reached");
    }
    if (identity.anonymous() && lease.isEmpty() && book.anonymous() >= limits.anonymous()) {
      throw full("limit of " + limits.anonymous() + " anonymous tunnels reached");
    }
    int perSource =
        identity.anonymous()
            ? Math.min(limits.anonymousPerIpv4(), limits.tunnelsPerIpv4())
            : limits.tunnelsPerIpv4();
    if (book.ofSource(outer.source()) - own(lease, outer) >= perSource) {
      throw full("limit of " + perSource + " tunnels from one address reached");
    }
    book.claimants(outer)
        .filter(owner -> !owner.equals(identity.user()))
        .filter(owner -> !mayTakeOver(book, identity, owner, outer))
        .findFirst()
        .ifPresent(
            owner -> {
              throw new TspException(
                  StatusCode.ADDRESS_IN_USE, "another user has a tunnel with these endpoints");
            });
  }

  /**
   * Tells whether a user may take outer endpoints over from another.
   *
   * <p>A UDP mapping belongs to whoever authenticates through it: a NAT gave it to somebody new. An
   * IPv4 address alone proves less, so an account's tunnel there stays (status 506). An anonymous
   * tunnel gives way to anybody, since nobody can tell whose it is.
   */
  boolean mayTakeOver(LeaseBook book, Identity identity, String holder, Outer outer) {
    boolean anonymousHolder =
        book.proposal(holder).map(p -> p.identity().anonymous()).orElse(false)
            || book.ofOwner(holder).map(Lease::anonymous).orElse(false);
    return anonymousHolder || (outer.isMapping() && !identity.anonymous());
  }

  private static int own(Optional<Lease> lease, Outer outer) {
    return lease
        .filter(LeaseBook::isCounted)
        .filter(l -> Outer.of(l).source().equals(outer.source()))
        .map(l -> 1)
        .orElse(0);
  }

  private TspException full(String why) {
    return settings
        .referral()
        .map(others -> new TspException(StatusCode.NO_MORE_TUNNELS, why, others))
        .orElseGet(() -> new TspException(StatusCode.NO_MORE_TUNNELS, why));
  }
}
