package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of users is emptied, removed or overwritten by something else. */
class LostUsersTest {
  private static final AccountSettings USUAL =
      new AccountSettings(true, false, AccountPolicy.ANY, Set.of());

  private final Bench bench = new Bench();
  private final List<String> warnings = bench.warnings();

  @TempDir private Path directory;
  private Path file;
  private Path lastGood;

  @BeforeEach
  void writeUsers() throws IOException {
    file = directory.resolve("users.properties");
    lastGood = directory.resolve("users.properties.last-good");
    Files.writeString(file, "# ours\nalice = secret1\nbob = disabled secret2\n");
  }

  private FileCredentialStore store() {
    return bench.store(TestSettings.of(file));
  }

  private void tick() {
    bench.settle();
  }

  private void lose(String how) throws IOException {
    switch (how) {
      case "missing" -> Files.delete(file);
      case "empty" -> Files.write(file, new byte[0]);
      case "blank" -> Files.writeString(file, "\n\n");
      case "zeros" -> Files.write(file, new byte[4096]);
      default -> throw new IllegalArgumentException(how);
    }
  }

  /** A reader of a pipe waits for ever, and a file may be larger than the memory. */
  @ParameterizedTest
  @CsvSource({"pipe, is no regular file", "huge, is larger than", "directory, is no regular file"})
  void whatCannotBeAFileOfUsersHoldsNobodyUp(String how, String told) throws Exception {
    FileCredentialStore store = store();
    Files.delete(file);
    switch (how) {
      case "pipe" ->
          assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
      case "directory" -> Files.createDirectory(file);
      default -> {
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
          large.setLength(UserFile.LARGEST + 1L);
        }
      }
    }

    for (FileCredentialStore one : List.of(store, store())) {
      tick();
      assertThat(users(one)).containsExactly("alice", "bob");
      assertThat(one.find("bob").orElseThrow().enabled()).isFalse();
    }
    assertThat(warnings).hasSize(2).allSatisfy(warning -> assertThat(warning).contains(told));

    Files.delete(file);
    Files.writeString(file, "zed = secretsecret1\n");
    tick();
    assertThat(users(store)).containsExactly("zed");
  }

  private static List<String> users(FileCredentialStore store) {
    return store.accounts().stream().map(AccountSummary::user).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "blank", "zeros"})
  void usersStayAndTheOperatorIsToldOnce(String how) throws IOException {
    FileCredentialStore store = store();
    lose(how);

    for (int i = 0; i < 3; i++) {
      tick();
      assertThat(users(store)).containsExactly("alice", "bob");
      assertThat(store.find("bob").orElseThrow().enabled()).isFalse();
    }

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("its 2 users stay", "cp -p " + lastGood + " " + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "blank", "zeros"})
  void usersFromBeforeARestartStayToo(String how) throws IOException {
    store();
    lose(how);

    FileCredentialStore later = store();

    assertThat(users(later)).containsExactly("alice", "bob");
    assertThat(
            later
                .find("alice")
                .orElseThrow()
                .passwordCheck()
                .orElseThrow()
                .matches("secret1".toCharArray()))
        .isTrue();
    assertThat(warnings).hasSize(1);
  }

  /** Some programs empty a file first, and others write it in pieces. */
  @Test
  void fileThatIsJustBeingWrittenIsNoLoss() throws IOException {
    FileCredentialStore store = store();
    String whole = Files.readString(file);
    for (String part : List.of("", "# ours\nalice = sec")) {
      Files.writeString(file, part);
      bench.advance(Duration.ofMillis(Follower.INTERVAL_MILLIS));
      assertThat(users(store)).containsExactly("alice", "bob");
    }
    Files.writeString(file, whole);
    bench.settle();

    assertThat(users(store)).containsExactly("alice", "bob");
    assertThat(warnings).isEmpty();
  }

  @Test
  void fileThatIsPutBackIsObeyed() throws IOException {
    FileCredentialStore store = store();
    lose("empty");
    tick();
    assertThat(users(store)).containsExactly("alice", "bob");

    Files.copy(lastGood, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    tick();
    assertThat(users(store)).containsExactly("alice", "bob");
    Files.writeString(file, "carol = secret3\n");
    tick();

    assertThat(users(store)).containsExactly("carol");
    assertThat(warnings).hasSize(1);
  }

  @Test
  void someUsersFewerAreObeyed() throws IOException {
    FileCredentialStore store = store();
    Files.writeString(file, "alice = secret1\n");
    tick();

    assertThat(users(store)).containsExactly("alice");
    assertThat(warnings).isEmpty();
  }

  @Test
  void commentSaysThatThereAreNoneOnPurpose() throws IOException {
    FileCredentialStore store = store();
    Files.writeString(file, "# nobody\n");
    tick();
    assertThat(users(store)).isEmpty();
    lose("empty");
    tick();

    assertThat(users(store)).isEmpty();
    assertThat(users(store())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty"})
  void changeOfAnAccountBringsTheOthersBack(String how) throws IOException {
    FileCredentialStore store = store();
    lose(how);

    store.create("carol", USUAL, "secret3".toCharArray());

    assertThat(file).content().contains("# ours", "alice = ", "bob = disabled", "carol = ");
    assertThat(users(store())).containsExactly("alice", "bob", "carol");
  }

  @Test
  void removingTheLastUserIsNoLoss() throws IOException {
    Files.writeString(file, "alice = secret1");
    FileCredentialStore store = store();

    store.remove("alice");

    assertThat(users(store)).isEmpty();
    assertThat(users(store())).isEmpty();
    assertThat(lastGood).content().doesNotContain("alice");
    assertThat(warnings).isEmpty();
  }

  @Test
  @Threat("T12")
  void copyHoldsNoPasswordAndIsItsOwnersAlone() throws IOException {
    store();

    assertThat(lastGood).content().contains("alice = ").doesNotContain("secret1", "secret2");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lastGood)))
        .isEqualTo("rw-------");
  }

  @Test
  void emptyFileWithoutAnythingBeforeIsTold() throws IOException {
    lose("empty");

    assertThat(users(store())).isEmpty();

    assertThat(warnings).singleElement().asString().contains("is empty, and nobody can log in");
  }

  @Test
  void theCopyHasNothingOfALineThatCannotBeRead() throws IOException {
    Files.writeString(file, "# ours\nalice = secret1\nbob = digest canary-1 \u00e4\ncanary-2\n");
    store();
    Files.delete(file);

    FileCredentialStore again = store();

    assertThat(Files.readString(lastGood))
        .contains("# ours\nalice = ")
        .contains("\nbob =\n")
        .doesNotContain("canary");
    assertThat(again.find("alice")).isPresent();
    assertThat(again.find("bob")).hasValueSatisfying(bob -> assertThat(bob.enabled()).isFalse());
  }
}
