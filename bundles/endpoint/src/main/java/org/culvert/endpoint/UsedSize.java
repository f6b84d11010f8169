package org.culvert.endpoint;

import java.time.Duration;

/**
 * Looks whether the size that is used still passes while a larger one is judged: that takes some
 * seconds, and what loses large packets must be noticed sooner. Times are nanoseconds of one
 * monotonic clock.
 *
 * <p>Not for several threads at a time.
 */
final class UsedSize {
  /** The pause between a probe that was answered and the next one. */
  private static final long LOOK_AGAIN = Duration.ofMillis(500).toNanos();

  private int unanswered;
  private long firstUnanswered;
  private long next;

  /** Takes note that the size was seen to pass, or that nobody needs to know now. */
  void seen(long now) {
    unanswered = 0;
    next = now + LOOK_AGAIN;
  }

  /** Tells whether a probe is to be sent; if so, takes note that it is. */
  boolean isDue(long now) {
    if (unanswered >= PathSearch.PROBES || now - next < 0) {
      return false;
    }
    if (unanswered++ == 0) {
      firstUnanswered = now;
    }
    next = now + PathSearch.PAUSE;
    return true;
  }

  /** Returns how many probes in a row were not answered. */
  int unanswered() {
    return unanswered;
  }

  /** Returns when the first of them was sent. */
  long firstUnanswered() {
    return firstUnanswered;
  }

  /** Tells whether all probes were lost. */
  boolean isLost(long now) {
    return unanswered >= PathSearch.PROBES && now - firstUnanswered >= PathSearch.TIME_TO_ANSWER;
  }
}
