package org.culvert.lease.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.culvert.api.lease.LeaseStoreException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in one file, embedded.
 *
 * <p>The driver's class is named, not looked up: {@code DriverManager} does not see into bundles.
 */
final class Sqlite implements Dialect {
  static final String SCHEME = "jdbc:sqlite:";

  private static final int BUSY_MILLIS = 5_000;

  /** Identifiers are random, so an index is touched all over: let it stay in memory (KiB). */
  private static final int CACHE = 64 * 1024;

  /** The log grows to four megabytes before SQLite empties it into the database. */
  private static final long SHORT = 4L << 20;

  private final SqliteFile file;

  Sqlite(Path file) {
    this.file = new SqliteFile(file);
  }

  @Override
  public Connection open(boolean fresh) throws SQLException {
    file.prepare(fresh);
    return connect();
  }

  private Connection connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    // The driver begins the next transaction at once; an immediate one would keep the file locked.
    config.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setCacheSize(-CACHE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(SCHEME + file);
    return source.getConnection();
  }

  @Override
  public void verify(Connection connection) throws SQLException {
    String verdict = answer(connection, "PRAGMA quick_check(1)");
    if (!"ok".equals(verdict)) {
      throw new LeaseStoreException(
          file + " is damaged; " + file.howToRestore() + " [" + oneLine(verdict) + "]",
          false,
          null);
    }
    String others =
        answer(
            connection,
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                + " AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'schema_version')");
    if (!"0".equals(others)) {
      throw new LeaseStoreException(
          file
              + " is the database of another program; set url in etc/"
              + ConfiguredLeaseStore.PID
              + ".cfg to a file of its own",
          false,
          null);
    }
  }

  @Override
  public void flush(Connection connection) throws SQLException {
    if (!"0".equals(answer(connection, "PRAGMA wal_checkpoint(TRUNCATE)"))) {
      throw new SQLException("another process reads it, and its log cannot be emptied meanwhile");
    }
  }

  /** The log grows to some megabytes before SQLite empties it by itself. */
  @Override
  public boolean relieve(Connection connection, LeaseStoreException failure) {
    if (!(failure.getCause() instanceof SQLException cause) || !SqliteErrors.isFull(cause)) {
      return false;
    }
    try {
      flush(connection);
      return true;
    } catch (SQLException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  @Override
  public void proveRoom(int octets) {
    try {
      file.proveRoom(octets);
    } catch (IOException e) {
      throw new LeaseStoreException(
          file
              + ": the disk is full; make room on the disk of "
              + file.directory()
              + " ["
              + oneLine(e.toString())
              + "]",
          false,
          e);
    }
  }

  @Override
  public Optional<String> shortage() {
    OptionalLong room = FullDisk.room(file.path());
    return room.isEmpty() || room.getAsLong() >= SHORT
        ? Optional.empty()
        : Optional.of(
            "%s has %d KiB left on its disk; soon no lease can be stored and no tunnel offered; %s"
                .formatted(file, room.getAsLong() / 1024, FullDisk.remedy(file.path())));
  }

  private static String answer(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(question)) {
      return result.next() ? result.getString(1) : "no answer";
    }
  }

  @Override
  public boolean isConflict(SQLException failure) {
    return SqliteErrors.isConflict(failure);
  }

  @Override
  public boolean leavesDoubt(SQLException failure) {
    return SqliteErrors.leavesDoubt(failure);
  }

  @Override
  public boolean spoils(SQLException failure, int inRow) {
    return SqliteErrors.spoils(failure, inRow);
  }

  @Override
  public void settled() {
    file.opened();
  }

  @Override
  public Optional<String> lost() {
    return file.lost();
  }

  @Override
  public String explain(SQLException failure) {
    return file
        + ": "
        + SqliteErrors.remedy(failure, file)
        + " ["
        + oneLine(String.valueOf(failure.getMessage()))
        + "]";
  }

  @Override
  public void backUp() throws IOException, SQLException {
    try (Connection connection = connect()) {
      backUp(connection);
    }
  }

  @Override
  public void backUp(Connection connection) throws IOException, SQLException {
    Path draft = DurableFile.draft(file.backup(), DurableFile.PRIVATE);
    try (PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
      copy.setString(1, draft.toString());
      copy.execute();
      DurableFile.publish(draft, file.backup());
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
