package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that may not grow. */
class FullStoreTest {
  private static final int NO_ROOM = 1;
  private static final int AMPLE = 1_000_000;

  @TempDir Path directory;

  private Connection connection;
  private JdbcLeaseStore store;
  private String refusal = "";

  @BeforeEach
  void open() {
    Sqlite sqlite = new Sqlite(directory.resolve("leases.db"));
    Dialect kept =
        (Dialect)
            Proxy.newProxyInstance(
                FullStoreTest.class.getClassLoader(),
                new Class<?>[] {Dialect.class},
                (proxy, method, arguments) -> {
                  try {
                    Object result = method.invoke(sqlite, arguments);
                    if (method.getName().equals("open")) {
                      connection = (Connection) result;
                    }
                    return result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    store = new JdbcLeaseStore(kept, Schema.CURRENT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void knowsOfNoObstacleWhereAllIsStored() {
    assertThat(put(1)).isTrue();

    assertThat(store.obstacle()).isEmpty();
    assertThat(store.shortage()).isEmpty();
  }

  /** The driver ends a statement that fails so, before there is a transaction to commit. */
  @Test
  void storesAgainAsSoonAsThereIsRoom() {
    room(NO_ROOM);
    int stored = 0;
    while (put(stored)) {
      stored++;
    }
    assertThat(refusal).contains("make room on the disk of " + directory);
    assertThat(put(stored)).isFalse();
    assertThat(refusal).contains("make room on the disk of " + directory);

    room(AMPLE);

    assertThat(put(stored)).isTrue();
    assertThat(store.obstacle()).isEmpty();
    assertThat(store.load()).hasSize(stored + 1);
  }

  /** The number of pages that the file may grow to; it is never less than there are. */
  private void room(int pages) {
    store.whileBusy(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA max_page_count = " + pages);
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        });
  }

  private boolean put(int number) {
    try {
      store.commit(List.of(new Put(SampleLeases.active(number)))).toCompletableFuture().join();
      return true;
    } catch (CompletionException e) {
      refusal = String.valueOf(e.getMessage());
      return false;
    }
  }
}
