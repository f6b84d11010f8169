package org.culvert.testkit.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that stands still until a test moves it. It has two hands, as a machine has two clocks:
 * the date, which an operator may set to anything, and a monotonic one, which tells only how much
 * time has passed. Safe for use by many threads.
 */
public final class ManualClock extends Clock {
  /** Where every manual clock starts. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private volatile Instant now = START;
  private volatile long nanos;

  /** Lets time pass: moves both hands. */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
    nanos += by.toNanos();
  }

  /** Sets the date forward or back; no time passes. */
  public synchronized void jump(Duration by) {
    now = now.plus(by);
  }

  /** Sets the date; no time passes. */
  public synchronized void set(Instant instant) {
    now = instant;
  }

  /** Returns the monotonic hand, as {@link System#nanoTime} does. */
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("a manual clock knows UTC only");
  }
}
