package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcLeaseStoreTest extends LeaseStoreContract {
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
  LeaseStore store() {
    return store;
  }

  @Test
  void keepsEveryFieldOverRestart() throws Exception {
    Lease full = SampleLeases.with(SampleLeases.active(7), ALL);
    Lease bare = bare();
    commit(new Put(full), new Put(bare));

    reopen(Schema.CURRENT);

    assertThat(store.load()).containsExactlyInAnyOrder(full, bare);
  }

  @Test
  @Promise("P2")
  void hasOnDiskWhatItConfirmedWhenThePowerFails() throws Exception {
    commit(new Put(SampleLeases.active(1)));
    String kept = store.remember("key", "value");
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

    assertThat(later.load()).containsExactly(SampleLeases.active(1));
    assertThat(later.remember("key", "other")).isEqualTo(kept);
    later.close();
  }

  @Test
  void sharesOneWriteAmongCommitsThatWait() throws Exception {
    long before = store.transactions();
    List<CompletableFuture<Void>> commits = new ArrayList<>();

    // The writer waits while the connection is ours, as it would for a slow disk.
    store.whileBusy(
        () -> {
          for (int i = 0; i < 500; i++) {
            commits.add(
                store.commit(List.of(new Put(SampleLeases.active(i)))).toCompletableFuture());
          }
        });
    for (CompletableFuture<Void> commit : commits) {
      await(commit);
    }

    assertThat(store.transactions() - before).isBetween(1L, 2L);
    assertThat(store.load()).hasSize(500);
  }

  @Test
  void failsOneListOfGroupAlone() throws Exception {
    commit(new Put(SampleLeases.active(1)));
    List<CompletableFuture<Void>> commits = new ArrayList<>();

    store.whileBusy(
        () -> {
          for (Lease lease :
              List.of(SampleLeases.active(2), SampleLeases.active(1), SampleLeases.active(3))) {
            commits.add(store.commit(List.of(new Put(lease))).toCompletableFuture());
          }
        });

    await(commits.get(0));
    assertThatThrownBy(() -> await(commits.get(1))).hasCauseInstanceOf(LeaseStoreException.class);
    await(commits.get(2));
    assertThat(store.load()).hasSize(3);
  }

  @Test
  void writesWhatWaitsBeforeItCloses() {
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      commits.add(store.commit(List.of(new Put(SampleLeases.active(i)))).toCompletableFuture());
    }

    reopen(Schema.CURRENT);

    assertThat(commits).allMatch(CompletableFuture::isDone);
    assertThat(store.load()).hasSize(100);
  }

  @Test
  void refusesCommitAfterClose() {
    store.close();

    assertThatThrownBy(() -> commit(new Put(SampleLeases.active(1))))
        .cause()
        .isInstanceOf(LeaseStoreException.class)
        .hasMessage("the lease store is closed");
  }

  @Test
  void migratesTablesOfTheReleaseBefore() throws Exception {
    commit(new Put(SampleLeases.active(1)));
    List<List<String>> steps = new ArrayList<>(Schema.CURRENT.migrations());
    steps.add(List.of("ALTER TABLE lease ADD COLUMN note TEXT", "UPDATE lease SET note = 'old'"));

    reopen(new Schema(steps));

    assertThat(store.load()).containsExactly(SampleLeases.active(1));
    commit(new Put(SampleLeases.next(SampleLeases.active(1), State.EXPIRED)));
  }

  @Test
  void refusesTablesOfNewerRelease() throws Exception {
    List<List<String>> steps = new ArrayList<>(Schema.CURRENT.migrations());
    steps.add(List.of("ALTER TABLE lease ADD COLUMN note TEXT"));
    reopen(new Schema(steps));
    store.close();

    assertThatThrownBy(() -> new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT))
        .isInstanceOf(LeaseStoreException.class)
        .hasMessageContaining("schema version 5, this release knows up to 4");
    reopenPresentVersion();
  }

  @Test
  void leavesOldTablesAloneWhenMigrationFails() throws Exception {
    commit(new Put(SampleLeases.active(1)));
    store.close();
    List<List<String>> steps = new ArrayList<>(Schema.CURRENT.migrations());
    steps.add(List.of("DELETE FROM lease", "ALTER TABLE nothing ADD COLUMN note TEXT"));

    assertThatThrownBy(() -> new JdbcLeaseStore(new Sqlite(file), new Schema(steps)))
        .isInstanceOf(LeaseStoreException.class);

    reopenPresentVersion();
    assertThat(store.load()).containsExactly(SampleLeases.active(1));
  }

  @Test
  void refusesDamagedFileInOneLine() throws IOException {
    Path damaged = directory.resolve("damaged.db");
    Files.writeString(damaged, "this is no database, whatever its name says\n".repeat(100));

    assertThatThrownBy(() -> new JdbcLeaseStore(new Sqlite(damaged), Schema.CURRENT))
        .isInstanceOf(LeaseStoreException.class)
        .hasMessageContaining("damaged")
        .hasMessageNotContaining("\n");
  }

  @Test
  void failsInOneLineWhenItsTableIsGone() throws Exception {
    try (Connection other = new Sqlite(file).open(true);
        Statement statement = other.createStatement()) {
      statement.execute("DROP TABLE lease");
    }

    assertThatThrownBy(() -> commit(new Put(SampleLeases.active(1))))
        .cause()
        .isInstanceOf(LeaseStoreException.class)
        .hasMessageContaining("no such table")
        .hasMessageNotContaining("\n")
        .matches(e -> !((LeaseStoreException) e).stale(), "is not stale");
  }

  @Test
  void namesLeaseThatCannotBeRead() throws Exception {
    commit(new Put(SampleLeases.active(1)));
    try (Connection other = new Sqlite(file).open(true);
        Statement statement = other.createStatement()) {
      statement.execute("UPDATE lease SET client_address = 'nonsense'");
    }

    assertThatThrownBy(() -> store.load())
        .isInstanceOf(LeaseStoreException.class)
        .hasMessageContaining("lease-1");
  }

  @Test
  void makesFileThatOnlyItsOwnerReads() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  @Promise("P2")
  void flushesEachCommitToTheDisk() throws SQLException {
    try (Connection other = new Sqlite(file).open(true);
        Statement statement = other.createStatement()) {
      assertThat(statement.executeQuery("PRAGMA journal_mode").getString(1)).isEqualTo("wal");
      assertThat(statement.executeQuery("PRAGMA synchronous").getInt(1)).isEqualTo(2);
    }
  }

  @Test
  void findsItsFile() {
    assertThat(ConfiguredLeaseStore.file("jdbc:sqlite:/var/lib/x.db"))
        .isEqualTo(Path.of("/var/lib/x.db"));
    assertThat(ConfiguredLeaseStore.file("")).isEqualTo(Path.of("data", "culvert", "leases.db"));
    assertThatThrownBy(() -> ConfiguredLeaseStore.file("jdbc:oracle:thin"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.lease.jdbc.cfg: url = \"jdbc:oracle:thin\"");
  }

  private void reopen(Schema schema) {
    store.close();
    store = new JdbcLeaseStore(new Sqlite(file), schema);
  }

  private void reopenPresentVersion() {
    try (Connection other = new Sqlite(file).open(true);
        Statement statement = other.createStatement()) {
      statement.execute("UPDATE schema_version SET version = 4");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    store = new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);
  }

  private static Lease bare() {
    return new Lease(
        "bare",
        "anonymous-é\n",
        true,
        State.QUARANTINED,
        TunnelType.V6V4,
        OuterEndpoints.withoutPorts(
            IpAddresses.parse("192.0.2.1"), IpAddresses.parse("198.51.100.9")),
        IpAddresses.parse("198.51.100.9"),
        IpAddresses.parse("2001:db8::1"),
        IpAddresses.parse("2001:db8:0:1:5eff:7:8:9"),
        Optional.empty(),
        Optional.empty(),
        Instant.parse("2026-01-01T00:00:00.123Z"),
        Instant.parse("2026-01-02T00:00:00Z"),
        1);
  }
}
