package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;

/** Adds users where the directory is a full disk; a program, for no other process sees it. */
final class OnFullDisk {
  private OnFullDisk() {}

  public static void main(String[] arguments) throws IOException {
    Path disk = Path.of(arguments[0]);
    Path file = disk.resolve("users.properties");
    Bench bench = new Bench();
    Files.writeString(file, ("# " + "x".repeat(80) + "\n").repeat(100) + "alice = secret1\n");
    // Passwords are hashed, and no file is held that was replaced.
    bench.store(TestSettings.of(file)).close();
    FileCredentialStore store = bench.store(TestSettings.of(file));
    byte[] before = Files.readAllBytes(file);
    Path ballast = disk.resolve("ballast");
    fill(ballast);
    AccountSettings usual = new AccountSettings(true, false, AccountPolicy.ANY, Set.of());

    assertThatThrownBy(() -> store.create("bob", usual, "secret2".toCharArray()))
        .isInstanceOf(AccountException.class)
        .hasMessage(file + " cannot be changed: the disk is full.")
        .extracting(e -> ((AccountException) e).remedy())
        .isEqualTo(
            "Make room on the disk of " + disk + " (df " + disk + " shows it), and try again.");
    assertThatThrownBy(() -> store.remove("alice")).isInstanceOf(AccountException.class);

    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(store.accounts()).hasSize(1);
    try (Stream<Path> names = Files.list(disk)) {
      assertThat(names.map(name -> name.getFileName().toString()))
          .containsExactlyInAnyOrder("ballast", "users.properties", "users.properties.last-good");
    }
    Files.delete(ballast);
    store.create("bob", usual, "secret2".toCharArray());
    assertThat(store.accounts()).hasSize(2);

    fill(ballast);
    // The file that bob's took the place of is held open, and has the room for this.
    store.remove("bob");
    assertThat(store.accounts()).hasSize(1);
    assertThat(bench.warnings()).isEmpty();
    System.exit(0);
  }

  private static void fill(Path ballast) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
