package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.testkit.lease.SampleLeases;

/** What is tried where a directory is a small disk; a program, for no other process sees it. */
final class OnFullDisk {
  private static final int PATIENCE_MINUTES = 5;

  private final Path ballast;
  private final Path file;

  private OnFullDisk(Path disk) {
    ballast = disk.resolve("ballast");
    file = disk.resolve("leases.db");
  }

  public static void main(String[] arguments) throws Exception {
    OnFullDisk disk = new OnFullDisk(Path.of(arguments[0]));
    switch (arguments[1]) {
      case "serve" -> disk.serve();
      case "fit" -> disk.fit();
      case "start" -> disk.start();
      case "copy" -> disk.copy();
      case "tell" -> disk.tell();
      default -> throw new IllegalArgumentException(arguments[1]);
    }
    System.exit(0);
  }

  /** The disk is filled by another program, and freed. */
  private void serve() throws IOException {
    JdbcLeaseStore store = open();
    put(store, 1);
    for (int round = 0; round < 3; round++) {
      fill();
      int most = 10_000 * (round + 1);
      int refused = 100;
      // There may be room in what SQLite has already; then it is used.
      while (tryToPut(store, refused).isEmpty()) {
        refused++;
        assertThat(refused).as("leases on a full disk").isLessThan(most);
      }
      assertThat(tryToPut(store, refused).orElseThrow())
          .hasMessageContaining("make room on the disk of " + file.getParent());
      assertThat(store.load()).extracting(Lease::id).contains("lease-1");
      Files.delete(ballast);

      put(store, 2 + round);
      assertThat(store.load()).extracting(Lease::id).doesNotContain("lease-" + refused);
      List<Lease> all = store.load();
      store.close();
      store = open();
      assertThat(store.load()).containsExactlyInAnyOrderElementsOf(all);
      for (Lease lease : all) {
        if (!lease.id().equals("lease-1")) {
          store
              .commit(List.of(new org.culvert.api.lease.LeaseChange.Remove(lease)))
              .toCompletableFuture()
              .join();
        }
      }
    }
    store.close();
  }

  /** The log alone would fill the disk, if it were not emptied. */
  private void fit() {
    JdbcLeaseStore store = open();
    Lease lease = SampleLeases.active(1);
    put(store, 1);
    for (int i = 0; i < 2_000; i++) {
      lease = SampleLeases.next(lease, Lease.State.ACTIVE);
      store.commit(List.of(new Put(lease))).toCompletableFuture().join();
    }
    assertThat(store.load()).containsExactly(lease);
    store.close();
  }

  /** The first start finds no room; the store is there as soon as there is some. */
  private void start() throws Exception {
    fill();
    CompletableFuture<JdbcLeaseStore> offered = new CompletableFuture<>();
    CompletableFuture<Void> tried = new CompletableFuture<>();
    Sqlite sqlite = new Sqlite(file);
    StoreKeeper keeper =
        new StoreKeeper(
            () -> {
              try {
                return new JdbcLeaseStore(sqlite, Schema.CURRENT);
              } catch (LeaseStoreException e) {
                tried.complete(null);
                throw e;
              }
            },
            store -> {
              offered.complete(store);
              return () -> {};
            });
    tried.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    assertThat(offered).isNotDone();
    Files.delete(ballast);

    put(offered.get(PATIENCE_MINUTES, TimeUnit.MINUTES), 1);
    keeper.close();
  }

  /** There is no room for a copy: the one before stays, and no half of one. */
  private void copy() throws IOException {
    JdbcLeaseStore store = open();
    put(store, 1);
    store.backUp();
    Path backup = Path.of(file + ".backup");
    byte[] before = Files.readAllBytes(backup);
    put(store, 2);
    fill();

    assertThatThrownBy(store::backUp).isInstanceOf(LeaseStoreException.class);

    assertThat(Files.readAllBytes(backup)).isEqualTo(before);
    try (var names = Files.list(file.getParent())) {
      assertThat(names.map(name -> name.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "ballast", "leases.db", "leases.db-wal", "leases.db-shm", "leases.db.backup");
    }
    Files.delete(ballast);
    store.backUp();
    assertThat(Files.readAllBytes(backup)).isNotEqualTo(before);
    store.close();
  }

  /** Something smaller than a lease may fit; that is not told as if leases did. */
  private void tell() throws IOException {
    JdbcLeaseStore store = open();
    put(store, 1);
    fill();
    assertThat(store.obstacle()).as("nothing was refused yet").isEmpty();
    assertThat(store.shortage())
        .hasValueSatisfying(
            why -> assertThat(why).contains("make room on the disk of " + file.getParent()));
    int number = 2;
    while (tryToPut(store, number).isEmpty()) {
      number++;
    }
    for (int i = 0; i < 10; i++) {
      boolean fits = tryToWrite(store);
      assertThat(store.obstacle())
          .as("what little fits: " + fits)
          .hasValueSatisfying(
              why -> assertThat(why).contains("make room on the disk of " + file.getParent()));
      assertThat(tryToPut(store, number)).isPresent();
    }
    Files.delete(ballast);
    assertThat(tryToPut(store, number)).isEmpty();
    assertThat(store.obstacle()).isEmpty();
    store.close();
  }

  private static boolean tryToWrite(JdbcLeaseStore store) {
    try {
      store.tryToWrite().toCompletableFuture().join();
      return true;
    } catch (CompletionException e) {
      return false;
    }
  }

  private JdbcLeaseStore open() {
    return new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);
  }

  private void fill() throws IOException {
    byte[] octets = new byte[512];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(octets);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static void put(JdbcLeaseStore store, int number) {
    store.commit(List.of(new Put(SampleLeases.active(number)))).toCompletableFuture().join();
  }

  private static Optional<Throwable> tryToPut(JdbcLeaseStore store, int number) {
    try {
      put(store, number);
      return Optional.empty();
    } catch (CompletionException e) {
      return Optional.ofNullable(e.getCause());
    }
  }
}
