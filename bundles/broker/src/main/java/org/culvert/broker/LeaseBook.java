package org.culvert.broker;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * The leases as the store has them, the offers that wait, and the indexes over both.
 *
 * <p>Changed on the broker's thread only, after the store has confirmed; {@link #all} and {@link
 * #byId} may be called from any.
 */
final class LeaseBook {
  private final Stock stock;
  private final Map<String, Lease> byId = new ConcurrentHashMap<>();
  private final Map<String, String> idByOwner = new HashMap<>();
  private final Map<String, Proposal> proposals = new HashMap<>();
  private final Map<Outer, String> activeOwner = new HashMap<>();
  private final Map<Outer, String> proposedOwner = new HashMap<>();
  private final Map<InetAddress, Integer> bySource = new HashMap<>();
  private final Deadlines deadlines = new Deadlines();
  private int tunnels;
  private int anonymous;

  /**
   * Opens the book.
   *
   * @throws IllegalStateException if two leases hold the same thing; its message names them
   */
  LeaseBook(Settings settings, byte[] secret, Collection<Lease> leases) {
    stock = new Stock(settings, secret);
    Map<InetAddress, Lease> addresses = new HashMap<>();
    TreeMap<String, Lease> prefixes = new TreeMap<>();
    for (Lease lease : leases) {
      refuseTwo("owner", ofOwner(lease.owner()), lease);
      refuseTwo("address", Optional.ofNullable(addresses.put(lease.clientAddress(), lease)), lease);
      if (lease.state() == State.ACTIVE) {
        refuseTwo("outer endpoint", activeOwner(Outer.of(lease)).flatMap(this::ofOwner), lease);
      }
      stock.hold(lease.clientAddress());
      lease.prefix().ifPresent(prefix -> prefixes.put(Overlaps.key(prefix) + lease.id(), lease));
      lease.prefix().ifPresent(stock::hold);
      put(lease);
    }
    Overlaps.first(prefixes.values()).ifPresent(two -> refuseTwo("prefix", two.one(), two.other()));
  }

  Stock stock() {
    return stock;
  }

  Collection<Lease> all() {
    return List.copyOf(byId.values());
  }

  Optional<Lease> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  Optional<Lease> ofOwner(String owner) {
    return Optional.ofNullable(idByOwner.get(owner)).flatMap(this::byId);
  }

  Optional<Proposal> proposal(String owner) {
    return Optional.ofNullable(proposals.get(owner));
  }

  /** Returns who has the tunnel with these outer endpoints. */
  Optional<String> activeOwner(Outer outer) {
    return Optional.ofNullable(activeOwner.get(outer));
  }

  /** Returns who has or was offered a tunnel with these outer endpoints. */
  Stream<String> claimants(Outer outer) {
    return Stream.of(activeOwner(outer), Optional.ofNullable(proposedOwner.get(outer)))
        .flatMap(Optional::stream);
  }

  /** Returns how many tunnels there are or may be when waiting offers are accepted. */
  int tunnels() {
    return tunnels;
  }

  /** Returns how many anonymous leases there are, resting ones included. */
  int anonymous() {
    return anonymous;
  }

  /** Returns how many tunnels, offers and resting anonymous leases one source has. */
  int ofSource(InetAddress source) {
    return bySource.getOrDefault(source, 0);
  }

  List<String> due(Instant now) {
    return deadlines.due(now);
  }

  /** Looks at a user again later than it would by itself, after a step failed. */
  void postpone(String owner, Instant until) {
    deadlines.set(owner, until);
  }

  /** Takes in a lease that the store has written; frees what it no longer holds. */
  void put(Lease lease) {
    Lease old = byId.put(lease.id(), lease);
    if (old != null) {
      count(old, -1);
      if (!old.clientAddress().equals(lease.clientAddress())) {
        stock.free(old.clientAddress());
      }
      old.prefix().filter(prefix -> !lease.prefix().equals(old.prefix())).ifPresent(stock::free);
    }
    idByOwner.put(lease.owner(), lease.id());
    count(lease, 1);
    watch(lease.owner());
  }

