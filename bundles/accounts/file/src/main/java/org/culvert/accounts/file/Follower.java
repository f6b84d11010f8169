package org.culvert.accounts.file;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the file by itself: one thread sees that it changed, whatever there is to hash, and
 * another hashes passwords in clear and writes them back, some at a time.
 */
final class Follower implements AutoCloseable {
  static final long INTERVAL_MILLIS = 250;

  /** A write costs more than a few hashes if the file is large. */
  private static final int LEAST_PORTION = 16;

  private static final int PORTIONS = 16;
  private static final long PATIENCE_SECONDS = 60;
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

  private final FollowedUsers users;
  private final List<Runnable> lookouts;
  private final ScheduledExecutorService watching;
  private final ExecutorService hashing;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * Begins.
   *
   * @param lookouts what else is to be looked at as often
   * @param watching one thread, which this ends
   * @param hashing another, which this ends, too
   */
  Follower(
      FollowedUsers users,
      List<Runnable> lookouts,
      ScheduledExecutorService watching,
      ExecutorService hashing) {
    this.users = users;
    this.lookouts = List.copyOf(lookouts);
    this.watching = watching;
    this.hashing = hashing;
    watching.scheduleWithFixedDelay(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      users.look();
      lookouts.forEach(Runnable::run);
      if (!users.pending().isEmpty() && busy.compareAndSet(false, true)) {
        hashing.execute(this::hash);
      }
    } catch (RejectedExecutionException e) {
      // It closes.
    } catch (RuntimeException e) {
      LOG.error("the file of users could not be looked at; that is tried again", e);
    }
  }

  private void hash() {
    try {
      Map<String, UserEntry> pending = users.pending();
      while (!pending.isEmpty() && !closed) {
        users.write(portion(pending));
        pending = users.pending();
      }
    } catch (RuntimeException e) {
      LOG.error("passwords in clear could not be hashed; that is tried again", e);
    } finally {
      busy.set(false);
    }
  }

  private Map<String, UserEntry> portion(Map<String, UserEntry> pending) {
    int size = Math.max(LEAST_PORTION, pending.size() / PORTIONS);
    Map<String, UserEntry> made = new LinkedHashMap<>();
    for (Map.Entry<String, UserEntry> one : pending.entrySet()) {
      if (made.size() == size || closed) {
        break;
      }
      made.put(one.getKey(), one.getValue().hashed());
    }
    return made;
  }

  /** Ends both threads, after the hash that is being made; what is hashed by then is written. */
  @Override
  public void close() {
    closed = true;
    watching.shutdown();
    hashing.shutdown();
    try {
      watching.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      hashing.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    users.close();
  }
}
