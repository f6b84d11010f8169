package org.culvert.broker;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Cuts prefixes of various lengths, up to 64, from one pool, and joins what comes back.
 *
 * <p>It keeps the free blocks of each length in the order in which they came to be (a buddy
 * allocator), so that a step takes at most one look per bit, however many prefixes are out. There
 * are two ways to choose the block that a prefix is cut from:
 *
 * <ul>
 *   <li><em>sparse</em>: the largest, of those the eldest, and of it the beginning. The next prefix
 *       lies halfway between two others, then a quarter, and so on (bisection): 0, 1/2, 1/4, 3/4,
 *       1/8, 5/8, 3/8, 7/8 of the pool. So each has as much room to grow as can be;
 *   <li><em>dense</em>: the smallest that is large enough, which leaves large blocks whole.
 * </ul>
 *
 * <p>For the broker's thread; {@link #used} and {@link #freeBlocks} for any.
 */
final class PrefixPool {
  /** No prefix is longer, since hosts make up the rest of their addresses themselves. */
  static final int LONGEST = 64;

  private final IpPrefix pool;
  private final List<Set<Long>> freeByLength = new ArrayList<>();
  private final AtomicLongArray freeCount = new AtomicLongArray(LONGEST + 1);
  private volatile long used;
  private long steps;

  PrefixPool(IpPrefix pool) {
    this.pool = pool;
    for (int length = 0; length <= LONGEST; length++) {
      freeByLength.add(new LinkedHashSet<>());
    }
    add(pool.length(), bits(pool));
  }

  IpPrefix prefix() {
    return pool;
  }

  long used() {
    return used;
  }

  /** Returns how many blocks were looked at since the beginning. */
  long steps() {
    return steps;
  }

  /** Returns how many free blocks there are of each length that there are any of. */
  Map<Integer, Long> freeBlocks() {
    Map<Integer, Long> blocks = new TreeMap<>();
    for (int length = pool.length(); length <= LONGEST; length++) {
      long count = freeCount.get(length);
      if (count > 0) {
        blocks.put(length, count);
      }
    }
    return blocks;
  }

  /** Returns the free blocks themselves. */
  Set<IpPrefix> free() {
    Set<IpPrefix> blocks = new HashSet<>();
    for (int length = pool.length(); length <= LONGEST; length++) {
      for (long block : freeByLength.get(length)) {
        blocks.add(prefix(block, length));
      }
    }
    return blocks;
  }

  /** Returns how many prefixes of a length fit, exactly. */
  BigInteger capacity(int length) {
    int bits = length - pool.length();
    return bits < 0 ? BigInteger.ZERO : BigInteger.ONE.shiftLeft(bits);
  }

  /** Cuts a prefix off the largest free block; empty if that is not large enough. */
  Optional<IpPrefix> allocateSparsely(int length) {
    for (int from = pool.length(); from <= length; from++) {
      steps++;
      if (!freeByLength.get(from).isEmpty()) {
        return Optional.of(first(from, length));
      }
    }
    return Optional.empty();
  }

  /** Cuts a prefix off the smallest free block that is large enough; empty if there is none. */
  Optional<IpPrefix> allocateDensely(int length) {
    for (int from = length; from >= pool.length(); from--) {
      steps++;
      if (!freeByLength.get(from).isEmpty()) {
        return Optional.of(first(from, length));
      }
    }
    return Optional.empty();
  }

  private IpPrefix first(int from, int length) {
    long block = freeByLength.get(from).iterator().next();
    cut(block, from, block, length);
    return prefix(block, length);
  }

  /** Cuts off a prefix of this pool that a lease has; false if some of it is out already. */
  boolean hold(IpPrefix wanted) {
    long bits = bits(wanted);
    for (int from = wanted.length(); from >= pool.length(); from--) {
      steps++;
      long block = bits & mask(from);
      if (freeByLength.get(from).contains(block)) {
        cut(block, from, bits, wanted.length());
        return true;
      }
    }
    return false;
  }

  /** Takes a prefix back that was cut off. */
  void free(IpPrefix prefix) {
    used--;
    long block = bits(prefix);
    int length = prefix.length();
    while (length > pool.length() && remove(length, block ^ bit(length))) {
      length--;
      block &= mask(length);
    }
    add(length, block);
  }

  /** Makes a prefix that is out as large as asked; empty if some of its surroundings is out. */
  Optional<IpPrefix> grow(IpPrefix out, int length) {
    if (length < pool.length() || length > out.length()) {
      return Optional.empty();
    }
    long bits = bits(out);
    for (int half = out.length(); half > length; half--) {
      steps++;
      if (!freeByLength.get(half).contains((bits & mask(half)) ^ bit(half))) {
        return Optional.empty();
      }
    }
    for (int half = out.length(); half > length; half--) {
      remove(half, (bits & mask(half)) ^ bit(half));
    }
    return Optional.of(prefix(bits & mask(length), length));
  }

  /** Undoes growing. */
  void shrink(IpPrefix grown, IpPrefix out) {
    long bits = bits(out);
    for (int half = grown.length() + 1; half <= out.length(); half++) {
      add(half, (bits & mask(half)) ^ bit(half));
    }
  }

  /** Halves a free block until what is wanted is cut out, and keeps the other halves. */
  private void cut(long block, int from, long wanted, int length) {
    remove(from, block);
    for (int half = from + 1; half <= length; half++) {
      add(half, (wanted & mask(half)) ^ bit(half));
    }
    used++;
  }

  private void add(int length, long block) {
    steps++;
    if (freeByLength.get(length).add(block)) {
      freeCount.incrementAndGet(length);
    }
  }

  private boolean remove(int length, long block) {
    steps++;
    boolean removed = freeByLength.get(length).remove(block);
    if (removed) {
      freeCount.decrementAndGet(length);
    }
    return removed;
  }

  static long bits(IpPrefix prefix) {
    return ByteBuffer.wrap(prefix.network().getAddress()).getLong();
  }

  private static IpPrefix prefix(long bits, int length) {
    InetAddress network = IpAddresses.of(ByteBuffer.allocate(16).putLong(bits).array());
    return new IpPrefix(network, length);
  }

  private static long mask(int length) {
    return length == 0 ? 0 : -1L << (64 - length);
  }

  /** The last bit of a prefix of this length: it tells a block from its other half. */
  private static long bit(int length) {
    return 1L << (64 - length);
  }
}
