package org.culvert.broker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that all decisions are taken on, as others see it. */
final class Confinement {
  private static final Logger LOG = LoggerFactory.getLogger(Confinement.class);

  private final Executor thread;

  Confinement(Executor thread) {
    this.thread = thread;
  }

  static ScheduledExecutorService newThread() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "culvert-broker");
          thread.setDaemon(true);
          return thread;
        });
  }

  /** Runs a decision on the broker's thread; it fails with nothing but a {@link TspException}. */
  <T> CompletionStage<T> decide(Supplier<CompletionStage<T>> decision) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              decision
                  .get()
                  .whenComplete(
                      (value, failure) -> {
                        if (failure == null) {
                          outcome.complete(value);
                        } else {
                          fail(outcome, failure);
                        }
                      });
            } catch (RuntimeException | LinkageError e) {
              fail(outcome, e);
            }
          });
    } catch (RejectedExecutionException e) {
      outcome.completeExceptionally(
          new TspException(StatusCode.SERVER_BUSY, "the broker is stopping", e));
    }
    return outcome;
  }

  private static void fail(CompletableFuture<?> outcome, Throwable failure) {
    TspException refusal = Ledger.asTsp(failure);
    if (!(Ledger.causeOf(failure) instanceof TspException)) {
      LOG.error("A request could not be decided", failure);
    }
    outcome.completeExceptionally(refusal);
  }

  /** Runs a step on the broker's thread, unless that has ended. */
  void quietly(Runnable step) {
    try {
      thread.execute(step);
    } catch (RejectedExecutionException e) {
      LOG.debug("Too late, the broker is stopping");
    }
  }
}
