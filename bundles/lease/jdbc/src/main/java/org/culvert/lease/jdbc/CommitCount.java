package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The number of the last transaction, which tells whether a database has it. */
final class CommitCount implements AutoCloseable {
  /** Behind a space, so that no caller's key is the same. */
  private static final String KEY = " commits";

  private final Connection connection;
  private final PreparedStatement write;

  CommitCount(Connection connection) throws SQLException {
    this.connection = connection;
    write =
        connection.prepareStatement(
            "INSERT INTO remembered (name, value) VALUES ('"
                + KEY
                + "', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  }

  /** Returns the number of the last transaction that this database has. */
  long last() throws SQLException {
    try {
      return Remembered.get(connection, KEY).map(Long::parseLong).orElse(0L);
    } catch (NumberFormatException e) {
      throw new SQLException("the number of commits was changed by somebody else", e);
    }
  }

  /** Numbers the transaction that is under way. */
  void number(long commit) throws SQLException {
    write.setString(1, Long.toString(commit));
    write.executeUpdate();
  }

  @Override
  public void close() throws SQLException {
    write.close();
  }
}
