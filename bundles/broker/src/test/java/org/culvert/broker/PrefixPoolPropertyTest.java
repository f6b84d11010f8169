package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.culvert.api.net.IpPrefix;

/** The allocator of prefixes under random use, alone and with reservations. */
class PrefixPoolPropertyTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:8000::/44");
  private static final List<PrefixPolicy.Reservation> RESERVED =
      List.of(
          new PrefixPolicy.Reservation("alice", IpPrefix.parse("2001:db8:8003::/48")),
          new PrefixPolicy.Reservation("bob", IpPrefix.parse("2001:db8:8008:ff00::/56")));

  /** What is done. */
  private enum Deed {
    SPARSE,
    DENSE,
    FREE,
    GROW,
    SHRINK_BACK
  }

  /**
   * One call.
   *
   * @param number which prefix of those that are out, and which length
   */
  record Call(Deed deed, int number) {}

  @Provide
  Arbitrary<List<Call>> calls() {
    return Combinators.combine(Arbitraries.of(Deed.class), Arbitraries.integers().between(0, 1000))
        .as(Call::new)
        .list()
        .ofMaxSize(300);
  }

  @Property(tries = 200)
  void prefixesNeverOverlapAndEverythingFreedJoinsAgain(@ForAll("calls") List<Call> calls) {
    PrefixPool pool = new PrefixPool(POOL);
    List<IpPrefix> out = new ArrayList<>();

    for (Call call : calls) {
      take(pool, call, out);

      assertThat(out).allMatch(POOL::contains);
      assertDisjoint(out);
      assertThat(pool.used()).isEqualTo(out.size());
      assertCoversThePool(pool.free(), out);
    }
    out.forEach(pool::free);

    assertThat(pool.free()).containsExactly(POOL);
    assertThat(pool.freeBlocks()).containsOnlyKeys(POOL.length()).containsValue(1L);
  }

  private static void take(PrefixPool pool, Call call, List<IpPrefix> out) {
    int length = 46 + call.number % 12;
    int chosen = out.isEmpty() ? -1 : call.number % out.size();
    switch (call.deed) {
      case SPARSE -> pool.allocateSparsely(length).ifPresent(out::add);
      case DENSE -> pool.allocateDensely(length).ifPresent(out::add);
      case FREE -> {
        if (chosen >= 0) {
          pool.free(out.remove(chosen));
        }
      }
      case GROW -> {
        if (chosen >= 0) {
          IpPrefix small = out.get(chosen);
          pool.grow(small, small.length() - call.number % 4)
              .ifPresent(grown -> out.set(chosen, grown));
        }
      }
      case SHRINK_BACK -> {
        if (chosen >= 0) {
          IpPrefix small = out.get(chosen);
          Optional<IpPrefix> grown = pool.grow(small, small.length() - 1);
          grown.ifPresent(large -> pool.shrink(large, small));
        }
      }
    }
  }

  @Property(tries = 50)
  void eachPrefixLiesAsFarFromTheOthersAsItCan(@ForAll @IntRange(min = 1, max = 8) int bits) {
    PrefixPool pool = new PrefixPool(POOL);
    int count = 1 << bits;

    List<Long> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long network = PrefixPool.bits(pool.allocateSparsely(56).orElseThrow());
      order.add((network - PrefixPool.bits(POOL)) >>> (64 - POOL.length() - bits));
    }

    for (int i = 0; i < count; i++) {
      long bisected = Integer.reverse(i) >>> (32 - bits);
      assertThat(order.get(i)).as("prefix %d of %d", i, count).isEqualTo(bisected);
    }
  }

  @Property(tries = 200)
  void whatIsReservedNeverLeaksAndAlwaysComesBack(@ForAll("calls") List<Call> calls) {
    for (PrefixPolicy.Rerequest rerequest : PrefixPolicy.Rerequest.values()) {
      DelegationPool pool = new DelegationPool(policy(rerequest));
      List<IpPrefix> out = new ArrayList<>();
      for (Call call : calls) {
        int chosen = out.isEmpty() ? -1 : call.number % out.size();
        switch (call.deed) {
          case SPARSE, DENSE -> pool.allocate(46 + call.number % 19).ifPresent(out::add);
          case FREE -> {
            if (chosen >= 0) {
              pool.free(out.remove(chosen));
            }
          }
          case GROW, SHRINK_BACK -> {
            if (chosen >= 0) {
              pool.grow(out.get(chosen), 46).ifPresent(grown -> out.set(chosen, grown));
            }
          }
        }
        assertThat(out)
            .noneMatch(prefix -> RESERVED.stream().anyMatch(one -> one.prefix().overlaps(prefix)));
      }
      assertThat(RESERVED).allMatch(one -> pool.takeReserved(one.prefix()));
      out.forEach(pool::free);
      RESERVED.forEach(one -> pool.free(one.prefix()));
      assertThat(pool.free()).isEqualTo(new DelegationPool(policy(rerequest)).free());
    }
  }

  @Property(tries = 200)
  void whatWasOutBeforeItWasReservedComesBackToItsUserOnly(
      @ForAll @IntRange(min = 44, max = 64) int length) {
    IpPrefix old = IpPrefix.containing(RESERVED.get(0).prefix().network(), length);
    DelegationPool pool = new DelegationPool(policy(PrefixPolicy.Rerequest.KEEP));

    assertThat(pool.hold(old)).isTrue();
    assertThat(pool.hold(old)).isFalse();
    assertThat(pool.takeReserved(RESERVED.get(0).prefix())).isFalse();
    assertThat(pool.mayHave("carol", old)).isFalse();
    pool.free(old);

    assertThat(pool.free())
        .isEqualTo(new DelegationPool(policy(PrefixPolicy.Rerequest.KEEP)).free());
    assertThat(pool.takeReserved(RESERVED.get(0).prefix())).isTrue();
  }

  private static PrefixPolicy policy(PrefixPolicy.Rerequest rerequest) {
    return new PrefixPolicy(
        "home",
        "org.culvert.broker.pool-home",
        POOL,
        Configs.ANY_LENGTH,
        Set.of(),
        Set.of(),
        false,
        0,
        PrefixPolicy.OtherLength.REFUSE,
        rerequest,
        RESERVED,
        true);
  }

  private static void assertDisjoint(List<IpPrefix> out) {
    for (int i = 0; i < out.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(out.get(i).overlaps(out.get(j))).isFalse();
      }
    }
  }

  private static void assertCoversThePool(Set<IpPrefix> free, List<IpPrefix> out) {
    long units = 0;
    for (IpPrefix prefix : out) {
      units += 1L << (64 - prefix.length());
    }
    for (IpPrefix prefix : free) {
      assertThat(out).noneMatch(prefix::overlaps);
      units += 1L << (64 - prefix.length());
    }
    assertThat(units).isEqualTo(1L << (64 - POOL.length()));
  }
}
