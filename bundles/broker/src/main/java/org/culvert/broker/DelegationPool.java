package org.culvert.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.net.IpPrefix;

/**
 * A pool of prefixes with what is reserved in it.
 *
 * <p>What is reserved is cut out of the pool from the beginning, so that it cannot be given to
 * others. Somebody may have had some of it before it was reserved: the pool then waits for that.
 *
 * <p>For the broker's thread; {@link #policy} and {@link #use} for any.
 */
final class DelegationPool {
  private final PrefixPolicy policy;
  private final PrefixPool blocks;
  private final List<Reserved> reservations = new ArrayList<>();
  private final NavigableMap<Long, Reserved> byNetwork = new TreeMap<>(Long::compareUnsigned);

  /** A reservation, and what is out that has to do with it. */
  private record Reserved(PrefixPolicy.Reservation reservation, Set<IpPrefix> out) {
    IpPrefix prefix() {
      return reservation.prefix();
    }
  }

  DelegationPool(PrefixPolicy policy) {
    this.policy = policy;
    this.blocks = new PrefixPool(policy.prefix());
    for (PrefixPolicy.Reservation reservation : policy.reservations()) {
      Reserved reserved = new Reserved(reservation, new HashSet<>());
      reservations.add(reserved);
      byNetwork.put(PrefixPool.bits(reservation.prefix()), reserved);
      blocks.hold(reservation.prefix());
    }
  }

  PrefixPolicy policy() {
    return policy;
  }

  /** Finds and holds a prefix that is reserved for nobody; empty if there is none. */
  Optional<IpPrefix> allocate(int length) {
    return policy.spreads(length)
        ? blocks.allocateSparsely(length)
        : blocks.allocateDensely(length);
  }

  /** Returns what is reserved for a user who asks so. */
  List<IpPrefix> reserved(PrefixWish wish) {
    return reservations.stream()
        .filter(reserved -> isFor(reserved, wish))
        .map(Reserved::prefix)
        .toList();
  }

  private boolean isFor(Reserved reserved, PrefixWish wish) {
    boolean length =
        wish.length().isEmpty()
            ? policy.reservedUnnamed()
            : wish.length().getAsInt() == reserved.prefix().length();
    return length
        && !wish.identity().anonymous()
        && reserved.reservation().user().equals(wish.identity().user())
        && policy.carries(wish.type());
  }

  /** Holds a reserved prefix; false if some of it is out. */
  boolean takeReserved(IpPrefix prefix) {
    return around(prefix).filter(reserved -> reserved.out().isEmpty()).isPresent() && hold(prefix);
  }

  /** Tells whether nothing in a prefix is reserved for somebody else. */
  boolean mayHave(String user, IpPrefix prefix) {
    return around(prefix).filter(reserved -> !isOf(reserved, user)).isEmpty()
        && inside(prefix).stream().allMatch(reserved -> isOf(reserved, user));
  }

  private static boolean isOf(Reserved reserved, String user) {
    return reserved.reservation().user().equals(user);
  }

  /** Holds a prefix of this pool that a lease has; false if some of it is out already. */
  boolean hold(IpPrefix prefix) {
    Optional<Reserved> around = around(prefix);
    if (around.isPresent()) {
      return around.get().out().stream().noneMatch(prefix::overlaps)
          && around.get().out().add(prefix);
    }
    Collection<Reserved> inside = inside(prefix);
    if (inside.stream().anyMatch(reserved -> !reserved.out().isEmpty())) {
      return false;
    }
    inside.forEach(reserved -> blocks.free(reserved.prefix()));
    boolean held = blocks.hold(prefix);
    for (Reserved reserved : inside) {
      if (held) {
        reserved.out().add(prefix);
      } else {
        blocks.hold(reserved.prefix());
      }
    }
    return held;
  }

  /** Takes a prefix back that was held; what of it is reserved stays so. */
  void free(IpPrefix prefix) {
    Optional<Reserved> around = around(prefix);
    if (around.isPresent()) {
      around.get().out().remove(prefix);
      return;
    }
    blocks.free(prefix);
    for (Reserved reserved : inside(prefix)) {
      reserved.out().remove(prefix);
      blocks.hold(reserved.prefix());
    }
  }

  /** Makes a prefix that is out larger; empty if some of what it would be is out or reserved. */
  Optional<IpPrefix> grow(IpPrefix out, int length) {
    if (around(out).isPresent()) {
      return Optional.empty();
    }
    Optional<IpPrefix> grown = blocks.grow(out, length);
    grown.ifPresent(now -> replace(out, now));
    return grown;
  }

  /** Undoes growing. */
  void shrink(IpPrefix grown, IpPrefix out) {
    blocks.shrink(grown, out);
    replace(grown, out);
  }

  private void replace(IpPrefix before, IpPrefix now) {
    for (Reserved reserved : inside(before)) {
      if (reserved.out().remove(before)) {
        reserved.out().add(now);
      }
    }
  }

  PoolUse use() {
    return new PoolUse(
        policy.name(),
        policy.prefix(),
        "prefix",
        blocks.used(),
        blocks.capacity(policy.countedLength()),
        blocks.freeBlocks());
  }

  /** Returns the free blocks themselves. */
  Set<IpPrefix> free() {
    return blocks.free();
  }

  /** Finds the reservation that a prefix lies in. */
  private Optional<Reserved> around(IpPrefix prefix) {
    return Optional.ofNullable(byNetwork.floorEntry(PrefixPool.bits(prefix)))
        .map(Map.Entry::getValue)
        .filter(reserved -> reserved.prefix().contains(prefix));
  }

  /** Finds the reservations that lie in a prefix and are smaller. */
  private Collection<Reserved> inside(IpPrefix prefix) {
    if (byNetwork.isEmpty() || around(prefix).isPresent()) {
      return List.of();
    }
    long first = PrefixPool.bits(prefix);
    long last = first | (prefix.length() == 0 ? -1L : ~(-1L << (64 - prefix.length())));
    return List.copyOf(byNetwork.subMap(first, true, last, true).values());
  }
}
