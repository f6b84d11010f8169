package org.culvert.broker;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.service.Arrangements;

/** What a lease is after an offer was taken back. */
final class Undone {
  private Undone() {}

  /** Returns the lease as it must be stored; empty if the offer had changed nothing in it. */
  static Optional<Lease> of(Proposal proposal, Lease lease, Times times, Instant now) {
    Optional<Lease> before = proposal.before();
    if (lease.state() == State.OFFERED) {
      return Optional.of(asBefore(lease, before, times, now));
    }
    boolean prefixIsNew = before.isPresent() && before.get().prefix().isEmpty();
    return prefixIsNew && lease.prefix().isPresent() && lease.prefix().equals(proposal.prefix())
        ? Optional.of(Leases.withPrefix(lease, Optional.empty()))
        : Optional.empty();
  }

  /** An account's address stays reserved even if it only saw an offer; a new prefix does not. */
  private static Lease asBefore(Lease lease, Optional<Lease> before, Times times, Instant now) {
    Lease ended = Leases.ended(lease, times, now);
    Instant expires =
        before
            .filter(old -> old.state() == State.EXPIRED)
            .map(Lease::expires)
            .orElse(ended.expires());
    return Leases.amended(
        lease,
        ended.state(),
        before.flatMap(Lease::prefix),
        before.map(Lease::arrangements).orElse(Arrangements.NONE),
        expires);
  }
}
