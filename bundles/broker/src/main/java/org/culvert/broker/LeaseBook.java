package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.SignalingPath;

/**
 * The leases as the store has them, the offers that wait, and the indexes over both.
 *
 * <p>Changed on the broker's thread only, after the store has confirmed; {@link #all} and {@link
 * #byId} may be called from any.
 */
final class LeaseBook {
  private final Stock stock;
  private final Map<String, Lease> byId = new ConcurrentHashMap<>();
  private final Map<Slot, String> idBySlot = new HashMap<>();
  private final Map<Slot, Proposal> proposals = new HashMap<>();
  private final Map<Outer, Slot> activeSlot = new HashMap<>();
  private final Map<Outer, Slot> proposedSlot = new HashMap<>();
  private final Headcount count = new Headcount();
  private final Claims claims = new Claims();
  private final LeftPrefixes left = new LeftPrefixes();
  private final Deadlines<Slot> deadlines = new Deadlines<>();
  private final Nesting nesting;

  /**
   * Opens the book.
   *
   * @throws IllegalStateException if two leases hold the same thing; its message names them
   */
  LeaseBook(Settings settings, byte[] secret, Collection<Lease> leases) {
    stock = new Stock(settings, secret);
    nesting = new Nesting(settings.allPools());
    Map<InetAddress, Lease> addresses = new HashMap<>();
    TreeMap<String, Lease> prefixes = new TreeMap<>();
    for (Lease lease : leases) {
      refuseTwo("owner", lease(Slot.of(lease)), lease);
      for (InetAddress address : Inner.of(lease).exclusive()) {
        refuseTwo("address", Optional.ofNullable(addresses.put(address, lease)), lease);
      }
      if (lease.state() == State.ACTIVE) {
        refuseTwo("outer endpoint", activeSlot(Outer.of(lease)).flatMap(this::lease), lease);
      }
      stock.hold(Inner.of(lease));
      lease.prefix().ifPresent(prefix -> prefixes.put(Overlaps.key(prefix) + lease.id(), lease));
      if (!Resting.is(lease)) {
        lease.prefix().ifPresent(stock.prefixes()::hold);
      }
      put(lease);
    }
    Overlaps.first(prefixes.values()).ifPresent(two -> refuseTwo("prefix", two.one(), two.other()));
  }

  Stock stock() {
    return stock;
  }

  Claims claims() {
    return claims;
  }

  LeftPrefixes left() {
    return left;
  }

  Nesting nesting() {
    return nesting;
  }

  Collection<Lease> all() {
    return List.copyOf(byId.values());
  }

  Optional<Lease> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  Optional<Lease> lease(Slot slot) {
    return Optional.ofNullable(idBySlot.get(slot)).flatMap(this::byId);
  }

  /**
   * Returns where the tunnel belongs that a user's session is about which names no type: the one
   * that stands over the IP version of its path, of two such the one with the other version inside.
   */
  Slot slot(String user, SignalingPath path) {
    Slot usual = new Slot(user, Family.missingOn(path));
    return Stream.of(usual, new Slot(user, Family.IPV6), new Slot(user, Family.IPV4))
        .filter(slot -> lease(slot).filter(lease -> stands(lease, path)).isPresent())
        .findFirst()
        .orElse(usual);
  }

  private static boolean stands(Lease lease, SignalingPath path) {
    return lease.state() == State.ACTIVE
        && lease.outer().remote().getAddress() instanceof Inet4Address == path.isIpv4();
  }

  Collection<Proposal> proposals() {
    return List.copyOf(proposals.values());
  }

  Optional<Proposal> proposal(Slot slot) {
    return Optional.ofNullable(proposals.get(slot));
  }

  /** Returns the offer that waits for a user under this id. */
  Optional<Proposal> proposal(String user, String offerId) {
    return Stream.of(Family.values())
        .flatMap(family -> proposal(new Slot(user, family)).stream())
        .filter(proposal -> proposal.offerId().equals(offerId))
        .findFirst();
  }

  /** Returns whose tunnel has these outer endpoints. */
  Optional<Slot> activeSlot(Outer outer) {
    return Optional.ofNullable(activeSlot.get(outer));
  }

  /** Returns whose tunnel or waiting offer has these outer endpoints. */
  Stream<Slot> claimants(Outer outer) {
    return Stream.of(activeSlot(outer), Optional.ofNullable(proposedSlot.get(outer)))
        .flatMap(Optional::stream);
  }

  Headcount count() {
    return count;
  }

  List<Slot> due(Instant now) {
    return deadlines.due(now);
  }

