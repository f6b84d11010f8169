package org.culvert.itests.attack;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets something happen so often a second, for so long. */
final class Pace {
  private final long begun = System.nanoTime();
  private final double perSecond;
  private final long most;
  private long done;

  /**
   * @param seconds how long; what does not fit in time, on a busy machine, is done later, so that
   *     the same is done everywhere
   */
  Pace(double perSecond, int seconds) {
    this.perSecond = perSecond;
    this.most = (long) (perSecond * seconds);
  }

  /** Waits until it is time for the next; false if that was all. */
  boolean next() {
    if (done >= most) {
      return false;
    }
    long due = begun + (long) (done / perSecond * TimeUnit.SECONDS.toNanos(1));
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    done++;
    return true;
  }

  long done() {
    return done;
  }

  /** Returns the time since the beginning, rounded up. */
  long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) + 1;
  }
}
