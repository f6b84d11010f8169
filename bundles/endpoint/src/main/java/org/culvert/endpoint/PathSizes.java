package org.culvert.endpoint;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What is known of the sizes of packets on one path, and which one to try next: between the largest
 * that passed and the smallest that did not. The sizes that links commonly have are mostly the
 * answer: Ethernet; PPP over Ethernet (RFC 2516); other tunnels and mobile networks in between.
 *
 * <ol>
 *   <li>At a glance: the largest of all, then the common sizes that are smaller, each tried by one
 *       probe; the next one does not wait for an answer. The first answer ends that.
 *   <li>What the network named (RFC 8899 section 4.6.2) is tried in the same way, before all
 *       others: if it passes, nothing larger is looked at. It can be a lie, so it is tried once.
 *   <li>With care, by as many probes as it takes to say that a size is not carried: one octet more
 *       than a size that is common or was named, which mostly is the end of it; else the next
 *       common size; else half of the rest.
 * </ol>
 *
 * <p>Not for several threads at a time.
 */
final class PathSizes {
  /** Octets of whole outer packets, the largest first. */
  private static final int[] COMMON = {
    9000, 1500, 1492, 1480, 1472, 1460, 1454, 1440, 1430, 1420, 1410, 1400, 1380, 1360, 1340, 1320
  };

  /** So many sizes are looked at together, and a pause later as many again. */
  static final int AT_ONCE = 2;

  /** What the network named longer ago than this may not be so any more. */
  private static final long NAMED_HOLDS = Duration.ofSeconds(10).toNanos();

  private final int base;
  private final int limit;
  private final int overhead;

  /** The largest size that passed. */
  private int passed;

  /** The smallest size that did not pass. */
  private int failed;

  /** Sizes from here on were looked at. */
  private int looked;

  /** How many common sizes were looked at since. */
  private int glances;

  /** The size that was used and is not carried any more, until somebody asks; or 0. */
  private int lost;

  /** What the network named and was not tried; or 0. */
  private int named;

  private long namedAt;

  /** What the network named and was tried last; or 0. */
  private int tried;

  /**
   * Takes the sizes between which it chooses.
   *
   * @param base what every path carries
   * @param limit the largest that may be tried
   * @param overhead octets that the encapsulation adds to a packet
   */
  PathSizes(int base, int limit, int overhead) {
    this.base = base;
    this.limit = Math.max(base, limit);
    this.overhead = overhead;
    begin(Integer.MAX_VALUE);
  }

  /** Forgets what passed and what did not, and looks first at what is smaller than this. */
  void begin(int below) {
    beginAbove();
    passed = base;
    looked = Math.min(looked, below);
  }

  /** Begins again, for a size that passed does so no more. */
  void lost(int size) {
    lost = size > base ? size : 0;
    begin(size);
  }

  /** Returns the size that was lost, once. */
  OptionalInt lost() {
    int size = lost;
    lost = 0;
    return size > 0 ? OptionalInt.of(size) : OptionalInt.empty();
  }

  /** Forgets what did not pass, for the path may have grown. */
  void beginAbove() {
    failed = limit + 1;
    looked = failed;
    glances = 0;
  }

  /** Takes note that of what passed only the base may be left; what did not pass still holds. */
  void fallBack() {
    passed = base;
  }

  /** Returns the largest size that passed. */
  int passed() {
    return passed;
  }

  boolean isBase() {
    return passed == base;
  }

  boolean isLimit() {
    return passed == limit;
  }

  /** Returns whether it is news that this size passes. */
  boolean passes(int size) {
    if (size <= passed || size > limit) {
      return false;
    }
    passed = size;
    // One that comes late was thought to be lost.
    failed = Math.max(failed, size + 1);
    looked = Math.min(looked, size);
    return true;
  }

  /** Returns whether it is news that this size, which is larger than what passed, does not pass. */
  boolean fails(int size) {
    if (size >= failed) {
      return false;
    }
    failed = size;
    return true;
  }

  /** Takes note of a size of which the network says that it would pass. */
  void named(int size, long now) {
    if (size > base) {
      named = size;
      namedAt = now;
    }
  }

  /** Returns what the network named and is to be tried now; 0 if there is no such size. */
  int named(long now) {
    if (named <= passed || named >= failed || now - namedAt > NAMED_HOLDS) {
      return 0;
    }
    tried = named;
    named = 0;
    return tried;
  }

  /** Returns the next size to be tried at a glance; 0 if there is none. */
  int glance() {
    int size = nextGlance();
    looked = Math.max(size, passed);
    glances = size == limit ? 0 : glances + 1;
    return size;
  }

  /** Tells whether the next one is not to wait a moment. */
  boolean isNextAtOnce() {
    return glances % AT_ONCE > 0;
  }

  /** Tells whether to wait for answers to what was looked at, before any other size is tried. */
  boolean isWorthWaiting() {
    // The largest of all is mostly the answer, and what is tried with care costs more.
    return looked == limit || nextGlance() == 0;
  }

  private int nextGlance() {
    int below = Math.min(looked, failed);
    if (below > limit && passed < limit) {
      return limit;
    }
    for (int outer : COMMON) {
      int size = outer - overhead;
      if (size > passed && size < below) {
        return size;
      }
    }
    return 0;
  }

  /** Returns the next size to be tried with care; 0 if there is none. */
  int careful() {
    if (failed - passed <= 1) {
      return 0;
    }
    if (isBase() || passed == tried || isCommon(passed)) {
      return passed + 1;
    }
    for (int i = COMMON.length - 1; i >= 0; i--) {
      int size = COMMON[i] - overhead;
      if (size > passed && size < Math.min(failed, limit)) {
        return size;
      }
    }
    return failed > limit ? limit : passed + (failed - passed) / 2;
  }

  private boolean isCommon(int size) {
    for (int outer : COMMON) {
      if (size == outer - overhead) {
        return true;
      }
    }
    return false;
  }
}
