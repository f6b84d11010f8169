package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database's file is emptied, cut, moved, replaced: between two starts, and meanwhile. */
class LostFileTest {
  @TempDir Path directory;

  private final AtomicLong nanoTime = new AtomicLong();
  private Path file;
  private Path log;
  private Path backup;
  private JdbcLeaseStore store;

  @BeforeEach
  void writeOneLeaseAndCopyIt() {
    file = directory.resolve("leases.db");
    log = directory.resolve("leases.db-wal");
    backup = directory.resolve("leases.db.backup");
    store = open();
    put(1);
    store.backUp();
    put(2);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private JdbcLeaseStore open() {
    return new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT, nanoTime::get);
  }

  private void put(int number) {
    store.commit(List.of(new Put(SampleLeases.active(number)))).toCompletableFuture().join();
  }

  private static void refused(ThrowingCallable call, String... why) {
    assertThatThrownBy(call)
        .satisfies(
            thrown -> {
              Throwable cause = thrown instanceof CompletionException e ? e.getCause() : thrown;
              assertThat(cause)
                  .isInstanceOf(LeaseStoreException.class)
                  .hasMessageContainingAll(why);
              assertThat(cause.getMessage()).doesNotContain("\n");
            });
  }

  private void restore() throws IOException {
    Files.deleteIfExists(log);
    Files.deleteIfExists(directory.resolve("leases.db-shm"));
    Files.copy(backup, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private void cut(Path path, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private List<String> ids() {
    return store.load().stream().map(Lease::id).sorted().toList();
  }

  // Between two starts.

  @Test
  void emptyFileIsNotTakenForNewDatabase() throws IOException {
    store.close();
    cut(file, 0);

    refused(this::open, "is empty, but leases were kept in it", "cp -p " + backup + " " + file);

    assertThat(file).isEmptyFile();
    restore();
    store = open();
    assertThat(ids()).containsExactly("lease-1");
  }

  @Test
  void missingFileIsNotMadeAnew() throws IOException {
    store.close();
    Files.delete(file);

    refused(this::open, "is not there, but leases were kept in it", "delete " + backup);

    assertThat(file).doesNotExist();
    Files.delete(backup);
    store = open();
    assertThat(ids()).isEmpty();
  }

  @Test
  void logWithoutItsDatabaseIsNotDeleted() throws IOException {
    byte[] logged = Files.readAllBytes(log);
    store.close();
    Files.delete(file);
    Files.delete(backup);
    Files.write(log, logged);

    refused(this::open, "its log leases.db-wal is there");

    assertThat(log).hasBinaryContent(logged);
  }

  @Test
  void cutFileIsTold() throws IOException {
    store.close();
    cut(file, Files.size(file) / 2 / 4096 * 4096);

    refused(this::open, "is damaged", "cp -p");

    restore();
    store = open();
    assertThat(ids()).containsExactly("lease-1");
  }

  @Test
  void fileOfZerosIsTold() throws IOException {
    store.close();
    Files.write(file, new byte[(int) Files.size(file)]);

    refused(this::open, "is no SQLite database, or damaged", "cp -p");
  }

  @Test
  void databaseOfAnotherProgramIsLeftAlone() throws Exception {
    Path foreign = directory.resolve("foreign.db");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + foreign);
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE cookies (name TEXT)");
    }

    refused(
        () -> new JdbcLeaseStore(new Sqlite(foreign), Schema.CURRENT),
        "is the database of another program",
        "set url");

    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + foreign);
        Statement statement = other.createStatement()) {
      assertThat(statement.executeQuery("SELECT count(*) FROM sqlite_schema").getInt(1))
          .as("tables")
          .isEqualTo(1);
    }
  }

  @Test
  void emptyFileOfFirstStartThatWasKilledIsFilled() throws IOException {
    Path fresh = Files.createFile(directory.resolve("fresh.db"));

    try (JdbcLeaseStore made = new JdbcLeaseStore(new Sqlite(fresh), Schema.CURRENT)) {
      assertThat(made.load()).isEmpty();
    }
  }

  @Test
  void copyHoldsAllAndIsPrivate() throws IOException {
    store.backUp();
    store.close();
    restore();

    store = open();

    assertThat(ids()).containsExactly("lease-1", "lease-2");
    assertThat(Files.getPosixFilePermissions(backup))
        .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  // While it is open.

  @Test
  void refusesWhileItsFileIsElsewhere() throws IOException {
    Path elsewhere = directory.resolve("elsewhere.db");
    Files.move(file, elsewhere);

    refused(() -> put(3), "is not there, but leases were kept in it");
    refused(() -> put(4), "is not there");

    Files.move(elsewhere, file);
    nanoTime.addAndGet(Long.MAX_VALUE / 4);
    put(5);
    assertThat(ids()).containsExactly("lease-1", "lease-2", "lease-5");
  }

  @Test
  void losesNothingWhenItsFileIsDeleted() throws IOException {
    Files.delete(file);

    refused(() -> put(3), "is not there", "cp -p");

    restore();
    nanoTime.addAndGet(Long.MAX_VALUE / 4);
    put(4);
    assertThat(ids()).containsExactly("lease-1", "lease-2", "lease-4");
  }

  @Test
  void goesOnWhenOnlyItsLogWasDeleted() throws IOException {
    Files.delete(log);

    put(3);
    put(4);
    store.close();

    store = open();
    assertThat(ids()).containsExactly("lease-1", "lease-2", "lease-3", "lease-4");
  }

  @Test
  void asksToReadAnewWhenItsFileWasReplaced() throws IOException {
    put(3);
    Path old = directory.resolve("old.db");
    Files.move(file, old);
    restore();

    for (int number : new int[] {4, 5}) {
      assertThatThrownBy(() -> put(number))
          .cause()
          .matches(failure -> ((LeaseStoreException) failure).stale(), "is stale");
    }

    assertThat(ids()).containsExactly("lease-1");
    put(6);
    assertThat(ids()).containsExactly("lease-1", "lease-6");
  }

  @Test
  void tellsWhenItsFileIsCut() throws IOException {
    cut(file, 0);

    refused(() -> put(3), "damaged", "cp -p");
  }
}
