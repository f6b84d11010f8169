package org.culvert.client;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Two hands: one that never jumps, by which everything is measured that has to last or to wait, and
 * the time of day, which is for people and may jump at any moment. Any thread may use it.
 *
 * @param ticks the hand that never jumps, in nanoseconds since any moment
 * @param wall the time of day
 */
record Timepiece(LongSupplier ticks, Clock wall) {

  /** Returns the machine's. */
  static Timepiece system() {
    return new Timepiece(System::nanoTime, Clock.systemUTC());
  }

  /** Returns the present moment in nanoseconds; only differences mean something. */
  long nanos() {
    return ticks.getAsLong();
  }

  /** Returns how long ago a moment of {@link #nanos()} was. */
  Duration since(long moment) {
    return Duration.ofNanos(nanos() - moment);
  }

  /**
   * Returns when a moment of {@link #nanos()} was, by the time of day that is in force now. So an
   * age computed from it is right, whatever the time of day has done since.
   */
  Instant timeOf(long moment) {
    return wall.instant().minus(since(moment));
  }
}
