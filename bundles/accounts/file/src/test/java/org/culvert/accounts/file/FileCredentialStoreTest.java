package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.culvert.api.account.Account;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCredentialStoreTest {
  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong mtime = new AtomicLong();
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

  @TempDir private Path directory;

  @Test
  void noFileMeansNoUsersAndNoComplaint() throws Exception {
    FileCredentialStore store = store();

    assertThat(store.find("alice")).isEmpty();
    assertThat(warnings).isEmpty();
    assertThat(names()).isEmpty();
  }

  @Test
  void passwordInClearIsReplacedByVerifiersAndStillPasses() throws Exception {
    write("alice = secret1\n");

    FileCredentialStore store = store();

    assertThat(read())
        .matches(
            "alice = \\{PBKDF2-SHA256}1000\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}"
                + " \\{HA1}culvert\\$[0-9a-f]{32}\n");
    for (FileCredentialStore one : List.of(store, store())) {
      Account alice = one.find("alice").orElseThrow();
      assertThat(alice.enabled()).isTrue();
      assertThat(passes(alice, "secret1")).isTrue();
      assertThat(passes(alice, "secret2")).isFalse();
      assertThat(alice.digestSecret().orElseThrow().realm()).isEqualTo("culvert");
      assertThat(alice.digestSecret().orElseThrow().octets())
          .isEqualTo(md5("alice:culvert:secret1".getBytes(StandardCharsets.ISO_8859_1)));
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void digestSecretOfARealExchangeIsWritten() throws Exception {
    write("alice = pw11\n");

    Account alice = store(settings("hexos", true)).find("alice").orElseThrow();

    assertThat(HexFormat.of().formatHex(alice.digestSecret().orElseThrow().octets()))
        .isEqualTo("c77f1474a8529921a849aee008120018");
  }

  @Test
  void namesAndPasswordsThatFitAreHashedInIso88591() throws Exception {
    write("jürgen = pässword\nΩ = pässword\n");

    FileCredentialStore store = store();

    assertThat(store.find("jürgen").orElseThrow().digestSecret().orElseThrow().octets())
        .isEqualTo(md5("jürgen:culvert:pässword".getBytes(StandardCharsets.ISO_8859_1)));
    assertThat(store.find("Ω").orElseThrow().digestSecret().orElseThrow().octets())
        .isEqualTo(
            md5(
                "Ω:culvert:".getBytes(StandardCharsets.UTF_8),
                "pässword".getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void withoutDigestMd5NothingForItIsKeptOrHandedOut() throws Exception {
    write("alice = secret1\nbob = {HA1}culvert$00112233445566778899aabbccddeeff\n");

    FileCredentialStore store = store(settings("culvert", false));

    assertThat(read().lines().findFirst().orElseThrow()).doesNotContain("{HA1}");
    assertThat(store.find("alice").orElseThrow().digestSecret()).isEmpty();
    assertThat(store.find("bob").orElseThrow().digestSecret()).isEmpty();
  }

  @Test
  void everyOtherLineStaysAsItWas() throws Exception {
    String before = "# users\r\n\r\n  # Stra\u00dfe in Latin-1\n?? what is this\r\n";
    String after = "\r\nbob = {HA1}culvert$00112233445566778899AABBCCDDEEFF  \r\n\n#end";
    byte[] file = (before + "alice = secret1\r\n" + after).getBytes(StandardCharsets.ISO_8859_1);
    Files.write(file(), file);

    FileCredentialStore store = store();

    String rewritten = Files.readString(file(), StandardCharsets.ISO_8859_1);
    assertThat(rewritten).startsWith(before + "alice = {PBKDF2-SHA256}").endsWith("\r\n" + after);
    assertThat(store.find("alice")).isPresent();
    assertThat(store.find("bob")).isPresent();
  }

  @Test
  void fileWithoutPasswordsInClearIsNotTouched() throws Exception {
    write("bob = {HA1}culvert$00112233445566778899aabbccddeeff\n");
    Object key = Files.readAttributes(file(), "fileKey").get("fileKey");

    store();

    assertThat(Files.readAttributes(file(), "fileKey").get("fileKey")).isEqualTo(key);
  }

  @Test
  void replacedFileIsItsOwnersAloneAndNothingIsLeftBeside() throws Exception {
    write("alice = secret1\n");
    assumeThat(Files.getFileStore(file()).supportsFileAttributeView("posix")).isTrue();
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));

    store();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactly("users.properties");
  }

  @Test
  void symbolicLinkStaysAndItsTargetIsReplaced() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "alice = secret1\n");
    Files.createSymbolicLink(file(), target);

    store();

    assertThat(file()).isSymbolicLink();
    assertThat(Files.readString(target)).contains("{PBKDF2-SHA256}").doesNotContain("secret1");
  }

  @Test
  void disabledUserIsKnownButNotEnabledAndStaysSo() throws Exception {
    write("alice = disabled secret1\n");

    FileCredentialStore store = store();

    assertThat(store.find("alice").orElseThrow().enabled()).isFalse();
    assertThat(read()).startsWith("alice = disabled {PBKDF2-SHA256}");
    assertThat(store().find("alice").orElseThrow().enabled()).isFalse();
  }

  @Test
  void brokenLineDisablesItselfAloneWithOneWarningThatQuotesNothing() throws Exception {
    write("alice = secret1\nbob two canary-5f1e words\ncarol = secret3\n");

    FileCredentialStore store = store();
    tick();
    store.find("bob");

    assertThat(store.find("alice")).isPresent();
    assertThat(store.find("carol")).isPresent();
    assertThat(store.find("bob")).isEmpty();
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0))
        .contains(file() + " line 2 ")
        .doesNotContain("bob", "canary-5f1e", "words");
    assertThat(read()).contains("\nbob two canary-5f1e words\n");
  }

  @Test
  void unmendedLineIsNotComplainedAboutAgain() throws Exception {
    write("bob\n");
    FileCredentialStore store = store();

    change("bob\nalice = {HA1}culvert$00112233445566778899aabbccddeeff\n");

    assertThat(store.find("alice")).isPresent();
    assertThat(warnings).hasSize(1);
  }

  @Test
  void secondLineOfAUserIsIgnoredButHashed() throws Exception {
    write("alice = secret1\nalice = secret2\n");

    FileCredentialStore store = store();

    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isTrue();
    assertThat(passes(store.find("alice").orElseThrow(), "secret2")).isFalse();
    assertThat(read()).doesNotContain("secret");
    assertThat(warnings).singleElement().asString().contains(" line 2 ");
  }

  @Test
  void userHashedForAnotherRealmHasNoDigestSecretAndIsReported() throws Exception {
    write("alice = {HA1}elsewhere$00112233445566778899aabbccddeeff\n");

    FileCredentialStore store = store();

    assertThat(store.find("alice").orElseThrow().digestSecret()).isEmpty();
    assertThat(warnings).singleElement().asString().contains(" line 1 ", "realm");
  }

  @Test
  void userNamesAreCaseSensitive() throws Exception {
    write("alice = secret1\n");

    assertThat(store().find("Alice")).isEmpty();
  }

  @Test
  void changesAreSeenWithoutARestart() throws Exception {
    FileCredentialStore store = store();
    change("alice = secret1\n");
    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isTrue();

    change("alice = secret2\n");
    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isFalse();
    assertThat(passes(store.find("alice").orElseThrow(), "secret2")).isTrue();

    Files.delete(file());
    tick();
    assertThat(store.find("alice")).isEmpty();
  }

  @Test
  void changeOfTheTimeAloneIsSeen() throws Exception {
    write("alice = {HA1}culvert$00112233445566778899aabbccddeeff\n");
    FileCredentialStore store = store();

    change("bobby = {HA1}culvert$00112233445566778899aabbccddeeff\n");

    assertThat(store.find("alice")).isEmpty();
    assertThat(store.find("bobby")).isPresent();
  }

  @Test
  void fileIsLookedAtOnceASecondAtMost() throws Exception {
    FileCredentialStore store = store();
    write("alice = secret1\n");

    clock.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
    assertThat(store.find("alice")).isEmpty();

    clock.addAndGet(1);
    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void fileThatCannotBeReadLeavesItsUsersAsTheyWere() throws Exception {
    write("alice = secret1\n");
    FileCredentialStore store = store();
    Files.delete(file());
    Files.createDirectory(file());
    for (int i = 0; i < 3; i++) {
      tick();
      assertThat(store.find("alice")).isPresent();
    }

    assertThat(warnings).singleElement().asString().contains("cannot be read");
  }

  @Test
  void changeDuringTheReplacementIsNotOverwritten() throws Exception {
    write("alice = secret1\n");
    UserFile users = new UserFile(file());
    UserFile.Content content = users.read().orElseThrow();
    change("alice = secret2\nbob = secret3\n");

    assertThat(users.replace(content)).isEmpty();

    assertThat(read()).isEqualTo("alice = secret2\nbob = secret3\n");
    assertThat(names()).containsExactly("users.properties");
  }

  @Test
  void operatorHearsThatKarafCopiesTheFile() throws Exception {
    write("alice = secret1\n");
    Settings copied = new Settings(file(), "culvert", true, Settings.MIN_ITERATIONS, true);

    store(copied);

    assertThat(warnings).singleElement().asString().contains("configuration store", ".properties");
  }

  @Test
  void checkForNobodyPassesNoPassword() {
    assertThat(store().nobody().matches("secret1".toCharArray())).isFalse();
  }

  @Test
  void manyThreadsSeeOldOrNewUsersAndNothingElse() throws Exception {
    write("alice = secret0\n");
    FileCredentialStore store = store();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> seen = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        seen.add(
            threads.submit(
                () -> {
                  boolean always = true;
                  for (int i = 0; i < 2_000; i++) {
                    tick();
                    always &= store.find("alice").isPresent();
                  }
                  return always;
                }));
      }
      for (int i = 1; i <= 10; i++) {
        Path next = Files.writeString(directory.resolve("next"), "alice = secret" + i + "\n");
        Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
      }
      for (Future<Boolean> one : seen) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
    tick();

    assertThat(passes(store.find("alice").orElseThrow(), "secret10")).isTrue();
    assertThat(read()).doesNotContain("secret10");
  }

  private FileCredentialStore store() {
    return store(settings("culvert", true));
  }

  private FileCredentialStore store(Settings settings) {
    return new FileCredentialStore(settings, warnings::add, clock::get);
  }

  private Settings settings(String realm, boolean digestMd5) {
    return TestSettings.of(file(), realm, digestMd5);
  }

  private Path file() {
    return directory.resolve("users.properties");
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  /**
   * Writes the file at a time of its own, and lets more than a second pass on the store's clock.
   */
  private void change(String text) throws IOException {
    write(text);
    Files.setLastModifiedTime(
        file(), FileTime.from(Instant.EPOCH.plus(Duration.ofDays(mtime.incrementAndGet()))));
    tick();
  }

  private void tick() {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
  }

  private String read() throws IOException {
    return Files.readString(file());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static boolean passes(Account account, String password) {
    return account.passwordCheck().orElseThrow().matches(password.toCharArray());
  }

  private static byte[] md5(byte[]... parts) throws Exception {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    for (byte[] part : parts) {
      md5.update(part);
    }
    return md5.digest();
  }
}
