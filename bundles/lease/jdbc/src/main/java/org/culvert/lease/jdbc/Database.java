package org.culvert.lease.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.culvert.api.lease.LeaseStoreException;

/*
 * A transaction, from call to disk:
 *   opened    the connection, or a new one if the last was given up
 *   step      what it reads and writes
 *   number    its number, if it writes: the database and this process count alike
 *   commit    one flush of the disk
 *   recover   what to do when any of these fails
 */
/**
 * The database behind one connection, which is opened anew when it can be trusted no more.
 *
 * <p>Whoever is inside holds this object's lock. A transaction that failed is not stored. If that
 * cannot be known, because the flush failed, it is {@linkplain InDoubt in doubt} until {@link
 * #settle} has found out; until then nothing else is written.
 */
final class Database implements AutoCloseable {
  private static final long LEAST_PAUSE = 1_000_000_000L;
  private static final long LONGEST_PAUSE = 8 * LEAST_PAUSE;

  /** What runs in a transaction. */
  interface Step<T> {
    T run(Tables tables) throws SQLException;
  }

  /** Says that a transaction may be stored, or not. */
  static final class InDoubt extends Exception {
    private static final long serialVersionUID = 1L;

    InDoubt(LeaseStoreException failure) {
      super(failure.getMessage(), failure);
    }
  }

  private final Dialect dialect;
  private final Schema schema;
  private final LongSupplier nanoTime;

  // All guarded by this.
  private Optional<Tables> tables = Optional.empty();
  private LeaseStoreException gone = new LeaseStoreException("not open yet", false, null);
  private long commits;
  private boolean inDoubt;
  private boolean doubtfulIsStored;
  private boolean replaced;
  private boolean closed;
  private boolean suspect;
  private int failures;
  private long pause;
  private long openAgain;

  /**
   * Opens a database, and makes or migrates its tables.
   *
   * @throws LeaseStoreException if it cannot be opened, is damaged, or is of a newer release
   */
  Database(Dialect dialect, Schema schema, LongSupplier nanoTime) {
    this.dialect = dialect;
    this.schema = schema;
    this.nanoTime = nanoTime;
    suspect = true;
    Tables opened = open(true);
    tables = Optional.of(opened);
    try {
      commits = opened.count().last();
      opened.connection().commit();
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      closeAfter(opened.connection(), failure);
      throw failure;
    }
    suspect = false;
  }

