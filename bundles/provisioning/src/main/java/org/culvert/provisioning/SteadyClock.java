package org.culvert.provisioning;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.culvert.api.service.Duty;

/**
 * The time that all waiting goes by: it starts at the machine's date and then counts the time that
 * passes, so that nothing is late or early when the machine's clock is set. Any thread may use it.
 */
final class SteadyClock {
  /** What the machine's clock may differ by before dates are told by it. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  private final InstantSource machine;
  private final LongSupplier nanoTime;
  private final Instant start;
  private final long begun;

  /**
   * Starts at the machine's date.
   *
   * @param nanoTime a clock that never jumps
   */
  SteadyClock(InstantSource machine, LongSupplier nanoTime) {
    this.machine = machine;
    this.nanoTime = nanoTime;
    this.start = machine.instant();
    this.begun = nanoTime.getAsLong();
  }

  /** Returns the time, in whole milliseconds, as they are stored. */
  Instant now() {
    return start.plusNanos(nanoTime.getAsLong() - begun).truncatedTo(ChronoUnit.MILLIS);
  }

  /** Returns nanoseconds of the clock that never jumps. */
  long nanos() {
    return nanoTime.getAsLong();
  }

  /** Returns a duty for the store or the operator, who know the machine's date alone. */
  Duty dated(Duty duty) {
    Duration ahead = Duration.between(now(), machine.instant()).truncatedTo(ChronoUnit.MILLIS);
    if (ahead.abs().compareTo(TOLERANCE) < 0) {
      return duty;
    }
    return new Duty(
        duty.kind(),
        duty.service(),
        duty.tunnel(),
        duty.goal(),
        duty.state(),
        duty.since().plus(ahead),
        duty.attempts(),
        duty.next().plus(ahead),
        duty.problem());
  }
}
