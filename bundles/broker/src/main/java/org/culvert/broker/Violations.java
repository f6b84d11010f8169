package org.culvert.broker;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/** Finds what does not fit together in the broker's book, a line each. */
final class Violations {
  private static final int SHORT_ID = 8;
  private static final String OR_BACK = "; or put the pool back";
  private static final String KEPT = "; the user keeps it until asking for another length";

  private final Settings settings;
  private final List<String> lines = new ArrayList<>();
  private final Set<InetAddress> told = new HashSet<>();

  Violations(Settings settings) {
    this.settings = settings;
  }

  List<String> lines() {
    return lines;
  }

  /** Looks at each lease, and at each two. */
  void among(Collection<Lease> leases) {
    PrefixIndex index = new PrefixIndex(leases);
    Map<InetAddress, Lease> byAddress = new HashMap<>();
    Stock pools = new Stock(settings, new byte[1]);
    for (Lease lease : leases) {
      if (!Resting.is(lease) && !pools.gives(Inner.of(lease), lease.anonymous())) {
        add(
            lease,
            "its address "
                + text(lease.clientAddress())
                + " is in no pool for it"
                + movesOn(lease)
                + OR_BACK);
      }
      own(lease);
      for (InetAddress address : Inner.of(lease).exclusive()) {
        Lease other = byAddress.put(address, lease);
        if (other != null) {
          add(lease, name(other) + " has the same address " + text(address));
        }
      }
      lease.prefix().ifPresent(prefix -> prefix(lease, prefix, index));
    }
  }

