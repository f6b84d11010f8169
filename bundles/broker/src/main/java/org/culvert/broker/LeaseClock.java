package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time that leases live by: a date that goes on evenly, whatever becomes of the machine's.
 *
 * <p>It starts at the machine's date and then counts the time that passes. When the machine's clock
 * jumps, the two differ until {@link ClockWatch} has moved the leases and this with them. Changed
 * on the broker's thread; any thread may read it.
 */
final class LeaseClock {
  /** By so much the machine's clock may differ without being said to have jumped. */
  static final Duration TOLERANCE = Duration.ofSeconds(5);

  private final InstantSource machine;
  private final LongSupplier nanoTime;
  private final long begun;
  private volatile Instant start;

  /**
   * Starts at the machine's date.
   *
   * @param nanoTime a clock that never jumps
   */
  LeaseClock(InstantSource machine, LongSupplier nanoTime) {
    this.machine = machine;
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
    this.start = machine.instant();
  }

  Instant now() {
    return start.plus(uptime());
  }

  /** Returns the date at which this was started, by the clock as it is now. */
  Instant start() {
    return start;
  }

  /** Returns how long ago this was started. */
  Duration uptime() {
    return Duration.ofNanos(nanoTime.getAsLong() - begun);
  }

  /** Returns how far the machine's date is ahead of this one; negative: behind. */
  Duration ahead() {
    return Duration.between(now(), machine.instant());
  }

  /** Moves this, and not the time that has passed. */
  void move(Duration by) {
    start = start.plus(by);
  }
}
