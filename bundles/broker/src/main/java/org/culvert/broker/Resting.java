package org.culvert.broker;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;

/**
 * Prefixes that rest although their user's lease goes on with another one.
 *
 * <p>Each is a quarantined lease of its own in the store, so that it rests over a restart too and
 * is forgotten like any other. It belongs to nobody: its owner is a name that cannot be guessed, at
 * whose end stands the user who had it. It is told by its client's address, which lies in its
 * prefix and is nobody's either: the addresses of tunnels come from pools that overlap no pool of
 * prefixes.
 */
final class Resting {
  private static final String MARK = "resting-";

  private Resting() {}

  /** Returns the lease that holds what a lease no longer has in its next revision. */
  static Optional<Lease> leftBy(Lease before, Lease next, Instant until) {
    return before
        .prefix()
        .filter(prefix -> next.prefix().filter(now -> now.contains(prefix)).isEmpty())
        .map(prefix -> resting(before, prefix, until));
  }

  private static Lease resting(Lease before, IpPrefix prefix, Instant until) {
    return new Lease(
        Tokens.next(),
        MARK + Tokens.next() + "-" + before.owner(),
        false,
        State.QUARANTINED,
        before.type(),
        before.outer(),
        before.claimedAddress(),
        prefix.network(),
        prefix.network(),
        Optional.of(prefix),
        Optional.empty(),
        before.created(),
        until,
        1);
  }

  /** Returns the user who had the prefix; empty where an older broker did not note it. */
  static Optional<String> leftBy(Lease resting) {
    int user = resting.owner().indexOf('-', MARK.length());
    return resting.owner().startsWith(MARK) && user >= 0
        ? Optional.of(resting.owner().substring(user + 1))
        : Optional.empty();
  }

  /** Tells whether a lease is such a one. */
  static boolean is(Lease lease) {
    return lease.state() == State.QUARANTINED
        && lease.prefix().filter(prefix -> prefix.contains(lease.clientAddress())).isPresent();
  }
}