  /** Says once of each address of this machine that replies name what clients do not reach. */
  void own(Collection<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      if (settings.outside().misses(address) && told.add(address)) {
        lines.add(OutsideAddresses.told(address));
      }
    }
  }

  private void own(Lease lease) {
    if (lease.state() != State.QUARANTINED) {
      own(List.of(lease.outer().local().getAddress()));
    }
  }

  private void prefix(Lease lease, IpPrefix prefix, PrefixIndex index) {
    for (Lease other : index.overlapping(prefix)) {
      if (other.id().compareTo(lease.id()) < 0) {
        add(lease, prefix + " overlaps " + other.prefix().orElseThrow() + " of " + name(other));
      }
    }
    if (!Resting.is(lease)) {
      policyOf(prefix)
          .ifPresentOrElse(
              policy -> policy(lease, prefix, policy),
              () -> add(lease, prefix + " lies in no pool" + movesOn(lease) + OR_BACK));
    }
  }

  private Optional<PrefixPolicy> policyOf(IpPrefix prefix) {
    return settings.pools().delegation().stream()
        .filter(policy -> policy.prefix().contains(prefix))
        .findFirst();
  }

  private void policy(Lease lease, IpPrefix prefix, PrefixPolicy policy) {
    boolean reserved = false;
    for (PrefixPolicy.Reservation reservation : policy.reservations()) {
      if (!reservation.prefix().overlaps(prefix)) {
        continue;
      }
      if (reservation.user().equals(lease.owner())) {
        reserved |= reservation.prefix().equals(prefix);
      } else {
        add(lease, prefix + " has what is reserved for " + reservation.user() + movesOn(lease));
      }
    }
    PrefixPolicy.Lengths lengths = policy.lengths();
    if (!reserved && prefix.length() < lengths.min()) {
      String pool = lengths.min() + " of pool " + policy.name();
      add(lease, prefix + " is shorter than the /" + pool + KEPT);
    } else if (!reserved && prefix.length() > lengths.max()) {
      String pool = lengths.max() + " of pool " + policy.name();
      add(lease, prefix + " is longer than the /" + pool + KEPT);
    }
  }

  /** Compares what the pools hold with what leases and waiting offers need. */
  void held(Book book) {
    Stock needed = new Stock(settings, new byte[1]);
    Set<IpPrefix> offered = new HashSet<>();
    book.proposals().forEach(proposal -> proposal.prefix().ifPresent(offered::add));
    Set<IpPrefix> prefixes = new HashSet<>(offered);
    book.leases().stream()
        .flatMap(lease -> lease.prefix().stream())
        .filter(prefix -> !isPart(prefix, offered))
        .forEach(prefixes::add);
    prefixes.forEach(needed.prefixes()::hold);
    Set<Inner> inner = new HashSet<>();
    book.leases().forEach(lease -> inner.add(Inner.of(lease)));
    book.proposals().forEach(proposal -> inner.add(proposal.inner()));
    inner.forEach(needed::hold);

    compare(needed.prefixes().freeBlocks(), book.freePrefixes(), "held but not leased");
    compare(book.freePrefixes(), needed.prefixes().freeBlocks(), "leased but not held");
    Set<InetAddress> held = needed.heldAddresses();
    minus(book.heldAddresses(), held).forEach(a -> lines.add(text(a) + ": held but not leased"));
    minus(held, book.heldAddresses()).forEach(a -> lines.add(text(a) + ": leased but not held"));
  }

  /** Names what is free on one side and not on the other. */
  private void compare(Set<IpPrefix> free, Set<IpPrefix> other, String what) {
    for (IpPrefix block : minus(free, other)) {
      if (!isPart(block, other)) {
        lines.add("something in " + block + ": " + what);
      }
    }
  }

  /** Tells whether a prefix lies in a shorter one of these. */
  private static boolean isPart(IpPrefix prefix, Set<IpPrefix> others) {
    for (int length = prefix.length() - 1; length >= 0 && !others.isEmpty(); length--) {
      if (others.contains(IpPrefix.containing(prefix.network(), length))) {
        return true;
      }
    }
    return false;
  }

  private static <T> Set<T> minus(Set<T> some, Set<T> others) {
    Set<T> left = new HashSet<>(some);
    left.removeAll(others);
    return left;
  }

  /** Compares accepted leases with tunnels. */
  void tunnels(Collection<Lease> leases, Collection<TunnelStatus> tunnels) {
    Map<String, TunnelStatus> byId = new HashMap<>();
    tunnels.forEach(tunnel -> byId.put(tunnel.parameters().id(), tunnel));
    for (Lease lease : leases) {
      TunnelStatus tunnel = byId.get(lease.id());
      if (lease.state() != State.ACTIVE && tunnel != null) {
        add(lease, "it is over but has a tunnel");
      } else if (lease.state() == State.ACTIVE && tunnel == null) {
        add(
            lease,
            "it is accepted but has no tunnel; it gets one when its client asks again:"
                + " culvert:tunnel-delete "
                + shortId(lease)
                + " ends it now");
      } else if (tunnel != null && tunnel.state() instanceof TunnelState.Failed failed) {
        add(lease, "its tunnel failed: " + failed.reason());
      }
    }
  }

  /** Says what waits for the store, and what becomes of it. */
  void waiting(Collection<Lease> leases, Map<String, String> refused) {
    for (Lease lease : leases) {
      Optional.ofNullable(refused.get(lease.id())).ifPresent(line -> add(lease, line));
    }
  }

  /** Compares a lease in the store with the same one in the book. */
  void stored(Lease known, Optional<Lease> stored) {
    if (stored.isEmpty()) {
      add(known, "it is not in the store");
    } else if (stored.get().revision() != known.revision()) {
      add(
          known,
          "the store has revision %s and the broker %s"
              .formatted(stored.get().revision(), known.revision()));
    }
  }

  void unknown(Lease stored) {
    add(stored, "it is in the store, but the broker does not know it");
  }

  private void add(Lease lease, String what) {
    lines.add(name(lease) + ": " + what);
  }

  /** Says how a lease that the pools were changed under comes to fit them again. */
  private static String movesOn(Lease lease) {
    return switch (lease.state()) {
      case ACTIVE, OFFERED ->
          "; it goes on until the user asks again and gets another: culvert:tunnel-delete "
              + shortId(lease)
              + " ends it now";
      case EXPIRED ->
          "; the user gets another when asking again: culvert:tunnel-delete "
              + shortId(lease)
              + " gives it up now";
      case QUARANTINED -> "; nothing need be done, it rests until " + lease.expires();
    };
  }

  private static String shortId(Lease lease) {
    return lease.id().substring(0, Math.min(SHORT_ID, lease.id().length()));
  }

  private static String name(Lease lease) {
    return "lease " + shortId(lease) + " of " + lease.owner();
  }

  private static String text(InetAddress address) {
    return IpAddresses.text(address);
  }

  /**
   * What the broker knew at one moment.
   *
   * @param refused changes that the store has refused and that wait for it, by the lease's id
   */
  record Book(
      Collection<Lease> leases,
      Collection<Proposal> proposals,
      Set<IpPrefix> freePrefixes,
      Set<InetAddress> heldAddresses,
      Map<String, String> refused) {

    static Book of(LeaseBook book, Map<String, String> refused) {
      return new Book(
          book.all(),
          book.proposals(),
          book.stock().prefixes().freeBlocks(),
          book.stock().heldAddresses(),
          refused);
    }

    Map<String, Lease> byId() {
      Map<String, Lease> byId = new HashMap<>();
      leases.forEach(lease -> byId.put(lease.id(), lease));
      return byId;
    }
  }
}
