package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * An open connection and the tables behind it.
 *
 * @param connection in a transaction at all times
 * @param leases the leases
 * @param duties what services have to do
 * @param count the number of the last transaction
 */
record Tables(Connection connection, LeaseRows leases, DutyRows duties, CommitCount count) {

  static Tables on(Connection connection) throws SQLException {
    return new Tables(
        connection,
        new LeaseRows(connection),
        new DutyRows(connection),
        new CommitCount(connection));
  }

  /**
   * Undoes the transaction under way; returns false if the connection is of no use any more.
   *
   * <p>SQLite rolls back by itself when the disk fails. The driver does not learn of it, and would
   * from then on write each statement for itself.
   */
  boolean rollBack() {
    try {
      connection.rollback();
      return true;
    } catch (SQLException e) {
      return begin();
    }
  }

  /**
   * Undoes the transaction under way, and prepares all statements anew: the driver ends those that
   * failed for any other reason than a conflict.
   *
   * @return empty if the connection is of no use any more
   */
  Optional<Tables> renewed() {
    if (!rollBack()) {
      return Optional.empty();
    }
    try {
      closeStatements();
      return Optional.of(on(connection));
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private void closeStatements() throws SQLException {
    leases.close();
    duties.close();
    count.close();
  }

  private boolean begin() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** Leaves the transaction and lets go of all statements, for what runs in no transaction. */
  void leave() throws SQLException {
    closeStatements();
    connection.setAutoCommit(true);
  }

  void close() throws SQLException {
    try (connection) {
      closeStatements();
    }
  }
}
