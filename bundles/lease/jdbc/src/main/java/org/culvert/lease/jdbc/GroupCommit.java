package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.lease.LeaseStoreException;

/*
 * A change, from call to disk:
 *   add       into the queue
 *   run       the writer takes all that wait → one transaction
 *   attempt   each change between savepoints: all of it or nothing
 *   write     one commit, one flush of the disk → every change's stage completes
 *   settle    if the flush failed: first finds out whether it is stored → then they complete
 *   prove     after a failure: whether there is room again for as much as was refused
 */
/**
 * Lets many commits share one write to the disk.
 *
 * <p>While the disk is busy with one transaction, more changes gather for the next: the slower the
 * disk, the larger the groups. A change that comes too late fails alone. While the disk fails, each
 * group is tried, and refused if it fails; without any, the writer tries by itself.
 */
final class GroupCommit implements AutoCloseable {
  private static final int MOST_PER_TRANSACTION = 4096;
  private static final long TRY_SECONDS = 1;

  /** A change touches a page of the table and one of each index, and any of them may be split. */
  private static final int OCTETS_PER_CHANGE = 64 * 1024;

  private static final int MOST_OCTETS = 1 << 20;

  /** What is written as one: all of it or nothing. */
  interface Change {
    /** Makes it, on the writer's thread; returns false if another came first. */
    boolean make(Tables tables) throws SQLException;
  }

  private record Work(Change change, CompletableFuture<Void> done) {}

  private static final Work END = new Work(tables -> true, new CompletableFuture<>());

  private final Database database;
  private final Dialect dialect;
  private final Outage outage;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  // Guarded by queue's monitor, so that nothing is added behind the end.
  private boolean closed;
  private volatile long transactions;

  /** The writer's: what would complete the group in doubt if it is stored. */
  private List<Runnable> outcomesInDoubt = List.of();

  private List<Work> inDoubt = List.of();

  GroupCommit(Database database, Dialect dialect, Outage outage) {
    this.database = database;
    this.dialect = dialect;
    this.outage = outage;
    writer = new Thread(this::run, "culvert-lease-writer");
    writer.setDaemon(true);
    writer.start();
  }

  CompletionStage<Void> add(Change change) {
    Work work = new Work(change, new CompletableFuture<>());
    synchronized (queue) {
      if (closed) {
        return CompletableFuture.failedFuture(
            new LeaseStoreException("the lease store is closed", false, null));
      }
      queue.add(work);
    }
    return work.done();
  }

  long transactions() {
    return transactions;
  }

  /** Writes what waits and ends the thread. */
  @Override
  public void close() {
    synchronized (queue) {
      if (!closed) {
        closed = true;
        queue.add(END);
      }
    }
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        // Leaving now would close the connection under the writer's hands.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Work> batch = new ArrayList<>();
    boolean more = true;
    while (more) {
      batch.clear();
      try {
        Work first = outage.lasts() ? queue.poll(TRY_SECONDS, TimeUnit.SECONDS) : queue.take();
        if (first != null) {
          batch.add(first);
        }
      } catch (InterruptedException e) {
        continue; // Nobody else has this thread; only END ends it.
      }
      queue.drainTo(batch, MOST_PER_TRANSACTION);
      more = !batch.remove(END);
      if (more || !batch.isEmpty()) {
        write(batch);
      }
    }
    refuse(
        inDoubt, new LeaseStoreException("closed before it was known to be stored", false, null));
  }

  private void write(List<Work> batch) {
    List<Runnable> outcomes = new ArrayList<>(batch.size());
    try {
      settle();
      database.write(tables -> attemptAll(batch, tables, outcomes));
      transactions = transactions + 1;
      proveRoom();
      // After the commit: this is the promise that the change is durable.
      outcomes.forEach(Runnable::run);
    } catch (Database.InDoubt e) {
      inDoubt = List.copyOf(batch);
      outcomesInDoubt = outcomes;
      outage.failed(String.valueOf(e.getMessage()), 0);
    } catch (LeaseStoreException e) {
      outage.failed(String.valueOf(e.getMessage()), batch.size());
      refuse(batch, e);
    } catch (RuntimeException e) {
      refuse(batch, new LeaseStoreException(e.toString(), false, e));
    }
  }

  /** What was stored may have been smaller than what was refused. */
  private void proveRoom() {
    if (!outage.lasts()) {
      return;
    }
    try {
      dialect.proveRoom(
          (int) Math.min(MOST_OCTETS, (long) OCTETS_PER_CHANGE * Math.max(1, outage.largest())));
      outage.isOver();
    } catch (LeaseStoreException e) {
      outage.failed(String.valueOf(e.getMessage()), 0);
    }
  }

  private void settle() {
    if (inDoubt.isEmpty()) {
      return;
    }
    boolean stored = database.settle();
    List<Work> settled = inDoubt;
    inDoubt = List.of();
    if (stored) {
      outcomesInDoubt.forEach(Runnable::run);
    } else {
      outage.refused(settled.size());
      refuse(settled, new LeaseStoreException("the disk failed to store it", false, null));
    }
  }

  private static void refuse(List<Work> works, LeaseStoreException failure) {
    works.forEach(work -> work.done().completeExceptionally(failure));
  }

  private boolean attemptAll(List<Work> batch, Tables tables, List<Runnable> outcomes)
      throws SQLException {
    outcomes.clear();
    for (Work work : batch) {
      outcomes.add(attempt(work, tables));
    }
    return true;
  }

  private Runnable attempt(Work work, Tables tables) throws SQLException {
    Connection connection = tables.connection();
    Savepoint before = connection.setSavepoint();
    try {
      if (!work.change().make(tables)) {
        return undo(work, connection, before, "a lease was changed by another first");
      }
      connection.releaseSavepoint(before);
      return () -> work.done().complete(null);
    } catch (SQLException e) {
      if (!dialect.isConflict(e)) {
        throw e;
      }
      return undo(work, connection, before, "another lease has it already: " + dialect.explain(e));
    }
  }

  private static Runnable undo(Work work, Connection connection, Savepoint before, String why)
      throws SQLException {
    connection.rollback(before);
    connection.releaseSavepoint(before);
    LeaseStoreException failure = new LeaseStoreException(why, true, null);
    return () -> work.done().completeExceptionally(failure);
  }
}
