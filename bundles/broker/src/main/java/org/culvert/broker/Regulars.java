package org.culvert.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * Knows anonymous users again who ask for the tunnel that they have.
 *
 * <p>No session can prove that it is the one before. But whoever asks from the very outer endpoints
 * of a running anonymous tunnel, its UDP port included, and shows that he can be reached there gets
 * nothing that its packets did not have already: the tunnel goes on, where it would have ended and
 * made room for a second one. A connection shows that, or the tunnel's inner address among the
 * client's own, which only the answer told. Else it is somebody new; see also {@link
 * StandingOffers}. For the broker's thread.
 */
final class Regulars {
  /** By the name of the session that asked last, whose lease it asks for. */
  private final Map<String, String> owners = new HashMap<>();

  /** The same the other way round, so that there is one entry for each lease at most. */
  private final Map<String, String> sessions = new HashMap<>();

  /** Returns who asks: the owner of the running tunnel that is asked for, or the session's own. */
  Identity recognize(
      LeaseBook book,
      Identity session,
      TunnelRequest request,
      TypeDecision decision,
      SignalingPath path) {
    if (!session.anonymous()) {
      return session;
    }
    Optional<String> owner =
        book.activeSlot(new Outer(decision.type(), decision.outer()))
            .flatMap(book::lease)
            .filter(Lease::anonymous)
            .filter(
                lease ->
                    path.transport() != Transport.UDP
                        || request.clientAddresses().contains(lease.clientAddress()))
            .map(Lease::owner);
    owner.ifPresent(name -> note(book, session.user(), name));
    return owner.map(name -> new Identity(name, true)).orElse(session);
  }

  private void note(LeaseBook book, String session, String owner) {
    if (session.equals(owner)) {
      return;
    }
    String earlier = sessions.put(owner, session);
    if (earlier != null) {
      owners.remove(earlier);
    }
    owners.put(session, owner);
    if (sessions.size() > 2 * book.count().anonymous()) {
      forget(book);
    }
  }

  private void forget(LeaseBook book) {
    owners
        .values()
        .removeIf(
            owner ->
                Stream.of(Family.values())
                    .noneMatch(family -> book.lease(new Slot(owner, family)).isPresent()));
    sessions.values().retainAll(owners.keySet());
  }

  /** Returns who a session was recognized as. */
  Identity owner(Identity session) {
    String owner = owners.get(session.user());
    return owner == null ? session : new Identity(owner, true);
  }
}
