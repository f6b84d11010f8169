package org.culvert.endpoint;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task on the endpoint's thread at the earliest of the moments that it is asked for, once
 * for all of them. Any thread may ask.
 */
final class Alarm {
  private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

  private final ScheduledExecutorService executor;
  private final LongSupplier nanos;
  private final Runnable task;

  /** When it rings, if it is set; guarded by this object's lock. */
  private long due;

  private boolean set;

  /** Takes a clock that never jumps. */
  Alarm(ScheduledExecutorService executor, LongSupplier nanos, Runnable task) {
    this.executor = executor;
    this.nanos = nanos;
    this.task = task;
  }

  /** Asks for the task in so many nanoseconds, or earlier. */
  synchronized void in(long delay) {
    long at = nanos.getAsLong() + delay;
    if (set && due - at <= 0) {
      return;
    }
    try {
      executor.schedule(() -> ring(at), delay, TimeUnit.NANOSECONDS);
      due = at;
      set = true;
    } catch (RejectedExecutionException e) {
      LOG.debug("Nothing is put right any more", e);
    }
  }

  private void ring(long at) {
    synchronized (this) {
      if (!set || due != at) {
        return;
      }
      set = false;
    }
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.warn("Devices could not be looked after this time", e);
    }
  }
}
