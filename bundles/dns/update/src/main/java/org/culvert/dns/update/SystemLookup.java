package org.culvert.dns.update;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the operating system, in a thread of its own, since it gives no time limit. */
final class SystemLookup implements HostLookup {
  private static final int MOST_WAITING = 8;

  private final ThreadPoolExecutor thread;

  private SystemLookup(ThreadPoolExecutor thread) {
    this.thread = thread;
  }

  /** Starts the thread; whoever calls this closes the look-up. */
  static SystemLookup start() {
    return new SystemLookup(
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            task -> {
              Thread thread = new Thread(task, "culvert-dns-lookup");
              thread.setDaemon(true);
              return thread;
            }));
  }

  @Override
  public List<InetAddress> addresses(String host, Duration limit) {
    try {
      // The dot keeps the resolver from trying its search list.
      Future<InetAddress[]> found = thread.submit(() -> InetAddress.getAllByName(host + "."));
      return List.of(found.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      return List.of();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
