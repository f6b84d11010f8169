package org.culvert.lease.jdbc;

import java.sql.SQLException;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;

/** What SQLite's result codes mean for a store of leases. */
final class SqliteErrors {
  private static final int PRIMARY_CODE = 0xFF;
  private static final int PATIENCE = 3;

  /**
   * After these not even the record that ends a transaction was written, or nothing was tried. Any
   * other failure of a commit, above all of the flush, may leave it whole in the log.
   */
  private static final Set<SQLiteErrorCode> LEAVE_NO_DOUBT =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL,
          SQLiteErrorCode.SQLITE_IOERR_WRITE,
          SQLiteErrorCode.SQLITE_READONLY,
          SQLiteErrorCode.SQLITE_BUSY,
          SQLiteErrorCode.SQLITE_LOCKED,
          SQLiteErrorCode.SQLITE_CONSTRAINT);

  private static final Set<SQLiteErrorCode> SPOIL =
      Set.of(
          SQLiteErrorCode.SQLITE_ERROR,
          SQLiteErrorCode.SQLITE_SCHEMA,
          SQLiteErrorCode.SQLITE_CORRUPT,
          SQLiteErrorCode.SQLITE_NOTADB,
          SQLiteErrorCode.SQLITE_CANTOPEN,
          SQLiteErrorCode.SQLITE_READONLY,
          SQLiteErrorCode.SQLITE_PROTOCOL,
          SQLiteErrorCode.SQLITE_INTERNAL,
          SQLiteErrorCode.SQLITE_MISUSE);

  private SqliteErrors() {}

  static boolean isConflict(SQLException failure) {
    return primary(failure) == SQLiteErrorCode.SQLITE_CONSTRAINT;
  }

  static boolean isFull(SQLException failure) {
    return primary(failure) == SQLiteErrorCode.SQLITE_FULL;
  }

  static boolean leavesDoubt(SQLException failure) {
    return !LEAVE_NO_DOUBT.contains(extended(failure))
        && !LEAVE_NO_DOUBT.contains(primary(failure));
  }

  /** A disk that fails often in a row may have left an open file dead for ever. */
  static boolean spoils(SQLException failure, int inRow) {
    SQLiteErrorCode code = primary(failure);
    return SPOIL.contains(code) || (code == SQLiteErrorCode.SQLITE_IOERR && inRow >= PATIENCE);
  }

  /** Returns what is wrong and what to do. */
  static String remedy(SQLException failure, SqliteFile file) {
    return switch (primary(failure)) {
      case SQLITE_FULL -> "the disk is full; make room on the disk of " + file.directory();
      case SQLITE_IOERR ->
          "the disk fails; see to the disk of "
              + file.directory()
              + " (dmesg, df, quota; is it mounted?)";
      case SQLITE_READONLY ->
          "it cannot be written; let the user that Culvert runs as write to it and to "
              + file.directory()
              + " (mount, chown)";
      case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
          "it cannot be opened; let the user that Culvert runs as open it, and make files in "
              + file.directory();
      case SQLITE_BUSY, SQLITE_LOCKED -> "another process holds it locked; end that one";
      case SQLITE_CORRUPT, SQLITE_NOTADB -> "it is damaged; " + file.howToRestore();
      default -> "it does not work";
    };
  }

  private static SQLiteErrorCode primary(SQLException failure) {
    return SQLiteErrorCode.getErrorCode(failure.getErrorCode() & PRIMARY_CODE);
  }

  private static SQLiteErrorCode extended(SQLException failure) {
    return SQLiteErrorCode.getErrorCode(failure.getErrorCode());
  }
}
