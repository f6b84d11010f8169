package org.culvert.lease.jdbc;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.culvert.api.lease.LeaseStoreException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

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

  private static final int PRIMARY_CODE = 0xFF;

  private final Path file;

  Sqlite(Path file) {
    this.file = file;
  }

  @Override
  public Connection open() throws SQLException {
    create();
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

  /** The key of the address hash is inside, so only the owner may read it. */
  private void create() {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.getFileStore(file.toAbsolutePath().getParent())
          .supportsFileAttributeView("posix")) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (FileAlreadyExistsException e) {
      // It is there since an earlier start.
    } catch (IOException e) {
      throw new LeaseStoreException("cannot create " + file + ": " + e, false, e);
    }
  }

  @Override
  public void verify(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "no answer";
      if (!"ok".equals(verdict)) {
        throw new LeaseStoreException(
            file + " is damaged (" + oneLine(verdict) + "); restore it from a copy", false, null);
      }
    }
  }

  @Override
  public boolean isConflict(SQLException failure) {
    return primaryCode(failure) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
  }

  @Override
  public String explain(SQLException failure) {
    int code = primaryCode(failure);
    String remedy = "";
    if (code == SQLiteErrorCode.SQLITE_FULL.code) {
      remedy = "; the disk is full";
    } else if (code == SQLiteErrorCode.SQLITE_BUSY.code
        || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
      remedy = "; another process holds it locked";
    } else if (code == SQLiteErrorCode.SQLITE_CORRUPT.code
        || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
      remedy = "; it is damaged, restore it from a copy";
    }
    return file + ": " + oneLine(String.valueOf(failure.getMessage())) + remedy;
  }

  private static int primaryCode(SQLException failure) {
    return failure.getErrorCode() & PRIMARY_CODE;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
