package org.culvert.lease.jdbc;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;

/**
 * Keeps leases, and what services have to do for their tunnels, in a database.
 *
 * <p>What is written goes through {@link GroupCommit}. While the disk fails, all is refused and
 * nothing of it is stored; it works again as soon as the disk does. If the database was replaced by
 * another, leases are refused as stale until they have been read anew.
 */
final class JdbcLeaseStore implements LeaseStore, DutyStore, AutoCloseable {
  private final Dialect dialect;
  private final Database database;
  private final Outage outage;
  private final GroupCommit group;

  /**
   * Opens a database, makes or migrates its tables, and starts the writer's thread. Blocks.
   *
   * @throws LeaseStoreException if it cannot be opened, is damaged, or is of a newer release
   */
  JdbcLeaseStore(Dialect dialect, Schema schema) {
    this(dialect, schema, System::nanoTime);
  }

  JdbcLeaseStore(Dialect dialect, Schema schema, LongSupplier nanoTime) {
    this.dialect = dialect;
    database = new Database(dialect, schema, nanoTime);
    outage = new Outage(nanoTime);
    group = new GroupCommit(database, dialect, outage);
  }

  @Override
  public List<Lease> load() {
    return database.read(
        tables -> {
          List<Lease> leases = tables.leases().all();
          database.reread();
          return leases;
        });
  }

  @Override
  public CompletionStage<Void> commit(List<LeaseChange> changes) {
    List<LeaseChange> copy = List.copyOf(changes);
    return copy.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : group.add(tables -> !database.replaced() && tables.leases().apply(copy));
  }

  @Override
  public List<Duty> duties() {
    return database.read(tables -> tables.duties().all());
  }

  @Override
  public CompletionStage<Void> keep(List<Duty> written, List<Duty> forgotten) {
    List<Duty> kept = List.copyOf(written);
    List<Duty> gone = List.copyOf(forgotten);
    return kept.isEmpty() && gone.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : group.add(tables -> tables.duties().apply(kept, gone));
  }

  @Override
  public String remember(String key, String value) {
    AtomicReference<String> kept = new AtomicReference<>(value);
    CompletionStage<Void> done =
        group.add(
            tables -> {
              kept.set(Remembered.firstOf(tables.connection(), key, value));
              return true;
            });
    try {
      done.toCompletableFuture().join();
      return Objects.requireNonNull(kept.get());
    } catch (CompletionException e) {
      throw e.getCause() instanceof LeaseStoreException failure
          ? new LeaseStoreException(String.valueOf(failure.getMessage()), false, failure)
          : e;
    }
  }

  @Override
  public CompletionStage<Void> note(String key, String value) {
    return group.add(
        tables -> {
          Remembered.put(tables.connection(), key, value);
          return true;
        });
  }

  @Override
  public Optional<String> obstacle() {
    return outage.why().map(why -> "leases cannot be stored: " + why);
  }

  @Override
  public Optional<String> shortage() {
    return dialect.shortage();
  }

  /**
   * Completes when something could be written, durably; fails with a {@link LeaseStoreException}.
   */
  CompletionStage<Void> tryToWrite() {
    return group.add(tables -> true);
  }

  /**
   * Replaces the last good copy. Blocks, but lets others write.
   *
   * @throws LeaseStoreException if it cannot be made
   */
  void backUp() {
    try {
      dialect.backUp();
    } catch (SQLException e) {
      throw new LeaseStoreException(dialect.explain(e), false, e);
    } catch (IOException e) {
      throw new LeaseStoreException(e.toString(), false, e);
    }
  }

  /** Writes what still waits, then closes the database. */
  @Override
  public void close() {
    group.close();
    database.close();
  }

  /** Returns how many transactions wrote; many commits may share one. */
  long transactions() {
    return group.transactions();
  }

  /** Holds the writer back while something runs, as a slow disk would. */
  void whileBusy(Runnable step) {
    synchronized (database) {
      step.run();
    }
  }
}
