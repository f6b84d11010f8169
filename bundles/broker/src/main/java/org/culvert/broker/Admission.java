package org.culvert.broker;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;

/**
 * Whether there is room for one more tunnel, and whether its outer endpoints are free.
 *
 * <p>A tunnel belongs to the user who authenticated for it; addresses and ports outside prove
 * nothing, since a NAT hands them on and a sender can forge them. Who may do what:
 *
 * <ul>
 *   <li><em>create</em> by its own user, from anywhere, replaces the tunnel once it is accepted; so
 *       a user whose NAT took the old mapping away comes back with the same addresses;
 *   <li><em>create</em> by anybody else with the same outer endpoints, a UDP port included, is
 *       refused (506) while an account has a tunnel there or was offered one. It says neither who
 *       nor what. They are free for the next account once nothing came out of the old tunnel for as
 *       long as {@link Silence#patience} says, which ends when that one accepts;
 *   <li>an <em>anonymous</em> tunnel has nothing but its outer endpoints to tell whose it is, so it
 *       ends when somebody else accepts an offer for them; its addresses rest before anybody gets
 *       them. For somebody whose request may be forged (see {@link Unproved}) it ends only if it is
 *       as {@link Unproved} itself or has fallen silent;
 *   <li><em>accept</em> and <em>reject</em> need the user and the offer's unguessable id, else 514;
 *   <li><em>info</em> and <em>delete</em> know a user's own tunnels only.
 * </ul>
 */
final class Admission {
  private final Settings settings;
  private final LeaseLife life;
  private final Evictions evictions;

  Admission(Settings settings, LeaseLife life, Evictions evictions) {
    this.settings = settings;
    this.life = life;
    this.evictions = evictions;
  }

  /**
   * Checks a decision against the limits and against the tunnels of others. Where there is no room,
   * what nobody has proved to want makes some, the oldest first.
   *
   * @param lease what the slot has
   * @throws TspException with 301 or 506
   */
  void check(LeaseBook book, Asker asker, Optional<Lease> lease, Outer outer, Instant now) {
    Identity identity = asker.identity();
    SignalingPath path = asker.path();
    Slot own = asker.slot();
    Settings.Limits limits = settings.limits();
    boolean holds = lease.filter(l -> l.state() == State.ACTIVE).isPresent();
    if (!holds
        && book.count().tunnels() >= limits.tunnels()
        && !evictions.makeRoom(slot -> !slot.equals(own))) {
      throw full(path, "limit of " + limits.tunnels() + " tunnels reached");
    }
    if (identity.anonymous()
        && lease.isEmpty()
        && book.count().anonymous() >= limits.anonymous()
        && !evictions.makeRoom(slot -> !slot.equals(own))) {
      throw full(path, "limit of " + limits.anonymous() + " anonymous tunnels reached");
    }
    int perSource =
        identity.anonymous()
            ? Math.min(limits.anonymousPerSource(), limits.tunnelsPerSource())
            : limits.tunnelsPerSource();
    if (book.count().of(outer.source()) - own(lease, outer) >= perSource
        && !evictions.makeRoom(slot -> !slot.equals(own) && comesFrom(book, slot, outer))) {
      throw full(path, "limit of " + perSource + " tunnels from one address reached");
    }
    book.claimants(outer)
        .filter(slot -> !slot.user().equals(identity.user()))
        .filter(slot -> !givesWay(book, slot, identity, asker.unproved(), now))
        .findFirst()
        .ifPresent(
            slot -> {
              throw inUse(book, slot);
            });
  }

  private static boolean comesFrom(LeaseBook book, Slot slot, Outer outer) {
    return book.proposal(slot)
        .map(Proposal::outer)
        .or(() -> book.lease(slot).map(Outer::of))
        .filter(other -> other.source().equals(outer.source()))
        .isPresent();
  }

  /**
   * Tells whether the tunnel and the offer of a slot end when somebody else gets its endpoints.
   *
   * @param newcomer that one
   * @param unproved whether that one's request may be forged
   */
  boolean givesWay(LeaseBook book, Slot slot, Identity newcomer, boolean unproved, Instant now) {
    boolean anonymous =
        book.proposal(slot).map(p -> p.identity().anonymous()).orElse(false)
            || book.lease(slot).map(Lease::anonymous).orElse(false);
    if (!anonymous) {
      return !newcomer.anonymous()
          && book.proposal(slot).isEmpty()
          && active(book, slot).filter(lease -> life.silence().isUnheard(lease, now)).isPresent();
    }
    return !unproved
        || life.unproved().has(book, slot)
        || book.lease(slot).filter(lease -> !life.handovers().lives(lease)).isPresent();
  }

  private static Optional<Lease> active(LeaseBook book, Slot slot) {
    return book.lease(slot).filter(lease -> lease.state() == State.ACTIVE);
  }

  /** Refuses, and says when the endpoints of a slot's tunnel come free, but not whose it is. */
  TspException inUse(LeaseBook book, Slot slot) {
    TspException inUse =
        new TspException(StatusCode.ADDRESS_IN_USE, "another user has these outer endpoints");
    return active(book, slot)
        .map(lease -> Offers.wholeMinutes(life.silence().patience(lease)).toMinutes())
        .map(
            minutes ->
                inUse.advising(
                    "another account has it; it is free %d minutes after its last packet"
                        .formatted(minutes)))
        .orElse(inUse);
  }

  private static int own(Optional<Lease> lease, Outer outer) {
    return lease
        .filter(Headcount::isCounted)
        .filter(l -> Outer.of(l).source().equals(outer.source()))
        .map(l -> 1)
        .orElse(0);
  }

  private TspException full(SignalingPath path, String why) {
    return settings.referrals().full(path, why);
  }
}
