package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.recurrence.Flaps;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes of leases: to the store first, to the book when the store has them.
 *
 * <p>When the store says that a lease is not as the book has it, the book is read anew. For the
 * broker's thread; {@link #book} for any.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  private final Settings settings;
  private final LeaseStore store;
  private final byte[] secret;
  private final DesiredTunnels desired;
  private final Turns turns;
  private final Executor thread;
  private final LeaseClock clock;
  private final Watchers watchers = new Watchers();
  private volatile LeaseBook book;

  /** How the store fails and works again. */
  private final Flaps flaps;

  private boolean rereading;

  /**
   * Reads the store. Blocks.
   *
   * @throws LeaseStoreException if it cannot be read
   * @throws IllegalStateException if it contradicts itself
   */
  Ledger(
      Settings settings,
      LeaseStore store,
      byte[] secret,
      DesiredTunnels desired,
      Turns turns,
      Executor thread,
      LeaseClock clock) {
    this.settings = settings;
    this.store = store;
    this.secret = secret.clone();
    this.desired = desired;
    this.turns = turns;
    this.thread = thread;
    this.clock = clock;
    this.flaps = new Flaps(() -> clock.uptime().toNanos(), () -> store.obstacle().isPresent());
    this.book = new LeaseBook(settings, secret, store.load());
  }

  LeaseBook book() {
    return book;
  }

  Settings settings() {
    return settings;
  }

  Instant now() {
    return clock.now();
  }

  LeaseClock clock() {
    return clock;
  }

  /** Returns all leases, with dates by the machine's clock: who reads them has no other. */
  Collection<Lease> shown() {
    Duration ahead = clock.ahead();
    return ahead.abs().compareTo(LeaseClock.TOLERANCE) <= 0
        ? book.all()
        : book.all().stream().map(lease -> Leases.shown(lease, ahead)).toList();
  }

  /** Returns when a lease ends, by a scale that no clock moves. */
  Duration end(Lease lease) {
    return Duration.between(clock.start(), lease.expires());
  }

  /** Brings what another thread answers to the broker's thread. */
  <T> CompletionStage<T> here(CompletionStage<T> answer) {
    return answer.thenApplyAsync(Function.identity(), thread);
  }

  Watchers watchers() {
    return watchers;
  }

  DesiredTunnels desired() {
    return desired;
  }

  /**
   * Tells the tunnel server all, the pools first: before packets come, it ends what leads nowhere.
   */
  void begin() {
    Set<InetAddress> resolvers =
        settings.resolvers().stream()
            // The address that stands where there is none is nobody's.
            .filter(resolver -> !resolver.isAnyLocalAddress())
            .collect(Collectors.toSet());
    desired.serve(settings.allPools(), resolvers);
    reconcile();
  }

  /** Makes the tunnels those of the active leases, whatever stood before. */
  CompletionStage<Void> reconcile() {
    desired.reset(
        book.all().stream()
            .filter(lease -> lease.state() == State.ACTIVE)
            .map(lease -> Leases.tunnel(lease, settings))
            .toList());
    return desired.apply();
  }

  CompletionStage<Void> put(Lease lease) {
    return commit(List.of(new LeaseChange.Put(lease)));
  }

  /**
   * Makes changes durable and enters them in the book.
   *
   * @return completes on the broker's thread; fails with 310
   */
  CompletionStage<Void> commit(List<LeaseChange> changes) {
    CompletionStage<Void> written;
    try {
      written = store.commit(changes);
    } catch (RuntimeException e) {
      written = CompletableFuture.failedFuture(e);
    }
    return written.handleAsync(
        (nothing, failure) -> {
          if (failure != null) {
            throw refused(failure);
          }
          enter(changes);
          return nothing;
        },
        thread);
  }

  private void enter(List<LeaseChange> changes) {
    tell(flaps.worked(), "");
    for (LeaseChange change : changes) {
      if (change instanceof LeaseChange.Put put) {
        book.put(put.lease());
      } else if (change instanceof LeaseChange.Remove remove) {
        book.remove(remove.lease());
      }
    }
    watchers.changed(changes);
  }

  private TspException refused(Throwable failure) {
    Throwable cause = failure instanceof CompletionException e ? causeOf(e) : failure;
    if (cause instanceof LeaseStoreException e && e.stale()) {
      LOG.warn("The lease store was changed by somebody else; reading it anew: {}", e.getMessage());
      reread();
    } else {
      tell(flaps.failed(), String.valueOf(cause.getMessage()));
      LOG.debug("The lease store fails", cause);
    }
    return cannotStore(String.valueOf(cause.getMessage()), cause);
  }

  /** Returns what a client is told whose wish cannot be stored. */
  static TspException cannotStore(String why, @Nullable Throwable cause) {
    String reason = "lease store: " + why;
    TspException refusal =
        cause == null
            ? new TspException(StatusCode.SERVER_ERROR, reason)
            : new TspException(StatusCode.SERVER_ERROR, reason, cause);
    return refusal.advising(
        "the broker cannot store leases at present; clients ask again by themselves");
  }

  /** Tells why nothing can be stored now; empty: nothing is known to be in the way. */
  Optional<String> obstacle() {
    return store.obstacle();
  }

  /** Looks now and then whether the store has ceased to fail. */
  void look() {
    tell(flaps.look(), "");
  }

  private void tell(Flaps.News news, String why) {
    switch (news) {
      case FAILS ->
          LOG.warn(
              "The lease store fails; clients are refused with 310 until it works again, tunnels"
                  + " stand: {}",
              why);
      case FAILS_AGAIN_AND_AGAIN ->
          LOG.warn(
              "The lease store fails and works again and again; clients are refused with 310 while"
                  + " it fails, and nothing more is told until it has worked for a minute: {}",
              why);
      case WORKS -> LOG.info("The lease store works again; failures: {}", flaps.times());
      case NONE -> {}
    }
  }

  private void reread() {
    if (rereading) {
      return;
    }
    rereading = true;
    turns.takeAll(
        () -> {
          rereading = false;
          try {
            book = new LeaseBook(settings, secret, store.load());
          } catch (LeaseStoreException | IllegalStateException e) {
            LOG.error("Keeping the leases as they were known: {}", e.getMessage());
            return CompletableFuture.completedFuture(null);
          }
          watchers.all(book.all());
          return reconcile();
        });
  }

  static Throwable causeOf(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static TspException asTsp(Throwable failure) {
    Throwable cause = causeOf(failure);
    return cause instanceof TspException tsp
        ? tsp
        : new TspException(StatusCode.SERVER_ERROR, "broker failed: " + cause, cause);
  }
}
