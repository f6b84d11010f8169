package org.culvert.testkit.time;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a thread that a test drives: what is executed runs at once on the caller's thread, one
 * task after another and never one inside another; what is scheduled runs when the test lets time
 * pass. For use by one thread.
 */
public final class ManualExecutor extends AbstractExecutorService
    implements ScheduledExecutorService {
  private final ManualClock clock;
  private final Queue<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Timer<?>> timers =
      new PriorityQueue<>(
          Comparator.<Timer<?>>comparingLong(t -> t.due).thenComparing(t -> t.number));
  private long order;
  private boolean draining;
  private boolean shut;

  /** Makes an executor that moves this clock. */
  public ManualExecutor(ManualClock clock) {
    this.clock = clock;
  }

  /** Lets time pass and runs what falls due, each task at its own moment. */
  public void advance(Duration by) {
    long until = clock.nanoTime() + by.toNanos();
    for (Timer<?> next = timers.peek(); next != null && next.due <= until; next = timers.peek()) {
      timers.remove();
      advanceTo(next.due);
      execute(next);
    }
    advanceTo(until);
  }

  private void advanceTo(long nanos) {
    clock.advance(Duration.ofNanos(Math.max(0, nanos - clock.nanoTime())));
  }

  @Override
  public void execute(Runnable task) {
    if (shut) {
      throw new RejectedExecutionException("shut down");
    }
    ready.add(task);
    if (draining) {
      return;
    }
    draining = true;
    try {
      for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
        next.run();
      }
    } finally {
      draining = false;
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return start(new Timer<Object>(task, unit.toNanos(delay), 0));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    return start(new Timer<>(task, unit.toNanos(delay)));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    return start(new Timer<Object>(task, unit.toNanos(initialDelay), unit.toNanos(period)));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return start(new Timer<Object>(task, unit.toNanos(initialDelay), -unit.toNanos(delay)));
  }

  private <V> ScheduledFuture<V> start(Timer<V> timer) {
    timers.add(timer);
    return timer;
  }

  @Override
  public void shutdown() {
    shut = true;
    timers.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    List<Runnable> never = List.copyOf(ready);
    ready.clear();
    return never;
  }

  @Override
  public boolean isShutdown() {
    return shut;
  }

  @Override
  public boolean isTerminated() {
    return shut && ready.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  private final class Timer<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long number = order++;

    /** In nanoseconds; negative: from the end of a run, so that none is made up for; 0: once. */
    private final long period;

    /** By the clock's monotonic hand: a timer does not care for the date. */
    private long due;

    @SuppressWarnings("NullAway") // FutureTask's result of a Runnable
    Timer(Runnable task, long delay, long period) {
      super(task, null);
      this.period = period;
      this.due = clock.nanoTime() + delay;
    }

    Timer(Callable<V> task, long delay) {
      super(task);
      this.period = 0;
      this.due = clock.nanoTime() + delay;
    }

    @Override
    public void run() {
      if (period == 0) {
        super.run();
      } else if (!isCancelled() && runAndReset() && !shut) {
        due = period > 0 ? due + period : clock.nanoTime() - period;
        timers.add(this);
      }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      timers.remove(this);
      return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - clock.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }
}
