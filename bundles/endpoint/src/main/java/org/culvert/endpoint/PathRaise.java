package org.culvert.endpoint;

import java.time.Duration;

/**
 * Says when to look whether a path carries more by now: ten minutes after the last size was judged
 * (PMTU_RAISE_TIMER), or sooner, when the other end is heard again after a silence, or when packets
 * were too big where no size was found. The latter is answered ever later while it is in vain.
 *
 * <p>Times are nanoseconds of one monotonic clock. Not for several threads at a time.
 */
final class PathRaise {
  private static final long REGULAR = Duration.ofMinutes(10).toNanos();
  private static final long FIRST = Duration.ofSeconds(10).toNanos();

  private long judged;
  private long due;

  /** How long nothing was judged before it is looked for packets that were too big. */
  private long pause = FIRST;

  /** Takes note that a size was judged, or that it is looked now. */
  void judged(long now) {
    judged = now;
    due = now + REGULAR;
  }

  /** Takes note that a size was found. */
  void found() {
    pause = FIRST;
  }

  /** Takes note that packets were too big, and no size is found that would do. */
  void wanted(long now) {
    if (now - judged >= pause && now - due < 0) {
      due = now;
      pause = Math.min(2 * pause, REGULAR);
    }
  }

  /** Takes note that what was judged was judged during an outage. */
  void doubted(long now) {
    due = now;
    pause = FIRST;
  }

  boolean isDue(long now) {
    return now - due >= 0;
  }
}
