package org.culvert.broker;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what accounts are granted, and whether they are still there. The stores may block, so they
 * are asked on a few threads of their own and for a bounded time. For any thread.
 */
final class GrantLookup {
  /** As long as a user waits whose account cannot be looked up. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(GrantLookup.class);
  private static final int THREADS = 4;
  private static final int WAITING = 1000;
  private static final long IDLE_SECONDS = 30;

  private final Supplier<List<CredentialStore>> stores;
  private final ExecutorService threads;
  private final Duration patience;
  private final AtomicBoolean fails = new AtomicBoolean();

  /**
   * @param stores by ascending ranking, as the service registry orders them
   * @param threads shut down by {@link #close}
   * @param patience how long an answer may take
   */
  GrantLookup(Supplier<List<CredentialStore>> stores, ExecutorService threads, Duration patience) {
    this.stores = stores;
    this.threads = threads;
    this.patience = patience;
  }

  /** Makes threads to ask on; they end when there is nothing to ask. */
  static ExecutorService newThreads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "culvert-broker-asking");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Finds what a user is granted; one whom no store knows, nothing.
   *
   * @return fails with 530 if a store fails or does not answer in time
   */
  CompletionStage<Grant> of(String user) {
    return account(user).thenApply(found -> found.map(Account::grant).orElse(Grant.NONE));
  }

  /** Tells whether a user still has an account; never fails, and without a store is unsure. */
  CompletionStage<Standing> standing(String user) {
    // It is being updated, or has refused its configuration.
    return stores.get().isEmpty()
        ? CompletableFuture.completedFuture(Standing.UNSURE)
        : account(user)
            .handle((found, failure) -> failure == null ? Standing.of(found) : Standing.UNSURE);
  }

  /** Counts what the stores have learned of changes; zero if none of them ever does. */
  long changes() {
    return stores.get().stream().mapToLong(CredentialStore::changes).sum();
  }

  /** Returns the stores that there are now. */
  List<CredentialStore> stores() {
    return List.copyOf(stores.get());
  }

  /**
   * Finds the accounts of several users, one after the other, however long it takes; without those
   * whom a store failed to tell of.
   *
   * @return fails if there are too many questions already
   */
  CompletionStage<Map<String, Optional<Account>>> all(Set<String> users) {
    try {
      return CompletableFuture.supplyAsync(() -> findAll(users), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Map<String, Optional<Account>> findAll(Set<String> users) {
    Map<String, Optional<Account>> found = new HashMap<>();
    if (stores.get().isEmpty()) {
      return found;
    }
    for (String user : users) {
      try {
        found.put(user, find(user));
      } catch (RuntimeException e) {
        LOG.debug("{}: the account cannot be looked up", LifeLog.printable(user), e);
      }
    }
    return found;
  }

  private CompletionStage<Optional<Account>> account(String user) {
    CompletableFuture<Optional<Account>> answer = new CompletableFuture<>();
    Future<?> asking;
    try {
      asking = threads.submit(() -> ask(user, answer));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(busy("too many accounts are being looked up", e));
    }
    CompletableFuture<Optional<Account>> inTime =
        answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    return inTime.handle(
        (found, failure) -> {
          if (failure == null) {
            fails.set(false);
            return found;
          }
          asking.cancel(true);
          Throwable cause = Ledger.causeOf(failure);
          String why =
              cause instanceof TimeoutException
                  ? "no answer within " + patience.toSeconds() + " s"
                  : cause.toString();
          if (!fails.getAndSet(true)) {
            LOG.error(
                "Accounts cannot be looked up, so users are told to come back, and tunnels stay: {}",
                why);
          }
          throw busy("account cannot be looked up: " + why, cause);
        });
  }

  private void ask(String user, CompletableFuture<Optional<Account>> answer) {
    try {
      answer.complete(find(user));
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private Optional<Account> find(String user) {
    List<CredentialStore> bound = stores.get();
    for (int i = bound.size() - 1; i >= 0; i--) {
      Optional<Account> account = bound.get(i).find(user);
      if (account.isPresent()) {
        return account;
      }
    }
    return Optional.empty();
  }

  void close() {
    threads.shutdownNow();
  }

  private static TspException busy(String why, Throwable cause) {
    return new TspException(StatusCode.SERVER_BUSY, why, cause);
  }
}
