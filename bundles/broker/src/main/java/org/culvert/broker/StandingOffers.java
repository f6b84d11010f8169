package org.culvert.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Offers anonymous clients the tunnel that stands, as it stands, where their request may be
 * somebody else's.
 *
 * <p>An old client that starts again asks over UDP from its outer address and has forgotten its
 * inner one, so nothing shows that it is the same. Its tunnel lives, or did until just now. Such an
 * offer changes nothing, nor does its accept: no address, no keepalive, no lifetime, no silence
 * that begins anew. The session cannot end the tunnel either. So who sends all of it in the
 * client's name has taken, ended and learnt nothing, for the answers go to the client. For the
 * broker's thread.
 */
final class StandingOffers {
  private final Ledger ledger;
  private final LeaseLife life;

  /** By the lease that was offered as it is; the last offer of each. */
  private final Map<String, Offer> byLease = new HashMap<>();

  private final Map<String, String> leases = new HashMap<>();

  private record Offer(String id, String session) {}

  StandingOffers(Ledger ledger, LeaseLife life) {
    this.ledger = ledger;
    this.life = life;
  }

  /** Offers the running anonymous tunnel that has these outer endpoints, if it lives. */
  Optional<TunnelOffer> offer(Identity session, TunnelRequest request, TypeDecision decision) {
    LeaseBook book = ledger.book();
    return book.activeSlot(new Outer(decision.type(), decision.outer()))
        .filter(slot -> book.proposal(slot).isEmpty())
        .flatMap(book::lease)
        .filter(lease -> lease.anonymous() && life.handovers().lives(lease))
        .map(lease -> offer(session, lease, request.router().isPresent()));
  }

  private TunnelOffer offer(Identity session, Lease lease, boolean router) {
    Offer offer = new Offer(Tokens.next(), session.user());
    Offer earlier = byLease.put(lease.id(), offer);
    if (earlier != null) {
      leases.remove(earlier.id());
    }
    leases.put(offer.id(), lease.id());
    if (byLease.size() > 2 * ledger.book().count().anonymous()) {
      byLease.keySet().removeIf(id -> ledger.book().byId(id).isEmpty());
      leases.values().retainAll(byLease.keySet());
    }
    Duration left = Duration.between(ledger.now(), lease.expires());
    return Offers.describe(lease, offer.id(), router, Offers.wholeMinutes(left), ledger.settings());
  }

  /**
   * Takes the answer to such an offer.
   *
   * @return false if it is not the answer to one
   * @throws TspException with 514 if the tunnel has ended since
   */
  boolean take(Identity session, String offerId) {
    String lease = leases.get(offerId);
    Offer offer = lease == null ? null : byLease.get(lease);
    if (lease == null || offer == null || !offer.session().equals(session.user())) {
      return false;
    }
    leases.remove(offerId);
    byLease.remove(lease);
    if (ledger.book().byId(lease).filter(l -> l.state() == State.ACTIVE).isEmpty()) {
      throw new TspException(StatusCode.PROTOCOL_ERROR, "the tunnel has ended meanwhile");
    }
    return true;
  }
}
