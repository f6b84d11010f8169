package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Values that are kept by a key. For whoever holds the connection's lock. */
final class Remembered {
  private Remembered() {}

  /** Returns what is kept under a key; keeps this value there if nothing is. */
  static String firstOf(Connection connection, String key, String value) throws SQLException {
    Optional<String> kept = get(connection, key);
    if (kept.isEmpty()) {
      insert(connection, key, value);
    }
    return kept.orElse(value);
  }

  /** Keeps a value in place of the one before. */
  static void put(Connection connection, String key, String value) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE remembered SET value = ? WHERE name = ?")) {
      update.setString(1, value);
      update.setString(2, key);
      if (update.executeUpdate() > 0) {
        return;
      }
    }
    insert(connection, key, value);
  }

  static Optional<String> get(Connection connection, String key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT value FROM remembered WHERE name = ?")) {
      select.setString(1, key);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
      }
    }
  }

  private static void insert(Connection connection, String key, String value) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO remembered (name, value) VALUES (?, ?)")) {
      insert.setString(1, key);
      insert.setString(2, value);
      insert.executeUpdate();
    }
  }
}
