package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.service.DutyStore;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.SampleDuties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcDutyStoreTest extends DutyStoreContract {
  @TempDir Path directory;
  private Path file;
  private JdbcLeaseStore store;

  @BeforeEach
  void open() {
    file = directory.resolve("new").resolve("leases.db");
    store = new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  DutyStore store() {
    return store;
  }

  @Test
  void keepsEveryFieldOverRestart() throws Exception {
    keep(List.of(SampleDuties.queued(1), SampleDuties.bare(2)), List.of());

    store.close();
    store = new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);

    assertThat(store.duties())
        .containsExactlyInAnyOrder(SampleDuties.queued(1), SampleDuties.bare(2));
  }

  @Test
  void hasOnDiskWhatItConfirmedWhenThePowerFails() throws Exception {
    keep(List.of(SampleDuties.queued(1), SampleDuties.queued(2)), List.of());
    keep(List.of(SampleDuties.done(SampleDuties.queued(1))), List.of(SampleDuties.queued(2)));
    Path copy = directory.resolve("copy");
    Files.createDirectories(copy);
    try (Stream<Path> files = Files.list(file.getParent())) {
      for (Path each : files.toList()) {
        if (!each.toString().endsWith("-shm")) {
          Files.copy(each, copy.resolve(each.getFileName()));
        }
      }
    }

    JdbcLeaseStore later =
        new JdbcLeaseStore(new Sqlite(copy.resolve("leases.db")), Schema.CURRENT);

    assertThat(later.duties()).containsExactly(SampleDuties.done(SampleDuties.queued(1)));
    later.close();
  }

  @Test
  void sharesOneWriteAmongDutiesAndLeasesThatWait() throws Exception {
    long before = store.transactions();
    List<CompletableFuture<Void>> kept = new ArrayList<>();

    store.whileBusy(
        () -> {
          for (int i = 0; i < 500; i++) {
            kept.add(store.keep(List.of(SampleDuties.queued(i)), List.of()).toCompletableFuture());
            kept.add(store.commit(List.of(new Put(SampleLeases.active(i)))).toCompletableFuture());
          }
        });
    for (CompletableFuture<Void> each : kept) {
      each.get(LeaseStoreContract.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    assertThat(store.transactions() - before).isBetween(1L, 2L);
    assertThat(store.duties()).hasSize(500);
    assertThat(store.load()).hasSize(500);
  }

  @Test
  void writesNothingOfAListThatFails() throws Exception {
    // The second of the list is refused by the database itself.
    execute(
        """
        CREATE TRIGGER refuse BEFORE INSERT ON duty WHEN NEW.tunnel = 'lease-2'
        BEGIN SELECT RAISE(ABORT, 'refused'); END""");

    assertThatThrownBy(
            () -> keep(List.of(SampleDuties.queued(1), SampleDuties.queued(2)), List.of()))
        .hasCauseInstanceOf(LeaseStoreException.class);

    keep(List.of(SampleDuties.queued(3)), List.of());
    assertThat(store.duties()).containsExactly(SampleDuties.queued(3));
  }

  @Test
  void writesWhatWaitsBeforeItCloses() {
    List<CompletableFuture<Void>> kept = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      kept.add(store.keep(List.of(SampleDuties.queued(i)), List.of()).toCompletableFuture());
    }

    store.close();
    store = new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);

    assertThat(kept).allMatch(CompletableFuture::isDone);
    assertThat(store.duties()).hasSize(100);
  }

  @Test
  void refusesAfterClose() {
    store.close();

    assertThatThrownBy(() -> keep(List.of(SampleDuties.queued(1)), List.of()))
        .hasRootCauseMessage("the lease store is closed");
  }

  @Test
  void namesDutyThatCannotBeRead() throws Exception {
    keep(List.of(SampleDuties.queued(1)), List.of());
    execute("UPDATE duty SET client_address = 'nonsense'");

    assertThatThrownBy(() -> store.duties())
        .isInstanceOf(LeaseStoreException.class)
        .hasMessageContaining("bind@192.0.2.53")
        .hasMessageContaining("lease-1");
  }

  private void execute(String sql) throws SQLException {
    try (Connection other = new Sqlite(file).open(true);
        Statement statement = other.createStatement()) {
      statement.execute(sql);
    }
  }
}
