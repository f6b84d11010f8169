package org.culvert.broker;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Cuts prefixes of various lengths, up to 64, from one pool, and joins what comes back.
 *
 * <p>It keeps the free blocks of each length (a buddy allocator), so that a step takes at most one
 * look per bit, however many prefixes are out. For the broker's thread; {@link #used} for any.
 */
final class PrefixPool {
  private final IpPrefix pool;
  private final List<NavigableSet<Long>> freeByLength = new ArrayList<>();
  private volatile long used;

  PrefixPool(IpPrefix pool) {
    this.pool = pool;
    for (int length = 0; length <= 64; length++) {
      freeByLength.add(new TreeSet<>(Long::compareUnsigned));
    }
    freeByLength.get(pool.length()).add(bits(pool));
  }

  IpPrefix prefix() {
    return pool;
  }

  long used() {
    return used;
  }

  /** Returns how many prefixes of a length fit. */
  long capacity(int length) {
    int bits = length - pool.length();
    return bits < 0 ? 0 : bits >= 63 ? Long.MAX_VALUE : 1L << bits;
  }

  /** Cuts off a prefix; empty if no block is large enough. */
  Optional<IpPrefix> allocate(int length) {
    for (int from = length; from >= pool.length(); from--) {
      NavigableSet<Long> blocks = freeByLength.get(from);
      if (!blocks.isEmpty()) {
        long block = blocks.first();
        cut(block, from, block, length);
        return Optional.of(prefix(block, length));
      }
    }
    return Optional.empty();
  }

  /** Cuts off a prefix of this pool that a lease has; false if some of it is out already. */
  boolean hold(IpPrefix wanted) {
    long bits = bits(wanted);
    for (int from = wanted.length(); from >= pool.length(); from--) {
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
    while (length > pool.length() && freeByLength.get(length).remove(block ^ bit(length))) {
      length--;
      block &= mask(length);
    }
    freeByLength.get(length).add(block);
  }

  /** Halves a free block until what is wanted is cut out, and keeps the other halves. */
  private void cut(long block, int from, long wanted, int length) {
    freeByLength.get(from).remove(block);
    for (int half = from + 1; half <= length; half++) {
      freeByLength.get(half).add((wanted & mask(half)) ^ bit(half));
    }
    used++;
  }

  private static long bits(IpPrefix prefix) {
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
