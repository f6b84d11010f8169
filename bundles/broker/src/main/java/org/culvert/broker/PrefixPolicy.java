package org.culvert.broker;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelType;

/**
 * Whom a delegation pool serves, and with what.
 *
 * @param name what the operator calls it
 * @param pid the configuration that it stands in, for messages
 * @param prefix what prefixes are cut from
 * @param lengths the lengths handed out
 * @param groups the groups of accounts that it serves; empty: all accounts
 * @param types the types of tunnels that it serves; empty: all
 * @param anonymous whether it serves anonymous users too
 * @param order pools of a lower order are tried first
 * @param otherLength what is done when a user asks for a length that is not handed out
 * @param rerequest what is done when a user who has a prefix asks for one of another length
 * @param reservations what is kept for certain users; no two overlap
 * @param reservedUnnamed whether a user who names no length gets what is reserved for him
 */
record PrefixPolicy(
    String name,
    String pid,
    IpPrefix prefix,
    Lengths lengths,
    Set<String> groups,
    Set<TunnelType> types,
    boolean anonymous,
    int order,
    OtherLength otherLength,
    Rerequest rerequest,
    List<Reservation> reservations,
    boolean reservedUnnamed) {
  static final Comparator<PrefixPolicy> ORDER =
      Comparator.comparingInt(PrefixPolicy::order).thenComparing(PrefixPolicy::name);

  /** What is done when a user asks for a length that is not handed out. */
  enum OtherLength {
    /** Exactly what was asked for, or nothing: 507. */
    EXACT,
    /** The nearest length handed out that is no larger a network; 518 if there is none. */
    AT_MOST,
    /** It is no length that this pool knows: 518. */
    REFUSE
  }

  /** What is done when a user who has a prefix asks for one of another length. */
  enum Rerequest {
    /** The user has what he has: 507. */
    KEEP,
    /** A larger prefix around the old one if all of that is free, else 507. */
    GROW,
    /** A new prefix; the old one rests. */
    RENUMBER;

    /** Reads it; empty for any other word. */
    static Optional<Rerequest> of(String word) {
      return switch (word) {
        case "keep" -> Optional.of(KEEP);
        case "grow" -> Optional.of(GROW);
        case "renumber" -> Optional.of(RENUMBER);
        default -> Optional.empty();
      };
    }
  }

  /** Prefix lengths: the shortest, the longest, and the one for users who name none. */
  record Lengths(int min, int max, OptionalInt unnamed) {
    /** Returns these lengths without those that are shorter than this one, if any are left. */
    Lengths from(int shortest) {
      int first = Math.min(Math.max(min, shortest), max);
      OptionalInt named =
          unnamed.isPresent() ? OptionalInt.of(Math.max(unnamed.getAsInt(), first)) : unnamed;
      return new Lengths(first, max, named);
    }

    boolean include(int length) {
      return length >= min && length <= max;
    }
  }

  /** A prefix that nobody but one user gets. */
  record Reservation(String user, IpPrefix prefix) {}

  /** Copies the collections. */
  PrefixPolicy {
    groups = Set.copyOf(groups);
    types = Set.copyOf(types);
    reservations = List.copyOf(reservations);
  }

  /**
   * Describes a pool of the broker's own configuration. It promises no prefix that is larger than
   * itself.
   */
  static PrefixPolicy simple(IpPrefix prefix, Lengths lengths, Rerequest rerequest) {
    return new PrefixPolicy(
        prefix.toString(),
        Keys.PID,
        prefix,
        lengths.from(prefix.length()),
        Set.of(),
        Set.of(),
        false,
        0,
        OtherLength.REFUSE,
        rerequest,
        List.of(),
        false);
  }

  /** Tells whether it gives prefixes to a user for whom none is reserved. */
  boolean serves(PrefixWish wish) {
    boolean who =
        wish.identity().anonymous()
            ? anonymous
            : groups.isEmpty() || !Collections.disjoint(groups, wish.groups());
    return who && carries(wish.type());
  }

  /** Tells whether it gives prefixes to tunnels of a type. */
  boolean carries(TunnelType type) {
    return types.isEmpty() || types.contains(type);
  }

  /** Returns the length to give to who asks for this one; empty if there is none. */
  OptionalInt nearest(int asked) {
    if (lengths.include(asked)) {
      return OptionalInt.of(asked);
    }
    return otherLength == OtherLength.AT_MOST && asked < lengths.min()
        ? OptionalInt.of(lengths.min())
        : OptionalInt.empty();
  }

  /** Tells whether prefixes of a length could be cut from the pool at all. */
  boolean couldCut(int length) {
    return length >= prefix.length() && length <= PrefixPool.LONGEST;
  }

  /**
   * Tells whether prefixes of a length are to lie as far from one another as they can. That costs
   * large blocks, so it is done only where they may grow, or where no block larger than these is
   * ever handed out.
   */
  boolean spreads(int length) {
    return rerequest == Rerequest.GROW || length <= lengths.min();
  }

  /** Returns the length that the pool's capacity is counted in. */
  int countedLength() {
    return lengths.unnamed().orElse(lengths.max());
  }
}
