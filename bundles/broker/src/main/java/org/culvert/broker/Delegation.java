package org.culvert.broker;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Decides which prefix a user gets, by the policies of all pools. For the broker's thread; {@link
 * #use} for any.
 *
 * <p>In this order: what is reserved for the user; what the user has, as far as its pool's policy
 * goes; a new prefix of the length asked for, from the first pool that has one; a new prefix of the
 * nearest length, from the first pool that allows that.
 */
final class Delegation {
  /** How many ranges of lengths fit a status line. */
  private static final int MOST_TOLD = 5;

  private final List<DelegationPool> pools;

  /**
   * @param policies in the order in which the pools are tried
   */
  Delegation(List<PrefixPolicy> policies) {
    pools = policies.stream().map(DelegationPool::new).toList();
  }

  /**
   * Finds a prefix and holds it, unless it is what the user has.
   *
   * @param has what the user has of these pools; if it grows, {@link #release} undoes that
   * @throws TspException with 507, 518 or 520; then nothing is held
   */
  IpPrefix choose(PrefixWish wish, Optional<IpPrefix> has) {
    Optional<IpPrefix> reserved = reserved(wish, has);
    if (reserved.isPresent()) {
      return reserved.get();
    }
    Optional<IpPrefix> kept = has.filter(prefix -> mayHave(wish.identity().user(), prefix));
    Optional<IpPrefix> settled = kept.flatMap(prefix -> settle(wish, prefix));
    return settled.isPresent() ? settled.get() : allocate(wish);
  }

  /**
   * Looks whether the policies allow a request at all. Changes nothing.
   *
   * @throws TspException with 507, 518 or 520
   */
  void check(PrefixWish wish, Optional<IpPrefix> has) {
    Optional<DelegationPool> home = has.flatMap(this::poolOf);
    boolean known =
        pools.stream().anyMatch(pool -> !pool.reserved(wish).isEmpty())
            || home.filter(pool -> suits(wish, has.orElseThrow(), pool.policy())).isPresent();
    if (known) {
      return;
    }
    List<DelegationPool> serving = serving(wish);
    if (serving.stream()
        .map(DelegationPool::policy)
        .allMatch(p -> length(p, wish, true).isEmpty() && length(p, wish, false).isEmpty())) {
      throw refusal(wish, serving);
    }
  }

  private Optional<IpPrefix> reserved(PrefixWish wish, Optional<IpPrefix> has) {
    List<IpPrefix> reserved = pools.stream().flatMap(pool -> pool.reserved(wish).stream()).toList();
    return has.filter(reserved::contains)
        .or(() -> reserved.stream().filter(this::takeReserved).findFirst());
  }

  private boolean takeReserved(IpPrefix prefix) {
    return poolOf(prefix).filter(pool -> pool.takeReserved(prefix)).isPresent();
  }

  /** Tells whether a request is as well met by what the user has. */
  private static boolean suits(PrefixWish wish, IpPrefix has, PrefixPolicy policy) {
    if (wish.length().isEmpty() || wish.length().getAsInt() == has.length()) {
      return true;
    }
    OptionalInt length = policy.nearest(wish.length().getAsInt());
    return length.isPresent() && length.getAsInt() == has.length();
  }

  /** Returns what the user has, or has grown to; empty if a new prefix is to be found. */
  private Optional<IpPrefix> settle(PrefixWish wish, IpPrefix has) {
    DelegationPool pool = poolOf(has).orElseThrow();
    PrefixPolicy policy = pool.policy();
    if (suits(wish, has, policy)) {
      return Optional.of(has);
    }
    TspException different =
        new TspException(StatusCode.PREFIX_UNAVAILABLE, wish + ", but has " + has)
            .advising("you have a /" + has.length() + ", ask for that");
    return switch (policy.rerequest()) {
      case KEEP -> throw different;
      case RENUMBER -> Optional.empty();
      case GROW -> {
        int length = policy.nearest(wish.length().orElseThrow()).orElseThrow(() -> different);
        yield Optional.of(pool.grow(has, length).orElseThrow(() -> different));
      }
    };
  }