  /** Strikes out a lease that the store has forgotten. */
  void remove(Lease lease) {
    Lease old = byId.remove(lease.id());
    if (old != null) {
      count(old, -1);
      idByOwner.remove(old.owner());
      stock.free(old.clientAddress());
      old.prefix().ifPresent(stock::free);
      watch(old.owner());
    }
  }

  /** Notes an offer whose address and prefix are held already. */
  void propose(Proposal proposal) {
    proposals.put(proposal.owner(), proposal);
    proposedOwner.put(proposal.outer(), proposal.owner());
    bySource.merge(proposal.outer().source(), 1, Integer::sum);
    watch(proposal.owner());
  }

  /** Strikes out an offer; frees what neither it nor the lease needs any more. */
  void withdraw(Proposal proposal) {
    if (!proposals.remove(proposal.owner(), proposal)) {
      return;
    }
    proposedOwner.remove(proposal.outer(), proposal.owner());
    uncount(proposal.outer().source());
    Optional<Lease> lease = ofOwner(proposal.owner());
    if (lease.filter(l -> l.clientAddress().equals(proposal.clientAddress())).isEmpty()) {
      stock.free(proposal.clientAddress());
    }
    proposal
        .prefix()
        .filter(prefix -> !lease.flatMap(Lease::prefix).equals(Optional.of(prefix)))
        .ifPresent(stock::free);
    watch(proposal.owner());
  }

  private void count(Lease lease, int by) {
    boolean active = lease.state() == State.ACTIVE;
    if (active && by > 0) {
      activeOwner.put(Outer.of(lease), lease.owner());
    } else if (active) {
      activeOwner.remove(Outer.of(lease), lease.owner());
    }
    tunnels += active || lease.state() == State.OFFERED ? by : 0;
    anonymous += lease.anonymous() ? by : 0;
    if (isCounted(lease)) {
      if (by > 0) {
        bySource.merge(Outer.of(lease).source(), 1, Integer::sum);
      } else {
        uncount(Outer.of(lease).source());
      }
    }
  }

  /** Tells whether a lease counts against its source; an offered one does by its proposal. */
  static boolean isCounted(Lease lease) {
    return lease.state() == State.ACTIVE
        || (lease.anonymous() && lease.state() == State.QUARANTINED);
  }

  private void uncount(InetAddress source) {
    bySource.computeIfPresent(source, (key, count) -> count == 1 ? null : count - 1);
  }

  /** Notes when a user must next be looked at. */
  void watch(String owner) {
    Optional<Instant> ofLease = ofOwner(owner).map(Lease::expires);
    Optional<Instant> ofProposal = proposal(owner).map(Proposal::deadline);
    if (ofLease.isEmpty() && ofProposal.isEmpty()) {
      deadlines.clear(owner);
      return;
    }
    Instant one = ofLease.orElse(Instant.MAX);
    Instant other = ofProposal.orElse(Instant.MAX);
    deadlines.set(owner, one.isBefore(other) ? one : other);
  }

  private static void refuseTwo(String what, Optional<Lease> one, Lease other) {
    one.ifPresent(lease -> refuseTwo(what, lease, other));
  }

  private static void refuseTwo(String what, Lease one, Lease other) {
    throw new IllegalStateException(
        "the lease store contradicts itself: the leases %s of %s and %s of %s have the same %s;"
                .formatted(one.id(), one.owner(), other.id(), other.owner(), what)
            + " remove one of them and start the broker again");
  }

  /** Finds prefixes that overlap: sorted by address, such two have no other between them. */
  private static final class Overlaps {
    record Two(Lease one, Lease other) {}

    static String key(IpPrefix prefix) {
      return IpAddresses.uncompressed(prefix.network()) + "/%03d ".formatted(prefix.length());
    }

    static Optional<Two> first(Collection<Lease> sorted) {
      Lease widest = null;
      for (Lease lease : sorted) {
        if (widest != null
            && widest.prefix().orElseThrow().contains(lease.prefix().orElseThrow())) {
          return Optional.of(new Two(widest, lease));
        }
        widest = lease;
      }
      return Optional.empty();
    }
  }
}
