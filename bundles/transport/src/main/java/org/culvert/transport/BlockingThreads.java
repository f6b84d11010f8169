package org.culvert.transport;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The few threads on which SASL messages are evaluated, since password checks take long on purpose.
 */
final class BlockingThreads {
  private static final int THREADS = 4;
  private static final int QUEUE = 256;
  private static final int IDLE_SECONDS = 30;

  private BlockingThreads() {}

  /** Starts them, at need; the caller shuts them down. What does not fit is refused. */
  static ExecutorService start() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            new DefaultThreadFactory("culvert-authentication", true));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
