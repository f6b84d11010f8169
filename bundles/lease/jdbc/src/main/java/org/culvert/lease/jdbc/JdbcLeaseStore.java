package org.culvert.lease.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Keeps leases, and what services have to do for their tunnels, in a database: SQLite in one file,
 * embedded.
 *
 * <p>One connection serves all; whoever uses it holds its lock. Commits go through {@link
 * GroupCommit}.
 */
@Component(
    service = {LeaseStore.class, DutyStore.class},
    configurationPid = JdbcLeaseStore.PID)
@Designate(ocd = JdbcLeaseStore.Config.class)
public final class JdbcLeaseStore implements LeaseStore, DutyStore {
  static final String PID = "org.culvert.lease.jdbc";

  private final Dialect dialect;
  private final Connection connection;
  private final LeaseRows rows;
  private final DutyRows duties;
  private final GroupCommit group;

  /** The keys of {@code etc/org.culvert.lease.jdbc.cfg}. */
  @ObjectClassDefinition(name = "Culvert lease store")
  @interface Config {
    @AttributeDefinition(
        description =
            "Where leases are kept: jdbc:sqlite: and a file on a local disk. Empty:"
                + " culvert/leases.db in Karaf's data directory.")
    String url() default "";
  }

  /** Opens the database that the configuration names. */
  @Activate
  public JdbcLeaseStore(Config config) {
    this(new Sqlite(file(config.url())), Schema.CURRENT);
  }

  /**
   * Opens a database, makes or migrates its tables, and starts the writer's thread.
   *
   * @throws LeaseStoreException if it cannot be opened, is damaged, or is of a newer release
   */
  JdbcLeaseStore(Dialect dialect, Schema schema) {
    this.dialect = dialect;
    try {
      connection = dialect.open();
    } catch (SQLException e) {
      throw failure(e);
    }
    try {
      dialect.verify(connection);
      connection.setAutoCommit(false);
      schema.migrate(connection);
      connection.commit();
      rows = new LeaseRows(connection);
      duties = new DutyRows(connection);
    } catch (SQLException e) {
      LeaseStoreException failure = failure(e);
      closeAfter(failure);
      throw failure;
    } catch (RuntimeException e) {
      closeAfter(e);
      throw e;
    }
    group = new GroupCommit(connection, dialect);
  }

  static Path file(String url) {
    if (url.isBlank()) {
      return Path.of(System.getProperty("karaf.data", "data"), "culvert", "leases.db");
    }
    if (!url.startsWith(Sqlite.SCHEME) || url.length() == Sqlite.SCHEME.length()) {
      throw new InvalidConfigurationException(
          PID, "url", url, "write " + Sqlite.SCHEME + " followed by a file's path");
    }
    return Path.of(url.substring(Sqlite.SCHEME.length()));
  }

  @Override
  public List<Lease> load() {
    return read(rows::all);
  }

  @Override
  public CompletionStage<Void> commit(List<LeaseChange> changes) {
    List<LeaseChange> copy = List.copyOf(changes);
    return copy.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : group.add(() -> rows.apply(copy));
  }

  @Override
  public List<Duty> duties() {
    return read(duties::all);
  }

  @Override
  public CompletionStage<Void> keep(List<Duty> written, List<Duty> forgotten) {
    List<Duty> kept = List.copyOf(written);
    List<Duty> gone = List.copyOf(forgotten);
    return kept.isEmpty() && gone.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : group.add(() -> duties.apply(kept, gone));
  }

  private interface Query<T> {
    List<T> ask() throws SQLException;
  }

  private <T> List<T> read(Query<T> query) {
    synchronized (connection) {
      try {
        List<T> found = query.ask();
        connection.commit();
        return found;
      } catch (SQLException e) {
        throw failure(e);
      }
    }
  }

  @Override
  public String remember(String key, String value) {
    synchronized (connection) {
      try {
        String kept = rememberedOr(key, value);
        connection.commit();
        return kept;
      } catch (SQLException e) {
        LeaseStoreException failure = failure(e);
        try {
          connection.rollback();
        } catch (SQLException again) {
          failure.addSuppressed(again);
        }
        throw failure;
      }
    }
  }

  private String rememberedOr(String key, String value) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT value FROM remembered WHERE name = ?")) {
      select.setString(1, key);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return row.getString(1);
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO remembered (name, value) VALUES (?, ?)")) {
      insert.setString(1, key);
      insert.setString(2, value);
      insert.executeUpdate();
    }
    return value;
  }

  /** Writes what still waits, then closes the database. */
  @Deactivate
  public void close() {
    group.close();
    synchronized (connection) {
      try {
        rows.close();
        duties.close();
        connection.close();
      } catch (SQLException e) {
        throw failure(e);
      }
    }
  }

  /** Returns how many transactions wrote; many commits may share one. */
  long transactions() {
    return group.transactions();
  }

  /** Holds the writer back while something runs, as a slow disk would. */
  void whileBusy(Runnable step) {
    synchronized (connection) {
      step.run();
    }
  }

  private void closeAfter(Exception cause) {
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