  private Tables open(boolean fresh) {
    try {
      Connection connection = dialect.open(fresh);
      try {
        if (suspect) {
          dialect.verify(connection);
        }
        connection.setAutoCommit(false);
        schema.migrate(connection);
        connection.commit();
        Tables opened = Tables.on(connection);
        flush(opened, fresh);
        dialect.settled();
        return opened;
      } catch (SQLException | RuntimeException e) {
        closeAfter(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** What was in doubt must be durable before anybody is told so; else it is a precaution. */
  private void flush(Tables opened, boolean fresh) throws SQLException {
    try {
      dialect.flush(opened.connection());
    } catch (SQLException e) {
      if (!fresh || !opened.rollBack()) {
        throw e;
      }
    }
  }

  /**
   * Reads in one transaction.
   *
   * @throws LeaseStoreException if that fails
   */
  synchronized <T> T read(Step<T> step) {
    Tables opened = opened();
    try {
      T result = step.run(opened);
      opened.connection().commit();
      return result;
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      recover(opened, dialect.spoils(e, failures + 1), failure);
      throw failure;
    } catch (RuntimeException e) {
      recover(opened, false, e);
      throw e;
    }
  }

  /**
   * Writes in one transaction, durably.
   *
   * @param step may run twice: a full disk may have room once the log was emptied
   * @throws LeaseStoreException if that fails, and nothing of it is stored
   * @throws InDoubt if nobody knows
   */
  synchronized <T> T write(Step<T> step) throws InDoubt {
    try {
      return writeOnce(step);
    } catch (LeaseStoreException e) {
      if (!relieved(e)) {
        throw e;
      }
      return writeOnce(step);
    }
  }

  private boolean relieved(LeaseStoreException failure) {
    if (tables.isEmpty()) {
      return false;
    }
    Tables opened = tables.get();
    boolean relieved = dialect.relieve(opened.connection(), failure);
    // What fails there ends the transaction, too.
    if (!opened.rollBack()) {
      giveUp(opened, failure);
    }
    return relieved && tables.isPresent();
  }

  private <T> T writeOnce(Step<T> step) throws InDoubt {
    Tables opened = found();
    T result;
    try {
      result = step.run(opened);
      opened.count().number(commits + 1);
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      recover(opened, dialect.spoils(e, failures + 1), failure);
      throw failure;
    } catch (RuntimeException e) {
      recover(opened, false, e);
      throw e;
    }
    commit(opened);
    failures = 0;
    return result;
  }

  /** Returns what is open if it is where the next start will look; else what is there. */
  private Tables found() {
    Tables opened = opened();
    Optional<String> lost = dialect.lost();
    if (lost.isEmpty()) {
      return opened;
    }
    leave(opened, new LeaseStoreException(lost.get(), false, null));
    return opened();
  }

  private void commit(Tables opened) throws InDoubt {
    try {
      opened.connection().commit();
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      if (!dialect.leavesDoubt(e)) {
        recover(opened, dialect.spoils(e, failures + 1), failure);
        throw failure;
      }
      inDoubt = true;
      giveUp(opened, failure);
      throw new InDoubt(failure);
    }
    Optional<String> lost = dialect.lost();
    if (lost.isPresent()) {
      findAgain(opened, new LeaseStoreException(lost.get(), false, null));
    } else {
      commits++;
    }
  }

  /** The file was taken away in the very moment of a commit. */
  private void findAgain(Tables opened, LeaseStoreException failure) {
    inDoubt = true;
    leave(opened, failure);
    try {
      opened();
    } catch (LeaseStoreException e) {
      failure.addSuppressed(e);
    }
    inDoubt = false;
    if (tables.isEmpty() || !doubtfulIsStored) {
      throw failure;
    }
  }

  private void leave(Tables opened, LeaseStoreException failure) {
    suspect = true;
    rescue(opened, failure);
    giveUp(opened, failure);
  }

  /** What nobody finds any more goes into the copy that the operator is told to put back. */
  private void rescue(Tables opened, LeaseStoreException failure) {
    try {
      opened.leave();
      dialect.backUp(opened.connection());
    } catch (SQLException | IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Finds out about the transaction that was last in doubt, by opening the database anew.
   *
   * @return whether it is stored
   * @throws LeaseStoreException if that cannot be told yet
   */
  synchronized boolean settle() {
    opened();
    return doubtfulIsStored;
  }

  /** Tells whether the database is another one than before, so that all must be read anew. */
  synchronized boolean replaced() {
    return replaced;
  }

  /** Is told that all has been read anew. */
  synchronized void reread() {
    replaced = false;
  }

  private Tables opened() {
    if (tables.isPresent()) {
      return tables.get();
    }
    if (closed || nanoTime.getAsLong() - openAgain < 0) {
      throw new LeaseStoreException(String.valueOf(gone.getMessage()), false, gone);
    }
    try {
      Tables opened = open(false);
      compare(opened);
      tables = Optional.of(opened);
      suspect = false;
      pause = 0;
      failures = 0;
      return opened;
    } catch (LeaseStoreException e) {
      gone = e;
      pause = Math.min(LONGEST_PAUSE, Math.max(LEAST_PAUSE, 2 * pause));
      openAgain = nanoTime.getAsLong() + pause;
      throw e;
    }
  }

  /** The database and this object count alike; one more is the one in doubt. */
  private void compare(Tables opened) {
    try {
      long stored = opened.count().last();
      opened.connection().commit();
      doubtfulIsStored = inDoubt && stored == commits + 1;
      replaced |= stored != commits && !doubtfulIsStored;
      inDoubt = false;
      commits = stored;
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      closeAfter(opened.connection(), failure);
      throw failure;
    }
  }

  private void recover(Tables opened, boolean spoiled, RuntimeException failure) {
    failures++;
    suspect |= spoiled;
    Optional<Tables> renewed = spoiled ? Optional.empty() : opened.renewed();
    if (renewed.isEmpty()) {
      giveUp(opened, failure);
    } else {
      tables = renewed;
    }
  }

  private void giveUp(Tables opened, RuntimeException failure) {
    closeAfter(opened.connection(), failure);
    tables = Optional.empty();
    gone =
        failure instanceof LeaseStoreException known
            ? known
            : new LeaseStoreException(failure.toString(), false, failure);
    openAgain = nanoTime.getAsLong();
  }

  /** Closes for good; what waits is refused. */
  @Override
  public synchronized void close() {
    gone = new LeaseStoreException("the lease store is closed", false, null);
    closed = true;
    if (tables.isPresent()) {
      Tables opened = tables.get();
      tables = Optional.empty();
      try {
        opened.close();
      } catch (SQLException e) {
        throw failure(e);
      }
    }
  }

  private static void closeAfter(Connection connection, Exception cause) {
    try {
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private LeaseStoreException failure(SQLException e) {
    return new LeaseStoreException(dialect.explain(e), false, e);
  }
}
