package org.culvert.api.recurrence;

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
public final class Recurrences<K> {
  /** So many times in a row the answer comes at once. */
  public static final int PATIENCE = 16;

  private static final long FIRST_WAIT = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(30);
  private static final int DOUBLINGS = 4;

  /** What others left alone for so long is in no quarrel. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(60);

  /**
   * How often something happened in a row, and when last.
   *
   * @param last by the clock that the account was given
   */
  public record Recurrence(int times, long last) {
    /** Tells whether the answer does not come at once any more. */
    public boolean isOpen() {
      return times > PATIENCE;
    }

    /** Tells whether it was answered at once until now. */
    public boolean isFirstOpen() {
      return times == PATIENCE + 1;
    }

    /** Returns nanoseconds from the last time to the answer to it. */
    public long pause() {
      int doublings = Math.min(DOUBLINGS, times - PATIENCE - 1);
      return isOpen() ? Math.min(LONGEST_WAIT, FIRST_WAIT << doublings) : 0;
    }
  }

  private final LongSupplier nanos;

  /** Guarded by this object's lock. */
  private final Map<K, Recurrence> recurrences = new HashMap<>();

  /** Takes a clock that never jumps. */
  public Recurrences(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Takes note that it happened now. */
  public synchronized Recurrence note(K what) {
    long now = nanos.getAsLong();
    Recurrence earlier = recurrences.get(what);
    int inRow = earlier == null || now - earlier.last() >= QUIET ? 0 : earlier.times();
    Recurrence recurrence = new Recurrence(inRow + 1, now);
    recurrences.put(what, recurrence);
    return recurrence;
  }

  /** Returns those of these that need not wait. */
  public synchronized Set<K> due(Collection<K> some) {
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

  /** Returns nanoseconds until the first of these is due. */
  public synchronized long wait(Collection<K> some) {
    long now = nanos.getAsLong();
    long shortest = LONGEST_WAIT;
    for (K what : some) {
      Recurrence recurrence = recurrences.get(what);
      long wait = recurrence == null ? 0 : recurrence.last() + recurrence.pause() - now;
      shortest = Math.min(shortest, Math.max(0, wait));
    }
    return shortest;
  }

  /** Tells whether something happened more often in a row than is answered at once. */
  public synchronized boolean isOpen(K what) {
    Recurrence recurrence = recurrences.get(what);
    return recurrence != null && recurrence.isOpen();
  }

  /** Forgets what is over, and returns those whose quarrel is. */
  public synchronized Set<K> settle() {
    return settle(Set.copyOf(recurrences.keySet()));
  }

  /**
   * Forgets what is over, and what is wanted no more.
   *
   * @return those wanted whose quarrel is over
   */
  public synchronized Set<K> settle(Collection<K> wanted) {
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
  public synchronized Map<K, Recurrence> all() {
    return Map.copyOf(recurrences);
  }
}
