package org.culvert.endpoint;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread on which an endpoint lives. Closing it ends the thread. */
final class EndpointThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointThread.class);
  private static final long LIMIT_SECONDS = 30;

  private final ScheduledExecutorService executor;

  EndpointThread(ScheduledExecutorService executor) {
    this.executor = executor;
  }

  /** Makes an executor whose thread tells whose it is. */
  static ScheduledExecutorService named(String role) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "culvert-endpoint-" + role);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Throws {@link RejectedExecutionException} once it is closed. */
  void execute(Runnable task) {
    executor.execute(task);
  }

  /** Repeats a task after each pause, whatever becomes of it. */
  void repeat(Runnable task, long pause, TimeUnit unit) {
    executor.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.warn("Tunnels could not be looked after this time", e);
          }
        },
        pause,
        pause,
        unit);
  }

  /**
   * Returns when the task is done, so that what it gave up may be taken away. A task that hangs in
   * another's bundle holds its caller for half a minute and not for ever.
   */
  void executeAndWait(Runnable task) {
    try {
      executor.submit(task).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Nothing is open any more", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Tunnels could not be closed in order", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
