package org.culvert.api.recurrence;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Decides what to tell of something that fails and works again: that it fails and that it works,
 * some times; of what goes on like that, that it does, and nothing more until it has worked for a
 * minute. Then how often it had failed, so that nothing is lost. What works once while something is
 * known to stand in its way does not work again yet. Thread-safe.
 */
public final class Flaps {
  /** What is to be told. */
  public enum News {
    /** Nothing. */
    NONE,
    /** It fails. */
    FAILS,
    /** It fails and works again and again, of which nothing more is told until that is over. */
    FAILS_AGAIN_AND_AGAIN,
    /** It works again, after {@link Flaps#times} failures. */
    WORKS
  }

  private final Recurrences<Flaps> failures;
  private final BooleanSupplier hindered;

  /** Guarded by this object's lock, like what follows. */
  private boolean failing;

  private int times;

  /** Whether it worked since it failed, though hindered. */
  private boolean workedOnce;

  /** Takes a clock that never jumps, in nanoseconds. */
  public Flaps(LongSupplier nanos) {
    this(nanos, () -> false);
  }

  /**
   * @param nanos a clock that never jumps, in nanoseconds
   * @param hindered tells, without waiting, whether it is known that the next attempt may fail: on
   *     a full disk, for example, something small can still be written
   */
  public Flaps(LongSupplier nanos, BooleanSupplier hindered) {
    this.failures = new Recurrences<>(nanos);
    this.hindered = hindered;
  }

  /** Takes note that it does not work; while it goes on not to, that is one failure. */
  public synchronized News failed() {
    workedOnce = false;
    if (failing) {
      return News.NONE;
    }
    failing = true;
    Recurrences.Recurrence failure = failures.note(this);
    times = failure.times();
    return failure.isFirstOpen()
        ? News.FAILS_AGAIN_AND_AGAIN
        : failure.isOpen() ? News.NONE : News.FAILS;
  }

  /** Takes note that it works. */
  public synchronized News worked() {
    workedOnce = failing && hindered.getAsBoolean();
    if (failing && !workedOnce) {
      failing = false;
      return failures.isOpen(this) ? look() : News.WORKS;
    }
    return look();
  }

  /** Looks whether its failures are over; to be called now and then. */
  public synchronized News look() {
    if (workedOnce && !hindered.getAsBoolean()) {
      return worked();
    }
    return !failing && failures.settle().contains(this) ? News.WORKS : News.NONE;
  }

  /** Returns how often it failed in a row until now. */
  public synchronized int times() {
    return times;
  }
}
