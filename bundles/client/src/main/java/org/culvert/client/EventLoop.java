package org.culvert.client;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that everything of a client is confined to, with its {@link Timepiece}.
 *
 * <p>A task that throws ends nothing: whoever owns the client's attempts is told, see {@link
 * #whenBroken}. Once it is closed nothing more runs, and what is handed to it is dropped.
 */
final class EventLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  private final ScheduledExecutorService executor;
  private final Timepiece time;
  private volatile Consumer<Throwable> rescue = failure -> {};

  /** Runs on an executor of one thread, which it shuts down when it is closed. */
  EventLoop(ScheduledExecutorService executor, Timepiece time) {
    this.executor = executor;
    this.time = time;
  }

  /** Starts a daemon thread. */
  static EventLoop start() {
    return new EventLoop(
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "culvert-client");
              thread.setDaemon(true);
              return thread;
            }),
        Timepiece.system());
  }

  /** Returns what it measures time by. */
  Timepiece time() {
    return time;
  }

  /** Returns the present moment on a scale that never jumps, see {@link Timepiece}. */
  long nanos() {
    return time.nanos();
  }

  /** Sets who is told, on the thread, when a task has thrown. */
  void whenBroken(Consumer<Throwable> owner) {
    rescue = owner;
  }

  /** Runs a task on the thread, or drops it if closed; may be called from any thread. */
  void execute(Runnable task) {
    execute(task, () -> LOG.debug("closed, a task is dropped"));
  }

  private void execute(Runnable task, Runnable otherwise) {
    try {
      executor.execute(() -> guarded(task));
    } catch (RejectedExecutionException e) {
      otherwise.run();
    }
  }

  /** Runs a task after a while. */
  Timer after(Duration delay, Runnable task) {
    try {
      Future<?> future =
          executor.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  /**
   * Awaits a stage for a limited time. Exactly one of the two callbacks runs, on the thread.
   *
   * @param late gets a value that comes after the limit, so that it can be closed
   */
  <T> void await(
      CompletionStage<T> stage,
      Duration limit,
      Consumer<T> onValue,
      Consumer<Throwable> onFailure,
      Consumer<T> late) {
    AtomicBoolean settled = new AtomicBoolean();
    Timer timer =
        after(
            limit,
            () -> {
              if (settled.compareAndSet(false, true)) {
                onFailure.accept(
                    new TimeoutException("no answer within " + limit.toSeconds() + " s"));
              }
            });
    stage.whenComplete(
        (value, failure) -> {
          boolean first = settled.compareAndSet(false, true);
          timer.cancel();
          if (failure == null) {
            Runnable tooLate = () -> late.accept(value);
            if (first) {
              execute(() -> onValue.accept(value), tooLate);
            } else {
              tooLate.run();
            }
          } else if (first) {
            execute(() -> onFailure.accept(failure));
          }
        });
  }

  /** Stops at once; a task that is running finishes. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  /**
   * An executor swallows what a task throws, and a client that stops silently helps nobody. Errors
   * count too: a bundle that is being updated throws them.
   */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("The tunnel client met what it does not expect, and begins anew", e);
      try {
        rescue.accept(e);
      } catch (RuntimeException | Error again) {
        LOG.error("The tunnel client could not begin anew, and tries that again", again);
      }
    }
  }

  /** Something that will run. */
  interface Timer {
    /** Sees to it that it does not run any more. */
    void cancel();
  }
}
