package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.account.PasswordCheck;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCredentialStoreTest {
  /** As earlier versions wrote it; the password is passwordPASSWORDpassword. */
  private static final String OLD =
      "alice = {PBKDF2-SHA256}4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
          + "$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E";

  private final Bench bench = new Bench();
  private final List<String> warnings = bench.warnings();
  private final AtomicLong mtime = new AtomicLong();

  @TempDir private Path directory;

  /** A certificate may let in whom no store knows, so a line that bars somebody has to be known. */
  @Test
  void userOfALineThatCannotBeReadIsKnownAndLockedOut() throws Exception {
    write(
        "mallory = disabled mechanisms:EXTERNAL\n"
            + "trent = disabled\n"
            + "typo = tls-only mechanisms:EXTERNAL disabeld {BLF-CRYPT}nonsense\n"
            + "alice = {BLF-CRYPT}nonsense\n"
            + "alice = secret1\n");

    FileCredentialStore store = store();

    for (String user : List.of("mallory", "trent", "typo")) {
      Account barred = store.find(user).orElseThrow();
      assertThat(barred.enabled()).as(user).isFalse();
      assertThat(barred.passwordCheck()).as(user).isEmpty();
    }
    assertThat(store.find("alice").orElseThrow().enabled()).isTrue();
    assertThat(warnings).hasSize(4).noneMatch(warning -> warning.contains("mallory"));
    assertThat(warnings.get(2)).contains(" line 4 (alice) is ignored: ");
    assertThat(warnings.get(3)).contains(" line 5 (alice) counts, for line 4 names the same user");
    assertThat(store.accounts())
        .extracting(AccountSummary::user)
        .containsExactly("alice", "mallory");
  }

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
            "alice = since:2026-01-01T00:00:00Z \\{BLF-CRYPT}\\$2b\\$04\\$[./A-Za-z0-9]{53}"
                + " \\{SCRAM-SHA-256}4096(,[A-Za-z0-9+/]+=*){3}"
                + " \\{SCRAM-SHA-1}4096(,[A-Za-z0-9+/]+=*){3}\n");
    for (FileCredentialStore one : List.of(store, store())) {
      Account alice = one.find("alice").orElseThrow();
      assertThat(alice.enabled()).isTrue();
      assertThat(passes(alice, "secret1")).isTrue();
      assertThat(passes(alice, "secret2")).isFalse();
      assertThat(alice.scramSecret("SCRAM-SHA-256").orElseThrow().iterations()).isEqualTo(4096);
      assertThat(alice.scramSecret("SCRAM-SHA-1").orElseThrow().iterations()).isEqualTo(4096);
      assertThat(alice.digestSecret()).isEmpty();
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void digestSecretIsMadeForTheUserWhoIsToHaveOne() throws Exception {
    write("alice = digest secret1\nbob = secret1\n");

    FileCredentialStore store = store();

    Account alice = store.find("alice").orElseThrow();
    assertThat(alice.digestSecret().orElseThrow().realm()).isEqualTo("culvert");
    assertThat(alice.digestSecret().orElseThrow().octets())
        .isEqualTo(md5("alice:culvert:secret1".getBytes(StandardCharsets.ISO_8859_1)));
    assertThat(store.find("bob").orElseThrow().digestSecret()).isEmpty();
    assertThat(read().lines().toList().get(1)).doesNotContain("{HA1}");
  }

  @Test
  void digestSecretOfARealExchangeIsWritten() throws Exception {
    write("alice = digest pw11\n");

    Account alice = store(settings("hexos", true)).find("alice").orElseThrow();

    assertThat(HexFormat.of().formatHex(alice.digestSecret().orElseThrow().octets()))
        .isEqualTo("c77f1474a8529921a849aee008120018");
  }

  @Test
  void namesAndPasswordsThatFitAreHashedInIso88591() throws Exception {
    write("jürgen = digest pässword\nΩ = digest pässword\n");

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
    write("alice = digest secret1\nbob = {HA1}culvert$00112233445566778899aabbccddeeff\n");

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
    assertThat(rewritten)
        .startsWith(before + "alice = since:2026-01-01T00:00:00Z {BLF-CRYPT}")
        .endsWith("\r\n" + after);
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
  @Threat("T12")
  void replacedFileIsItsOwnersAloneAndNothingIsLeftBeside() throws Exception {
    write("alice = secret1\n");
    assumeThat(Files.getFileStore(file()).supportsFileAttributeView("posix")).isTrue();
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));

    store();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactlyInAnyOrder("users.properties", "users.properties.last-good");
  }

  @Test
  void symbolicLinkStaysAndItsTargetIsReplaced() throws Exception {
    Path target = Files.writeString(directory.resolve("target"), "alice = secret1\n");
    Files.createSymbolicLink(file(), target);

    store();

    assertThat(file()).isSymbolicLink();
    assertThat(Files.readString(target)).contains("{BLF-CRYPT}").doesNotContain("secret1");
  }

  @Test
  void replacedFileKeepsItsOwner() throws Exception {
    write("alice = secret1\n");
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    UserPrincipal nobody =
        file().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(file(), nobody);

    store();

    assertThat(read()).contains("{BLF-CRYPT}");
    assertThat(Files.getOwner(file())).isEqualTo(nobody);
  }

  @Test
  void oldHashesBecomeKeysAndTheFirstPasswordThatPassesBringsTheRest() throws Exception {
    String ha1 = "{HA1}culvert$00112233445566778899aabbccddeeff";
    write(OLD + " " + ha1 + "\n");

    FileCredentialStore store = store();

    assertThat(read()).matches("alice = digest \\{SCRAM-SHA-256}4096,\\S+ \\{HA1}\\S+\n");
    Account old = store.find("alice").orElseThrow();
    assertThat(old.scramSecret("SCRAM-SHA-256")).isPresent();
    assertThat(old.digestSecret()).isPresent();
    assertThat(passes(old, "wrong")).isFalse();
    assertThat(read()).doesNotContain("{BLF-CRYPT}");

    assertThat(passes(old, "passwordPASSWORDpassword")).isTrue();

    assertThat(read()).contains("{BLF-CRYPT}", "{SCRAM-SHA-256}", "{SCRAM-SHA-1}", "{HA1}");
    Account whole = store.find("alice").orElseThrow();
    assertThat(whole.scramSecret("SCRAM-SHA-1")).isPresent();
    assertThat(passes(whole, "passwordPASSWORDpassword")).isTrue();
    assertThat(warnings).isEmpty();
  }

  /** Other servers read the same file, and a change of the realm may be taken back. */
  @Test
  void passwordThatPassedLeavesTheWordsOfOthersAndOfOtherRealms() throws Exception {
    String elsewhere = "{HA1}elsewhere$00112233445566778899aabbccddeeff";
    String foreign = "{SSHA512}Zm9yZWlnbg==";
    write(OLD + " " + elsewhere + " " + foreign + "\n");
    FileCredentialStore store = store();
    String keys = read().replaceAll("(?s).*(\\{SCRAM-SHA-256}\\S+).*", "$1");

    assertThat(passes(store.find("alice").orElseThrow(), "passwordPASSWORDpassword")).isTrue();

    assertThat(read())
        .contains(elsewhere, foreign, keys, "{BLF-CRYPT}", "{SCRAM-SHA-1}", "{HA1}culvert$");
    Account whole = store.find("alice").orElseThrow();
    assertThat(whole.digestSecret()).isPresent();
    assertThat(whole.scramSecret("SCRAM-SHA-1")).isPresent();
  }

  @Test
  void whatAPasswordBringsIsWrittenWhenItPassesAgainIfItCouldNotBe() throws Exception {
    write(OLD + "\n");
    FileCredentialStore store = store();
    Account old = store.find("alice").orElseThrow();
    Path inTheWay = Files.createDirectories(directory.resolve(".users.properties.new/x"));
    assertThat(passes(old, "passwordPASSWORDpassword")).isTrue();
    assertThat(store.mistakes()).hasSize(1);

    Files.delete(inTheWay);
    assertThat(passes(old, "passwordPASSWORDpassword")).isTrue();

    assertThat(read()).contains("{BLF-CRYPT}", "{SCRAM-SHA-256}", "{SCRAM-SHA-1}");
    assertThat(store.mistakes()).isEmpty();
  }

  @Test
  void passwordThatPassedDoesNotUndoAChangeMadeMeanwhile() throws Exception {
    write(OLD + "\n");
    FileCredentialStore store = store();
    Account old = store.find("alice").orElseThrow();
    write("alice = secret2\n");

    assertThat(passes(old, "passwordPASSWORDpassword")).isTrue();
    tick();

    assertThat(read()).doesNotContain("secret2");
    assertThat(passes(store.find("alice").orElseThrow(), "secret2")).isTrue();
    assertThat(passes(store.find("alice").orElseThrow(), "passwordPASSWORDpassword")).isFalse();
  }

  @Test
  void passwordTooLongForBcryptIsVerifiedByScramsKeysWhole() throws Exception {
    String longer = "x".repeat(BcryptVerifier.MAX_OCTETS + 1);
    write("alice = mechanisms:PLAIN " + longer + "\n");

    Account alice = store().find("alice").orElseThrow();

    assertThat(read()).contains("{SCRAM-SHA-256}").doesNotContain("{BLF-CRYPT}");
    assertThat(passes(alice, longer)).isTrue();
    assertThat(passes(alice, longer.substring(1))).isFalse();
    assertThat(passes(alice, longer + "x")).isFalse();
  }

  @Test
  void policyOfTheLineIsTheAccounts() throws Exception {
    write("alice = tls-only mechanisms:scram-sha-256 secret1\n");

    Account alice = store().find("alice").orElseThrow();

    assertThat(alice.policy()).isEqualTo(new AccountPolicy(Set.of("SCRAM-SHA-256"), true));
    assertThat(alice.passwordCheck()).isEmpty();
    assertThat(alice.scramSecret("SCRAM-SHA-256")).isPresent();
    assertThat(read())
        .startsWith("alice = tls-only mechanisms:SCRAM-SHA-256 ")
        .doesNotContain("{BLF-CRYPT}", "{SCRAM-SHA-1}", "{HA1}");
  }

  @Test
  void userWithoutAVerifierThatCouldServeIsReported() throws Exception {
    write("alice = mechanisms:PLAIN {HA1}culvert$00112233445566778899aabbccddeeff\n");

    store();

    assertThat(warnings).singleElement().asString().contains(" line 1 (alice) ", "anew");
  }

  @Test
  void misspeltMechanismIsReportedAndThePasswordIsKept() throws Exception {
    write("heidi = mechanisms:SCRAM-SHA256 pw4\n");
    store();

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(" line 1 (heidi) ", "SCRAM-SHA256; write SCRAM-SHA-256");

    write(read().replace("mechanisms:SCRAM-SHA256 ", ""));
    assertThat(passes(store().find("heidi").orElseThrow(), "pw4")).isTrue();
  }

  @Test
  void passwordThatPassedStaysRememberedWhenAnotherLineChanges() throws Exception {
    Settings costly = new Settings(file(), "culvert", false, 4096, 13, false);
    write("alice = mechanisms:PLAIN secret1\n");
    FileCredentialStore store = store(costly);
    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isTrue();
    PasswordCheck before = store.find("alice").orElseThrow().passwordCheck().orElseThrow();

    change(read() + "bob = mechanisms:EXTERNAL\n");

    assertThat(store.find("bob")).isPresent();
    assertThat(store.find("alice").orElseThrow().passwordCheck().orElseThrow()).isSameAs(before);
  }

  @Test
  void disabledUserIsKnownButNotEnabledAndStaysSo() throws Exception {
    write("alice = disabled secret1\n");

    FileCredentialStore store = store();

    assertThat(store.find("alice").orElseThrow().enabled()).isFalse();
    assertThat(read()).startsWith("alice = disabled since:");
    assertThat(store().find("alice").orElseThrow().enabled()).isFalse();
  }

  @Test
  void brokenLineDisablesItselfAloneWithOneWarningThatQuotesNothing() throws Exception {
    write("alice = secret1\nbob = two canary-5f1e words\ncarol = secret3\n");

    FileCredentialStore store = store();
    tick();
    store.find("bob");

    assertThat(store.find("alice")).isPresent();
    assertThat(store.find("carol")).isPresent();
    assertThat(store.find("bob").orElseThrow().enabled()).isFalse();
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0))
        .startsWith(file() + " line 2 (bob) lets nobody in: ")
        .doesNotContain("canary-5f1e", "two");
    assertThat(read()).contains("\nbob = two canary-5f1e words\n");
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
    long changes = store.changes();
    change("alice = secret1\n");
    assertThat(store.changes()).isGreaterThan(changes).isPositive();
    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isTrue();

    change("alice = secret2\n");
    assertThat(passes(store.find("alice").orElseThrow(), "secret1")).isFalse();
    assertThat(passes(store.find("alice").orElseThrow(), "secret2")).isTrue();

    changes = store.changes();
    change("# nobody\n");
    assertThat(store.find("alice")).isEmpty();
    assertThat(store.changes()).isGreaterThan(changes);
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
  void fileThatCouldNeverBeReadLetsNobodyBeTakenForUnknown() throws Exception {
    Files.createDirectory(file());
    FileCredentialStore store = store();

    assertThatThrownBy(() -> store.find("alice"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("could not be read yet");

    Files.delete(file());
    write("alice = secret1\n");
    tick();
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
    UserFile users = new UserFile(file(), new ReplacedFiles(System::nanoTime));
    UserFile.Content content = users.read();
    change("alice = secret2\nbob = secret3\n");

    assertThat(users.replace(content)).isEmpty();

    assertThat(read()).isEqualTo("alice = secret2\nbob = secret3\n");
    assertThat(names()).containsExactly("users.properties");
  }

  @Test
  void operatorHearsThatKarafCopiesTheFile() throws Exception {
    write("alice = secret1\n");
    Settings copied =
        new Settings(
            file(), "culvert", true, Settings.MIN_ITERATIONS, BcryptVerifier.MIN_COST, true);

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
    Settings settings = settings("culvert", true);
    FileCredentialStore store = bench.running(settings, Hashing.of(settings));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> seen = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        seen.add(
            threads.submit(
                () -> {
                  boolean always = true;
                  for (int i = 0; i < 2_000; i++) {
                    always &= store.find("alice").isPresent();
                  }
                  return always;
                }));
      }
      for (int i = 1; i <= 10; i++) {
        if (i == 10) {
          // No system lets a file take another's place only if nobody else was faster.
          Eventually.holds("nothing is to be hashed", () -> !lines().get(0).contains(" secret"));
        }
        Path next = Files.writeString(directory.resolve("next"), "alice = secret" + i + "\n");
        Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
      }
      for (Future<Boolean> one : seen) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }

    Eventually.holds(
        "the last password counts", () -> passes(store.find("alice").orElseThrow(), "secret10"));
    Eventually.holds("it is hashed", () -> !lines().contains("alice = secret10"));
    store.close();
  }

  private FileCredentialStore store() {
    return store(settings("culvert", true));
  }

  private FileCredentialStore store(Settings settings) {
    return bench.store(settings);
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

  /** Writes the file at a time of its own, and lets the store see it. */
  private void change(String text) throws IOException {
    write(text);
    Files.setLastModifiedTime(
        file(), FileTime.from(Instant.EPOCH.plus(Duration.ofDays(mtime.incrementAndGet()))));
    tick();
  }

  private void tick() {
    bench.settle();
  }

  private String read() throws IOException {
    return Files.readString(file());
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