  /** Looks at a slot again later than it would by itself, after a step failed. */
  void postpone(Slot slot, Instant until) {
    deadlines.set(slot, until);
  }

  /** Takes in a lease that the store has written; frees what it no longer holds. */
  void put(Lease lease) {
    Lease old = byId.put(lease.id(), lease);
    if (old != null) {
      leave(old);
      if (!holdsSame(old, Inner.of(lease))) {
        stock.free(Inner.of(old));
      }
      old.prefix()
          .filter(prefix -> lease.prefix().filter(now -> now.contains(prefix)).isEmpty())
          .ifPresent(stock.prefixes()::free);
      claims.free(old.owner(), old.arrangements());
    } else if (Resting.is(lease)) {
      // The lease that it was taken from has just given it back.
      lease.prefix().ifPresent(stock.prefixes()::hold);
    }
    claims.hold(lease.owner(), lease.arrangements());
    left.put(lease);
    idBySlot.put(Slot.of(lease), lease.id());
    enter(lease);
    watch(Slot.of(lease));
  }

  /** Strikes out a lease that the store has forgotten. */
  void remove(Lease lease) {
    Lease old = byId.remove(lease.id());
    if (old != null) {
      leave(old);
      idBySlot.remove(Slot.of(old));
      stock.free(Inner.of(old));
      old.prefix().ifPresent(stock.prefixes()::free);
      claims.free(old.owner(), old.arrangements());
      left.remove(old);
      watch(Slot.of(old));
    }
  }

  /** Notes an offer whose address and prefix are held already. */
  void propose(Proposal proposal) {
    proposals.put(proposal.slot(), proposal);
    proposedSlot.put(proposal.outer(), proposal.slot());
    count.proposed(proposal, lease(proposal.slot()));
    claims.hold(proposal.identity().user(), proposal.arrangements());
    watch(proposal.slot());
  }

  /** Notes what else an offer that waits promises. */
  void amend(Proposal bare, Proposal agreed) {
    if (proposals.replace(bare.slot(), bare, agreed)) {
      claims.free(bare.identity().user(), bare.arrangements());
      claims.hold(agreed.identity().user(), agreed.arrangements());
    }
  }

  /** Strikes out an offer; frees what neither it nor the lease needs any more. */
  void withdraw(Proposal proposal) {
    if (!proposals.remove(proposal.slot(), proposal)) {
      return;
    }
    proposedSlot.remove(proposal.outer(), proposal.slot());
    count.withdrawn(proposal);
    claims.free(proposal.identity().user(), proposal.arrangements());
    Optional<Lease> lease = lease(proposal.slot());
    if (lease.filter(l -> holdsSame(l, proposal.inner())).isEmpty()) {
      stock.free(proposal.inner());
    }
    proposal
        .prefix()
        .ifPresent(prefix -> stock.prefixes().release(prefix, lease.flatMap(Lease::prefix)));
    watch(proposal.slot());
  }

  /** Goes on under a clock that was moved, and the leases with it; see {@link ClockWatch}. */
  void move(Duration by, Instant since) {
    proposals.replaceAll((slot, proposal) -> proposal.moved(by, since));
    Stream.concat(List.copyOf(idBySlot.keySet()).stream(), proposals.keySet().stream())
        .forEach(this::watch);
  }

  private static boolean holdsSame(Lease lease, Inner inner) {
    return Inner.of(lease).exclusive().equals(inner.exclusive());
  }

  private void enter(Lease lease) {
    if (lease.state() == State.ACTIVE) {
      activeSlot.put(Outer.of(lease), Slot.of(lease));
    }
    count.put(lease);
    nesting.put(lease);
  }

  private void leave(Lease lease) {
    if (lease.state() == State.ACTIVE) {
      activeSlot.remove(Outer.of(lease), Slot.of(lease));
    }
    count.removed(lease);
    nesting.remove(lease);
  }

  /** Notes when a slot must next be looked at. */
  void watch(Slot slot) {
    Optional<Instant> ofLease = lease(slot).map(Lease::expires);
    Optional<Instant> ofProposal = proposal(slot).map(Proposal::deadline);
    if (ofLease.isEmpty() && ofProposal.isEmpty()) {
      deadlines.clear(slot);
      return;
    }
    Instant one = ofLease.orElse(Instant.MAX);
    Instant other = ofProposal.orElse(Instant.MAX);
    deadlines.set(slot, one.isBefore(other) ? one : other);
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
      return IpAddresses.uncompressed(prefix.network())
          + String.format(Locale.ROOT, "/%03d ", prefix.length());
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
