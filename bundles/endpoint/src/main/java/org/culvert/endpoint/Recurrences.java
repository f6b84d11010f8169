package org.culvert.endpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps account of what others change again and again, so that the answer stays bounded: for some
 * times in a row it comes at once, and then ever later, up to half a minute. Thread-safe.
 *
 * @param <K> what is changed
 */
final class Recurrences<K> {
  /** So many times in a row the answer comes at once. */
  static final int PATIENCE = 16;

  private static final long FIRST_WAIT = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(30);
  private static final int DOUBLINGS = 4;

  /** What others left alone for so long is in no quarrel. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(60);

  /** How often something happened in a row, and when last. */
  record Recurrence(int times, long last) {
    boolean isOpen() {
      return times > PATIENCE;
    }

    boolean isFirstOpen() {
      return times == PATIENCE + 1;
    }

    long pause() {
      int doublings = Math.min(DOUBLINGS, times - PATIENCE - 1);
      return isOpen() ? Math.min(LONGEST_WAIT, FIRST_WAIT << doublings) : 0;
    }
  }

  private final LongSupplier nanos;

  /** Guarded by this object's lock. */
  private final Map<K, Recurrence> recurrences = new HashMap<>();

  /** Takes a clock that never jumps. */
  Recurrences(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Takes note that it happened now. */
  synchronized Recurrence note(K what) {
    long now = nanos.getAsLong();
    Recurrence earlier = recurrences.get(what);
    int inRow = earlier == null || now - earlier.last() >= QUIET ? 0 : earlier.times();
    Recurrence recurrence = new Recurrence(inRow + 1, now);
    recurrences.put(what, recurrence);
    return recurrence;
  }

  /** Returns those of these that need not wait. */
  synchronized Set<K> due(Collection<K> some) {
    long now = nanos.getAsLong();
    Set<K> due = new HashSet<>();
    for (K what : some) {
      Recurrence recurrence = recurrences.get(what);
      if (recurrence == null || now - recurrence.last() >= recurrence.pause()) {
        due.add(what);
      }
    }
    return due;
  }

  /** Returns how long it is until the first of these is due. */
  synchronized long wait(Collection<K> some) {
    long now = nanos.getAsLong();
    long shortest = LONGEST_WAIT;
    for (K what : some) {
      Recurrence recurrence = recurrences.get(what);
      long wait = recurrence == null ? 0 : recurrence.last() + recurrence.pause() - now;
      shortest = Math.min(shortest, Math.max(0, wait));
    }
    return shortest;
  }

  /**
   * Forgets what is over, and what is wanted no more.
   *
   * @return those wanted whose quarrel is over
   */
  synchronized Set<K> settle(Collection<K> wanted) {
    long now = nanos.getAsLong();
    recurrences.keySet().retainAll(wanted);
    Set<K> ended = new HashSet<>();
    recurrences
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = now - entry.getValue().last() >= QUIET;
              if (over && entry.getValue().isOpen()) {
                ended.add(entry.getKey());
              }
              return over;
            });
    return ended;
  }

  /** Returns all that were noted lately. */
  synchronized Map<K, Recurrence> all() {
    return Map.copyOf(recurrences);
  }
}
