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
import org.culvert.api.lease.LeaseStoreException;

/*
 * A change, from call to disk:
 *   add       into the queue
 *   run       the writer takes all that wait → one transaction
 *   attempt   each change between savepoints: all of it or nothing
 *   finish    one commit, one flush of the disk → every change's stage completes
 */
/**
 * Lets many commits share one write to the disk.
 *
 * <p>While the disk is busy with one transaction, more changes gather for the next: the slower the
 * disk, the larger the groups. A change that comes too late fails alone.
 */
final class GroupCommit implements AutoCloseable {
  private static final int MOST_PER_TRANSACTION = 4096;

  /** What is written as one: all of it or nothing. */
  interface Change {
    /** Makes it, on the writer's thread; returns false if another came first. */
    boolean make() throws SQLException;
  }

  private record Work(Change change, CompletableFuture<Void> done) {}

  private static final Work END = new Work(() -> true, new CompletableFuture<>());

  private final Connection connection;
  private final Dialect dialect;
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  // Guarded by queue's monitor, so that nothing is added behind the end.
  private boolean closed;
  private volatile long transactions;

  GroupCommit(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
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
        batch.add(queue.take());
      } catch (InterruptedException e) {
        continue; // Nobody else has this thread; only END ends it.
      }
      queue.drainTo(batch, MOST_PER_TRANSACTION);
      more = !batch.remove(END);
      if (!batch.isEmpty()) {
        write(batch);
      }
    }
  }

  private void write(List<Work> batch) {
    List<Runnable> outcomes = new ArrayList<>(batch.size());
    synchronized (connection) {
      try {
        for (Work work : batch) {
          outcomes.add(attempt(work));
        }
        connection.commit();
        transactions = transactions + 1;
      } catch (SQLException | RuntimeException e) {
        outcomes.clear();
        LeaseStoreException failure = failure(e);
        rollBack(failure);
        batch.forEach(work -> outcomes.add(() -> work.done().completeExceptionally(failure)));
      }
    }
    // Outside the lock, after the commit: this is the promise that the change is durable.
    outcomes.forEach(Runnable::run);
  }

  private Runnable attempt(Work work) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      if (!work.change().make()) {
        return undo(work, before, "a lease was changed by another first");
      }
      connection.releaseSavepoint(before);
      return () -> work.done().complete(null);
    } catch (SQLException e) {
      if (!dialect.isConflict(e)) {
        throw e;
      }
      return undo(work, before, "another lease has it already: " + dialect.explain(e));
    }
  }

  private Runnable undo(Work work, Savepoint before, String why) throws SQLException {
    connection.rollback(before);
    connection.releaseSavepoint(before);
    LeaseStoreException failure = new LeaseStoreException(why, true, null);
    return () -> work.done().completeExceptionally(failure);
  }

  private LeaseStoreException failure(Exception e) {
    String message = e instanceof SQLException sql ? dialect.explain(sql) : e.toString();
    return new LeaseStoreException(message, false, e);
  }

  private void rollBack(LeaseStoreException failure) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }
}
