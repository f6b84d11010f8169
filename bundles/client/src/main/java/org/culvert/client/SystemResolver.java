package org.culvert.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Asks the operating system's resolver on threads of its own, since that blocks. */
final class SystemResolver implements Resolver {
  private static final int THREADS = 4;
  private static final int WAITING = 64;

  private final ExecutorService executor;

  private SystemResolver(ExecutorService executor) {
    this.executor = executor;
  }

  /** Starts with no thread; the first question makes one. */
  static SystemResolver start() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "culvert-client-dns");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return new SystemResolver(executor);
  }

  @Override
  public CompletionStage<List<InetAddress>> resolve(String host) {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    try {
      executor.execute(() -> ask(host, answer));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(new UnknownHostException(host + ": the resolver is busy"));
    }
    return answer;
  }

  private static void ask(String host, CompletableFuture<List<InetAddress>> answer) {
    try {
      answer.complete(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException | RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
