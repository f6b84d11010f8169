package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.culvert.api.broker.Identity;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * Anonymous tunnels and offers that may be asked for blindly: over UDP all of it can be sent in
 * another's name. What cannot be sent blindly is a packet with the inner source of the tunnel,
 * which only the answer told. Until one comes the tunnel lives for a short while only, makes room
 * for whoever has none, and displaces nobody who lives. For the broker's thread.
 */
final class Unproved {
  /** Longer than clients take to send; where keepalives are rarer, two of them. */
  static final Duration LIFE = Duration.ofSeconds(60);

  private final TunnelEndpoint server;

  /** Since when each is there, the oldest first. */
  private final Map<Slot, Instant> since = new LinkedHashMap<>();

  Unproved(TunnelEndpoint server) {
    this.server = server;
  }

  /**
   * Tells whether a request may be somebody else's.
   *
   * @param session who asks
   * @param identity who that was recognized as: it has named an inner address
   */
  static boolean mayBeForged(Identity session, Identity identity, SignalingPath path) {
    return session.anonymous()
        && path.transport() == Transport.UDP
        && identity.user().equals(session.user());
  }

  /** Takes note of an offer. */
  void asked(Asker asker, Instant now) {
    since.remove(asker.slot());
    if (asker.unproved()) {
      since.put(asker.slot(), now);
    }
  }

  /** Lets the time of a tunnel begin anew: it was accepted, or could not be ended. */
  void renew(Slot slot, Instant now) {
    if (since.remove(slot) != null) {
      since.put(slot, now);
    }
  }

  /** Tells whether nobody has proved yet that he wants what is in a slot. */
  boolean has(LeaseBook book, Slot slot) {
    if (since.containsKey(slot) && isProved(book, slot)) {
      since.remove(slot);
    }
    return since.containsKey(slot);
  }

  private boolean isProved(LeaseBook book, Slot slot) {
    return book.lease(slot)
        .filter(lease -> lease.state() == State.ACTIVE)
        .flatMap(lease -> server.tunnel(lease.id()))
        .filter(status -> status.silence().isPresent() || status.counters().receivedPackets() > 0)
        .isPresent();
  }

  /** Finds the oldest that may make room. */
  Optional<Slot> oldest(LeaseBook book, Predicate<Slot> fit) {
    Iterator<Slot> slots = since.keySet().iterator();
    while (slots.hasNext()) {
      Slot slot = slots.next();
      if (isGone(book, slot) || isProved(book, slot)) {
        slots.remove();
      } else if (fit.test(slot)) {
        return Optional.of(slot);
      }
    }
    return Optional.empty();
  }

  private static boolean isGone(LeaseBook book, Slot slot) {
    return book.lease(slot).isEmpty() && book.proposal(slot).isEmpty();
  }

  /** Returns the tunnels from which nothing has come for all their time. */
  List<Slot> due(LeaseBook book, Instant now) {
    List<Slot> due = new ArrayList<>();
    Iterator<Map.Entry<Slot, Instant>> entries = since.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Slot, Instant> entry = entries.next();
      if (entry.getValue().plus(LIFE).isAfter(now)) {
        break;
      }
      Slot slot = entry.getKey();
      if (isGone(book, slot) || isProved(book, slot)) {
        entries.remove();
      } else if (!entry.getValue().plus(life(book.lease(slot))).isAfter(now)) {
        due.add(slot);
      }
    }
    return due;
  }

  private static Duration life(Optional<Lease> lease) {
    Duration two = lease.flatMap(Lease::keepAlive).map(one -> one.multipliedBy(2)).orElse(LIFE);
    return two.compareTo(LIFE) > 0 ? two : LIFE;
  }

  /** Goes on under a clock that was moved. */
  void move(Duration by) {
    since.replaceAll((slot, at) -> at.plus(by));
  }
}
