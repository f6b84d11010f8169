package org.culvert.lease.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.culvert.api.lease.LeaseStoreException;

/**
 * The tables, and how those of an older version become those of today.
 *
 * @param migrations the statements that lead to version 1, from there to version 2, and so on; what
 *     was released is never changed, only added to
 */
record Schema(List<List<String>> migrations) {

  /** The tables of this release. */
  static final Schema CURRENT =
      new Schema(
          List.of(
              List.of(
                  """
                  CREATE TABLE lease (
                    id TEXT NOT NULL PRIMARY KEY,
                    owner TEXT NOT NULL,
                    anonymous SMALLINT NOT NULL,
                    state TEXT NOT NULL,
                    type TEXT NOT NULL,
                    outer_local_address TEXT NOT NULL,
                    outer_local_port INTEGER NOT NULL,
                    outer_remote_address TEXT NOT NULL,
                    outer_remote_port INTEGER NOT NULL,
                    claimed_address TEXT NOT NULL,
                    server_address TEXT NOT NULL,
                    client_address TEXT NOT NULL,
                    prefix TEXT,
                    keep_alive_millis BIGINT,
                    created_millis BIGINT NOT NULL,
                    expires_millis BIGINT NOT NULL,
                    revision BIGINT NOT NULL
                  )""",
                  "CREATE UNIQUE INDEX lease_client_address ON lease (client_address)",
                  "CREATE UNIQUE INDEX lease_prefix ON lease (prefix)",
                  "CREATE TABLE remembered (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)"),
              // A user may hold one tunnel with IPv6 inside, as all had so far, and one with IPv4.
              List.of(
                  "ALTER TABLE lease ADD COLUMN inner_version SMALLINT NOT NULL DEFAULT 6",
                  "CREATE UNIQUE INDEX lease_owner ON lease (owner, inner_version)"),
              // What was agreed about names and routing, and what services have to do for it.
              List.of(
                  "ALTER TABLE lease ADD COLUMN name TEXT",
                  "ALTER TABLE lease ADD COLUMN dns_servers TEXT NOT NULL DEFAULT ''",
                  "ALTER TABLE lease ADD COLUMN routing_protocol TEXT",
                  "ALTER TABLE lease ADD COLUMN client_as BIGINT",
                  "ALTER TABLE lease ADD COLUMN server_as BIGINT",
                  // A user's two tunnels may share a name: one has it for IPv6, the other for IPv4.
                  "CREATE UNIQUE INDEX lease_name ON lease (name, inner_version)",
                  """
                  CREATE TABLE duty (
                    kind TEXT NOT NULL,
                    service TEXT NOT NULL,
                    tunnel TEXT NOT NULL,
                    side TEXT NOT NULL,
                    owner TEXT NOT NULL,
                    anonymous SMALLINT NOT NULL,
                    type TEXT NOT NULL,
                    server_address TEXT NOT NULL,
                    client_address TEXT NOT NULL,
                    prefix TEXT,
                    device TEXT,
                    name TEXT,
                    dns_servers TEXT NOT NULL,
                    routing_protocol TEXT,
                    client_as BIGINT,
                    server_as BIGINT,
                    goal TEXT NOT NULL,
                    state TEXT NOT NULL,
                    since_millis BIGINT NOT NULL,
                    attempts INTEGER NOT NULL,
                    next_millis BIGINT NOT NULL,
                    problem TEXT,
                    PRIMARY KEY (kind, service, tunnel)
                  )"""),
              // What the owner's account is granted: groups, a line each, and a lifetime.
              List.of(
                  "ALTER TABLE lease ADD COLUMN groups_of_owner TEXT NOT NULL DEFAULT ''",
                  "ALTER TABLE lease ADD COLUMN lifetime_millis BIGINT")));

  /** Copies the lists. */
  Schema {
    migrations = migrations.stream().map(List::copyOf).toList();
  }

  /**
   * Brings the tables to this version, in the caller's transaction.
   *
   * @throws LeaseStoreException if they are of a newer version
   */
  void migrate(Connection connection) throws SQLException {
    int stored = version(connection);
    if (stored > migrations.size()) {
      throw new LeaseStoreException(
          "the lease store has schema version %s, this release knows up to %s: start the newer release again, or restore a copy from before the upgrade"
              .formatted(stored, migrations.size()),
          false,
          null);
    }
    if (stored == migrations.size()) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      for (List<String> step : migrations.subList(stored, migrations.size())) {
        for (String sql : step) {
          statement.execute(sql);
        }
      }
    }
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE schema_version SET version = ?")) {
      update.setInt(1, migrations.size());
      update.executeUpdate();
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
      try (ResultSet result = statement.executeQuery("SELECT version FROM schema_version")) {
        if (result.next()) {
          return result.getInt(1);
        }
      }
      statement.execute("INSERT INTO schema_version (version) VALUES (0)");
      return 0;
    }
  }
}