  private IpPrefix allocate(PrefixWish wish) {
    List<DelegationPool> serving = serving(wish);
    boolean full = false;
    for (boolean exactly : List.of(true, false)) {
      for (DelegationPool pool : serving) {
        OptionalInt length = length(pool.policy(), wish, exactly);
        if (length.isPresent()) {
          Optional<IpPrefix> prefix = pool.allocate(length.getAsInt());
          if (prefix.isPresent()) {
            return prefix.get();
          }
          full = true;
        }
      }
      if (full) {
        throw new TspException(StatusCode.PREFIX_UNAVAILABLE, wish + ", but no pool has one now")
            .advising("none is free now, ask for a longer one or later");
      }
    }
    throw refusal(wish, serving);
  }

  private List<DelegationPool> serving(PrefixWish wish) {
    return pools.stream().filter(pool -> pool.policy().serves(wish)).toList();
  }

  private static OptionalInt length(PrefixPolicy policy, PrefixWish wish, boolean exactly) {
    if (wish.length().isEmpty()) {
      return exactly ? policy.lengths().unnamed() : OptionalInt.empty();
    }
    int asked = wish.length().getAsInt();
    return exactly && !policy.lengths().include(asked)
        ? OptionalInt.empty()
        : policy.nearest(asked);
  }

  /** Says why none of these pools knows what to give. */
  private static TspException refusal(PrefixWish wish, List<DelegationPool> serving) {
    if (serving.isEmpty()) {
      return new TspException(StatusCode.PREFIX_UNAVAILABLE, wish + ", but no pool serves him")
          .advising("there is none for you, ask for no prefix");
    }
    if (wish.length().isEmpty()) {
      return new TspException(StatusCode.MISSING_PREFIX_LENGTH, "router without a prefix length");
    }
    int asked = wish.length().getAsInt();
    boolean exact =
        serving.stream()
            .map(DelegationPool::policy)
            .anyMatch(p -> p.otherLength() == PrefixPolicy.OtherLength.EXACT && p.couldCut(asked));
    List<String> known =
        serving.stream()
            .map(pool -> pool.policy().lengths())
            .map(lengths -> "/" + lengths.min() + " to /" + lengths.max())
            .distinct()
            .toList();
    String some = known.size() > MOST_TOLD ? known.get(0) : String.join(" or ", known);
    return new TspException(
            exact ? StatusCode.PREFIX_UNAVAILABLE : StatusCode.UNSUPPORTED_PREFIX_LENGTH,
            wish + ", but gets " + String.join(" or ", known))
        .advising("ask for " + some);
  }

  /** Tells whether a prefix is the operator's to give. */
  boolean gives(IpPrefix prefix) {
    return poolOf(prefix).isPresent();
  }

  /** Tells whether nothing in a prefix is reserved for somebody else. */
  boolean mayHave(String user, IpPrefix prefix) {
    return poolOf(prefix).filter(pool -> pool.mayHave(user, prefix)).isPresent();
  }

  /** Holds what a lease has; false if somebody else holds it. Foreign prefixes are not counted. */
  boolean hold(IpPrefix prefix) {
    return poolOf(prefix).map(pool -> pool.hold(prefix)).orElse(true);
  }

  void free(IpPrefix prefix) {
    poolOf(prefix).ifPresent(pool -> pool.free(prefix));
  }

  /** Gives back what {@link #choose} took for a user who had another prefix, or none. */
  void release(IpPrefix chosen, Optional<IpPrefix> has) {
    if (has.filter(chosen::equals).isPresent()) {
      return;
    }
    poolOf(chosen)
        .ifPresent(
            pool ->
                has.filter(chosen::contains)
                    .ifPresentOrElse(
                        prefix -> pool.shrink(chosen, prefix), () -> pool.free(chosen)));
  }

  List<PoolUse> use() {
    return pools.stream().map(DelegationPool::use).toList();
  }

  /** Returns all free blocks. */
  Set<IpPrefix> freeBlocks() {
    Set<IpPrefix> blocks = new HashSet<>();
    pools.forEach(pool -> blocks.addAll(pool.free()));
    return blocks;
  }

  private Optional<DelegationPool> poolOf(IpPrefix prefix) {
    return prefix.length() > PrefixPool.LONGEST
        ? Optional.empty()
        : pools.stream().filter(pool -> pool.policy().prefix().contains(prefix)).findFirst();
  }
}
