package org.culvert.datapath.userspace;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * An open-addressing hash table from three numbers to a tunnel, filled once and then only read.
 *
 * <p>Addresses that follow one another are the rule, so a key is folded before each multiplication:
 * multiplying alone leaves the low bits of such keys equal and the probes long. The seed differs at
 * each start, so that nobody can choose addresses that collide.
 */
final class KeyTable<T> {
  private static final long SEED = ThreadLocalRandom.current().nextLong();

  private final long[] first;
  private final long[] second;
  private final int[] third;
  private final @Nullable Object[] values;
  private final int mask;
  private int size;

  /** Makes room for so many entries, at most half full. */
  KeyTable(int entries) {
    int capacity = Integer.highestOneBit(Math.max(4, entries) * 2 - 1) << 1;
    first = new long[capacity];
    second = new long[capacity];
    third = new int[capacity];
    values = new Object[capacity];
    mask = capacity - 1;
  }

  /** Adds an entry. Returns false, and changes nothing, if the key is there already. */
  boolean put(long a, long b, int c, T value) {
    if (size * 2 > values.length) {
      throw new IllegalStateException("the table was made for fewer entries");
    }
    int slot = slot(a, b, c);
    if (values[slot] != null) {
      return false;
    }
    first[slot] = a;
    second[slot] = b;
    third[slot] = c;
    values[slot] = value;
    size++;
    return true;
  }

  /** Finds the value of a key. */
  @SuppressWarnings("unchecked")
  @Nullable T get(long a, long b, int c) {
    return (T) values[slot(a, b, c)];
  }

  /** Counts the slots that a look-up visits, for the test that keeps them few. */
  int probes(long a, long b, int c) {
    return ((slot(a, b, c) - hash(a, b, c)) & mask) + 1;
  }

  private int slot(long a, long b, int c) {
    int slot = hash(a, b, c) & mask;
    while (values[slot] != null && (first[slot] != a || second[slot] != b || third[slot] != c)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int hash(long a, long b, int c) {
    long h = mix(a ^ SEED);
    h = mix(h ^ b);
    h = mix(h ^ c);
    return (int) (h >>> 32);
  }

  /** The constants are those of splitmix64's finisher, which spreads every bit over all others. */
  private static long mix(long value) {
    long h = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
    return h ^ (h >>> 31);
  }
}
