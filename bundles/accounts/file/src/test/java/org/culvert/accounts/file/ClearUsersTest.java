package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.account.PasswordCheck;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users whose passwords stand in the file in clear, before, while and after they are hashed. */
class ClearUsersTest {
  private static final int MANY = 304;

  private final Bench bench = new Bench();

  @TempDir private Path directory;
  private Path file;
  private Settings settings;
  private GatedHashing hashing;
  private Optional<FileCredentialStore> running = Optional.empty();

  @BeforeEach
  void choose() {
    file = directory.resolve("users.properties");
    settings = TestSettings.of(file);
    hashing = new GatedHashing(settings, user -> true);
  }

  @AfterEach
  void end() {
    hashing.open();
    running.ifPresent(FileCredentialStore::close);
  }

  private FileCredentialStore running() {
    FileCredentialStore store = bench.running(settings, hashing);
    running = Optional.of(store);
    return store;
  }

  private FileCredentialStore fresh() {
    return bench.fresh(settings, Hashing.of(settings));
  }

  private void writeMany() throws IOException {
    Files.writeString(
        file,
        IntStream.range(0, MANY)
            .mapToObj(i -> "user%d = digest secret%d\n".formatted(i, i))
            .collect(Collectors.joining()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long inClear() {
    return read().lines().filter(line -> line.contains(" secret")).count();
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static boolean passes(FileCredentialStore store, String user, String password) {
    return store
        .find(user)
        .flatMap(Account::passwordCheck)
        .filter(check -> check.matches(password.toCharArray()))
        .isPresent();
  }

  @Test
  @Threat("T12")
  void everybodyMayLogInWhileNobodyIsHashedAndTheFileIsClosedToOthers() throws Exception {
    writeMany();

    FileCredentialStore store = running();

    assertThat(mode()).isEqualTo("rw-------");
    Eventually.holds("the background waits", () -> hashing.waiting().contains("user0"));
    assertThat(passes(store, "user303", "secret303")).isTrue();
    Account last = store.find("user302").orElseThrow();
    assertThat(last.scramSecret("SCRAM-SHA-256")).isPresent();
    assertThat(last.digestSecret()).isPresent();
    assertThat(store.accounts().get(0).mechanisms())
        .containsExactly("SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "PLAIN");
    assertThat(hashing.made()).containsExactly("user302 SCRAM-SHA-256");
    assertThat(inClear()).isEqualTo(MANY);
    assertThat(bench.warnings()).isEmpty();
  }

  @Test
  void hashesAreWrittenInPortionsAndNothingInClearIsLeft() throws Exception {
    writeMany();
    FileCredentialStore store = running();

    hashing.open(MANY / 2);
    Eventually.holds("some are written", () -> inClear() < MANY - 100);
    assertThat(inClear()).isGreaterThanOrEqualTo(MANY / 2);
    assertThat(passes(store, "user0", "secret0")).isTrue();
    assertThat(passes(store, "user303", "secret303")).isTrue();
    hashing.open();
    Eventually.holds("all are written", () -> inClear() == 0);

    store.close();
    assertThat(mode()).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path one : files.toList()) {
        assertThat(one).content().doesNotContain(" secret");
      }
    }
    FileCredentialStore later = bench.store(settings);
    for (int i = 0; i < MANY; i += 50) {
      assertThat(passes(later, "user" + i, "secret" + i)).isTrue();
    }
    assertThat(later.accounts()).hasSize(MANY);
  }

  @Test
  void changedFileIsSeenHashedAndClosedWithoutALookUp() throws Exception {
    Files.writeString(file, "# nobody\n");
    FileCredentialStore store = bench.store(settings);

    writeMany();
    bench.advance(Duration.ofMillis(500));

    assertThat(inClear()).isZero();
    assertThat(mode()).isEqualTo("rw-------");
    assertThat(passes(store, "user303", "secret303")).isTrue();
  }

  @Test
  void changedFileIsSeenWhileAHashIsMade() throws Exception {
    Files.writeString(file, "alice = secret1\n");
    FileCredentialStore store = running();
    Eventually.holds("the background waits", () -> hashing.waiting().contains("alice"));

    Files.writeString(file, "bob = secret2\n", StandardOpenOption.APPEND);

    Eventually.holds("bob is known", () -> store.find("bob").isPresent());
    assertThat(passes(store, "bob", "secret2")).isTrue();
    assertThat(inClear()).isEqualTo(2);
    hashing.open();
    Eventually.holds("both are hashed", () -> inClear() == 0);
    assertThat(passes(store, "alice", "secret1")).isTrue();
    assertThat(passes(store, "bob", "secret2")).isTrue();
  }

  @Test
  void verifiersOfAUserAreMadeOnce() throws Exception {
    Files.writeString(file, "alice = secret1\nbob = secret2\n");
    FileCredentialStore store = running();
    Eventually.holds("the background waits", () -> hashing.waiting().contains("alice"));

    Account bob = store.find("bob").orElseThrow();
    byte[] salt = bob.scramSecret("SCRAM-SHA-256").orElseThrow().salt();
    assertThat(bob.scramSecret("SCRAM-SHA-256").orElseThrow().salt()).isEqualTo(salt);
    hashing.open();
    Eventually.holds("both are hashed", () -> inClear() == 0);

    assertThat(
            bench
                .store(settings)
                .find("bob")
                .orElseThrow()
                .scramSecret("SCRAM-SHA-256")
                .orElseThrow()
                .salt())
        .isEqualTo(salt);
    assertThat(hashing.made()).doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void changesFromTheShellMeanwhileLoseNothing() throws Exception {
    Files.writeString(
        file, "alice = secret1\nbob = secret2\ncarol = digest secret3\ndave = secret4\n");
    hashing = new GatedHashing(settings, "alice"::equals);
    FileCredentialStore store = running();
    Eventually.holds("the background waits", () -> hashing.waiting().contains("alice"));
    AccountPolicy scram = new AccountPolicy(Set.of("SCRAM-SHA-256"), true);

    AccountSummary bob = store.change("bob", AccountSettings.USUAL.policy(scram));
    store.create("erin", AccountSettings.USUAL, "secret5".toCharArray());
    store.remove("dave");
    hashing.open();
    Eventually.holds("all are hashed", () -> inClear() == 0);

    assertThat(bob.mechanisms()).containsExactly("SCRAM-SHA-256");
    for (FileCredentialStore one : List.of(store, bench.store(settings))) {
      assertThat(one.accounts())
          .extracting(AccountSummary::user)
          .containsExactly("alice", "bob", "carol", "erin");
      assertThat(passes(one, "alice", "secret1")).isTrue();
      assertThat(one.find("bob").orElseThrow().policy()).isEqualTo(scram);
      assertThat(one.find("bob").orElseThrow().scramSecret("SCRAM-SHA-256")).isPresent();
      assertThat(one.find("carol").orElseThrow().digestSecret()).isPresent();
      assertThat(passes(one, "erin", "secret5")).isTrue();
    }
    assertThat(passes(store, store.change("bob", AccountSettings.USUAL).user(), "secret2"))
        .isTrue();
  }

  /** The process is killed between two portions, and while it wrote a file. */
  @Test
  @Threat("T12")
  void nothingIsLostIfTheWorkIsCutOff() throws Exception {
    writeMany();
    Hashing quick = Hashing.of(settings);
    bench.fresh(
        settings,
        new Hashing() {
          @Override
          public Optional<BcryptVerifier> bcrypt(String user, char[] prepared) {
            if (user.equals("user100")) {
              throw new IllegalStateException("killed");
            }
            return quick.bcrypt(user, prepared);
          }

          @Override
          public ScramVerifier scram(String user, ScramHash hash, char[] prepared) {
            return quick.scram(user, hash, prepared);
          }
        });
    bench.advance(Duration.ofMillis(100));
    assertThat(inClear()).isBetween(1L, MANY - 1L);
    Path draft = directory.resolve(".users.properties.new");
    Files.writeString(draft, "alice = secret1\n");

    FileCredentialStore later = fresh();
    assertThat(draft).doesNotExist();
    assertThat(later.accounts()).hasSize(MANY);
    bench.settle();

    assertThat(inClear()).isZero();
    for (int i = 0; i < MANY; i += 50) {
      assertThat(passes(later, "user" + i, "secret" + i)).isTrue();
    }
  }

  /** As {@code cat >>} does, which is left open. */
  @Test
  void whatAProgramWritesLaterIsNotLost() throws Exception {
    Files.writeString(file, "alice = secret1\n");
    FileCredentialStore store = fresh();
    try (OutputStream open = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      bench.settle();
      assertThat(inClear()).isZero();

      say(open, "bob = secret2\ncarol = sec");
      bench.advance(Duration.ofMillis(500));
      assertThat(passes(store, "bob", "secret2")).isTrue();
      assertThat(store.find("carol")).isEmpty();
      say(open, "ret3\n");
      bench.advance(Duration.ofMillis(500));
      assertThat(passes(store, "carol", "secret3")).isTrue();

      say(open, "dave = sec");
      bench.settle();
      say(open, "ret4\nerin = secret5");
      bench.settle();
      assertThat(passes(store, "dave", "secret4")).isTrue();
    }
    bench.settle();

    assertThat(inClear()).isZero();
    assertThat(store.accounts())
        .extracting(AccountSummary::user)
        .containsExactly("alice", "bob", "carol", "dave", "erin");
    assertThat(read().lines()).hasSize(5);
    assertThat(passes(bench.store(settings), "erin", "secret5")).isTrue();
    assertThat(bench.warnings()).isEmpty();
  }

  @Test
  void lineThatIsStillBeingWrittenIsNotHashedByHalf() throws Exception {
    FileCredentialStore store = fresh();
    try (OutputStream open =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      say(open, "alice = secret1\nbob = sec");
      bench.advance(Duration.ofSeconds(1));
      assertThat(inClear()).isZero();
      assertThat(read()).endsWith("\nbob = sec");

      say(open, "ret2\n");
      bench.settle();
    }

    assertThat(inClear()).isZero();
    assertThat(passes(store, "bob", "secret2")).isTrue();
    assertThat(store.accounts()).hasSize(2);
  }

  private static void say(OutputStream open, String text) throws IOException {
    open.write(text.getBytes(StandardCharsets.UTF_8));
    open.flush();
  }

  @Test
  void closedStoreHasNoThreads() throws Exception {
    writeMany();
    FileCredentialStore store = running();
    Eventually.holds("the background waits", () -> hashing.waiting().contains("user0"));
    hashing.open(1);

    Thread closing = new Thread(store::close);
    closing.start();
    hashing.open();
    closing.join();

    String left = read();
    Files.writeString(file, "zed = secret1\n");
    assertThat(store.find("zed")).isEmpty();
    assertThat(left.lines()).hasSize(MANY);
    assertThat(read()).isEqualTo("zed = secret1\n");
  }

  @Test
  void fileThatCannotBeReplacedIsToldAndTriedAgain() throws Exception {
    Files.writeString(file, "alice = secret1\n");
    Path inTheWay = Files.createDirectories(directory.resolve(".users.properties.new/x"));

    FileCredentialStore store = bench.store(settings);

    assertThat(passes(store, "alice", "secret1")).isTrue();
    assertThat(bench.warnings()).singleElement().asString().contains("keeps passwords in clear");
    assertThat(store.mistakes()).hasSize(1);
    Files.delete(inTheWay);
    bench.advance(Duration.ofSeconds(11));
    assertThat(inClear()).isZero();
    assertThat(store.mistakes()).isEmpty();
  }

  @Test
  void fileThatCannotBeClosedToOthersIsTold() {
    // No process may change the mode of what stands for itself.
    Path process = Path.of("/proc/self/cmdline");
    assumeThat(process).exists();

    assertThat(
            new UserFile(process, new ReplacedFiles(System::nanoTime))
                .closeToOthers()
                .orElseThrow())
        .startsWith(process + " is open to others (r--r--r--), and its mode cannot be changed: ")
        .endsWith("; do chmod 600 " + process);
  }

  @Test
  void wrongPasswordTakesTheTimeOfAVerifier() throws Exception {
    int[] asked = new int[1];
    PasswordCheck nobody =
        password -> {
          asked[0]++;
          return false;
        };
    ClearPassword clear =
        new ClearPassword("alice", "pa\u00adss\u00a0word".toCharArray(), settings, hashing);

    assertThat(clear.check(nobody).matches("pass word".toCharArray())).isTrue();
    assertThat(asked[0]).isZero();
    assertThat(clear.check(nobody).matches("pass-word".toCharArray())).isFalse();
    assertThat(asked[0]).isEqualTo(1);
    assertThat(clear).asString().doesNotContain("\u00a0word");
  }
}
