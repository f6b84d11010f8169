package org.culvert.lease.jdbc;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.culvert.api.lease.LeaseStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A store, from configuration to service:
 *   open      the database; if it cannot be opened: told, and tried again until it can
 *   probe     reads all, and writes once: what starts behind it must not find it broken
 *   offer     as a service
 *   back up   at once and each day
 */
/**
 * Opens the store as soon as it can be opened, offers it, and keeps a copy of it. On a thread of
 * its own: a large database takes its time.
 */
final class StoreKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreKeeper.class);
  private static final Duration BACKUPS = Duration.ofDays(1);
  private static final Duration BACKUP_RETRY = Duration.ofMinutes(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** Makes the store; tried until it succeeds. */
  interface Opening {
    /**
     * @throws LeaseStoreException if it cannot be opened now
     */
    JdbcLeaseStore open();
  }

  private final Opening opening;
  private final Function<JdbcLeaseStore, Runnable> offer;
  private final ScheduledExecutorService thread;

  /** The thread's. */
  private Optional<JdbcLeaseStore> store = Optional.empty();

  private Runnable withdraw = () -> {};
  private boolean isBackupTold;
  private Duration pause = Duration.ofSeconds(1);
  private volatile String told = "";
  private volatile boolean closed;

  /**
   * @param offer makes the store known; what it returns makes it unknown again
   */
  StoreKeeper(Opening opening, Function<JdbcLeaseStore, Runnable> offer) {
    this.opening = opening;
    this.offer = offer;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, "culvert-lease-keeper");
              daemon.setDaemon(true);
              return daemon;
            });
    thread.execute(this::open);
  }

  private void open() {
    try {
      JdbcLeaseStore opened = probed(opening.open());
      store = Optional.of(opened);
      if (!told.isEmpty()) {
        LOG.info("Leases can be read and stored now");
        told = "";
      }
      withdraw = offer.apply(opened);
      backUp();
    } catch (LeaseStoreException e) {
      String why = String.valueOf(e.getMessage());
      if (!closed && !why.equals(told)) {
        told = why;
        LOG.warn("{}", sentence(why));
      }
      later(this::open, pause);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    } catch (RuntimeException e) {
      LOG.error("Leases cannot be read, and no tunnel is offered", e);
    }
  }

  private static String sentence(String why) {
    return "Leases cannot be read, and no tunnel is offered until they can: "
        + why
        + ". It is tried again all the time";
  }

  /** Returns why there is no store at this moment; empty if there is one, or none was tried yet. */
  Optional<String> trouble() {
    String why = told;
    return why.isEmpty() ? Optional.empty() : Optional.of(sentence(why));
  }

  /** Leases that are there can be served though none can be written: their tunnels come up. */
  private static JdbcLeaseStore probed(JdbcLeaseStore opened) {
    try {
      boolean empty = opened.load().isEmpty();
      opened.duties();
      if (empty) {
        opened.tryToWrite().toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      return opened;
    } catch (ExecutionException e) {
      opened.close();
      throw e.getCause() instanceof LeaseStoreException failure
          ? failure
          : new LeaseStoreException(e.toString(), false, e);
    } catch (TimeoutException e) {
      opened.close();
      throw new LeaseStoreException("the disk does not answer; see to it", false, e);
    } catch (InterruptedException e) {
      opened.close();
      throw new LeaseStoreException("interrupted", false, e);
    } catch (LeaseStoreException e) {
      opened.close();
      throw e;
    }
  }

  private void backUp() {
    Duration next = BACKUPS;
    try {
      store.ifPresent(JdbcLeaseStore::backUp);
      isBackupTold = false;
    } catch (LeaseStoreException e) {
      next = BACKUP_RETRY;
      if (!closed && !isBackupTold) {
        isBackupTold = true;
        LOG.warn("No copy of the leases can be made: {}. It is tried again later", e.getMessage());
      }
    }
    later(this::backUp, next);
  }

  private void later(Runnable step, Duration pause) {
    try {
      thread.schedule(step, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Too late, the store is closing");
    }
  }

  /** Withdraws the store, writes what still waits, and closes it. */
  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    withdraw.run();
    store.ifPresent(JdbcLeaseStore::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
