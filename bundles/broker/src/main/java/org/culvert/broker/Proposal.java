package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.Identity;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;

/**
 * An offer that waits to be accepted. There is at most one for each slot.
 *
 * @param offerId names this offer, so that a late accept cannot take a later offer
 * @param leaseId the lease that will carry it
 * @param identity who asked
 * @param decision the type and outer addresses
 * @param inner the inner addresses offered
 * @param prefix the user's prefix, asked for now or before
 * @param routerAsked whether the reply tells the prefix
 * @param keepAlive the keepalive's interval
 * @param arrangements what is offered about names and routing
 * @param grant what the user is granted
 * @param before the lease as it was before; empty for a user without one
 * @param deadline when it is taken back
 */
record Proposal(
    String offerId,
    String leaseId,
    Identity identity,
    TypeDecision decision,
    Inner inner,
    Optional<IpPrefix> prefix,
    boolean routerAsked,
    Optional<Duration> keepAlive,
    Arrangements arrangements,
    Grant grant,
    Optional<Lease> before,
    Instant deadline) {

  /** Returns the same offer with what else was agreed. */
  Proposal with(Arrangements agreed) {
    return new Proposal(
        offerId,
        leaseId,
        identity,
        decision,
        inner,
        prefix,
        routerAsked,
        keepAlive,
        agreed,
        grant,
        before,
        deadline);
  }

  /** Returns the same offer under a clock that was moved. */
  Proposal moved(Duration by, Instant since) {
    return new Proposal(
        offerId,
        leaseId,
        identity,
        decision,
        inner,
        prefix,
        routerAsked,
        keepAlive,
        arrangements,
        grant,
        before.map(lease -> Leases.moved(lease, by, since)),
        deadline.plus(by));
  }

  Slot slot() {
    return new Slot(identity.user(), decision.family());
  }

  Outer outer() {
    return new Outer(decision.type(), decision.outer());
  }
}
