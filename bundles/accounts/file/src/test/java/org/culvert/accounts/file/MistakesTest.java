package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.culvert.api.account.AccountSummary;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes in the file of users, each in the log and in the report on the configuration. */
class MistakesTest {
  private final Bench bench = new Bench();

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void choose() {
    file = directory.resolve("culvert-users.properties");
  }

  private FileCredentialStore store(String text) throws IOException {
    Files.writeString(file, text);
    return bench.store(TestSettings.of(file));
  }

  private void areTold(FileCredentialStore store, String... texts) {
    assertThat(store.mistakes()).extracting(Mistake::text).containsExactly(texts);
    assertThat(store.mistakes())
        .extracting(Mistake::pid)
        .allMatch("org.culvert.accounts.file"::equals);
    assertThat(bench.warnings()).containsExactly(texts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SCRAM-SHA-265 pw|does not exist, SCRAM-SHA-265; write SCRAM-SHA-256",
        "PLAN pw|does not exist, PLAN; write PLAIN",
        "DIGEST-MD-5 pw|does not exist, DIGEST-MD-5; write DIGEST-MD5",
        "KERBEROS|Culvert does not have, KERBEROS; unless another bundle brings it, write one of"
            + " SCRAM-SHA-256, SCRAM-SHA-256-PLUS, SCRAM-SHA-1, SCRAM-SHA-1-PLUS, DIGEST-MD5,"
            + " PLAIN, EXTERNAL",
        "SCRAM-SHA-512 pw|Culvert does not have, SCRAM-SHA-512; unless another bundle brings it,"
            + " write one of SCRAM-SHA-256, SCRAM-SHA-256-PLUS, SCRAM-SHA-1, SCRAM-SHA-1-PLUS,"
            + " DIGEST-MD5, PLAIN, EXTERNAL",
      })
  void unknownMechanism(String line, String told) throws IOException {
    FileCredentialStore store = store("alice = mechanisms:" + line + "\n");

    areTold(store, file + " line 1 (alice) names a mechanism that " + told);
  }

  @ParameterizedTest
  @CsvSource({
    "tls-only:canary, tls-only",
    "TLS-Only, tls-only",
    "tls_only, tls-only",
    "disabeld, disabled",
    "disable, disabled",
    "Disabled, disabled",
    "Digest, digest",
    "digest:canary, digest",
    "mechanism:PLAIN, mechanisms:",
    "group:home, groups:",
    "lifetyme:60, lifetime:",
    "since:yesterday, since:",
    "pasword:canary, password:"
  })
  void settingThatWouldBeAPassword(String word, String near) throws IOException {
    FileCredentialStore store = store("bob = " + word + "\n");

    assertThat(store.mistakes())
        .singleElement()
        .extracting(Mistake::text)
        .asString()
        .startsWith(file + " line 1 (bob) lets nobody in: it has a word that is almost " + near)
        .doesNotContain("canary");
    assertThat(file).hasContent("bob = " + word);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"digits", "table", "http://x", "a:b", "pass:word", "disco", "tlsonly2026"})
  void passwordThatIsOne(String word) throws IOException {
    FileCredentialStore store = store("bob = " + word + "\n");

    areTold(store);
    assertThat(
            store
                .find("bob")
                .orElseThrow()
                .passwordCheck()
                .orElseThrow()
                .matches(word.toCharArray()))
        .isTrue();
  }

  @Test
  void secondLineOfAUserWhoseFirstCannotBeRead() throws IOException {
    FileCredentialStore store = store("# x\nbob = two words\nbob = secret1\n");

    areTold(
        store,
        file
            + " line 2 (bob) is ignored: it has words that are not understood; write a password"
            + " with spaces, or a new one beside verifiers, as password:THE PASSWORD",
        file
            + " line 3 (bob) counts, for line 2 names the same user and cannot be read; remove one"
            + " of them");
  }

  @Test
  void unreadableSecondLineOfAUser() throws IOException {
    FileCredentialStore store = store("bob = secret1\nbob = two words\n");

    assertThat(store.mistakes())
        .singleElement()
        .extracting(Mistake::text)
        .asString()
        .startsWith(file + " line 2 (bob) is ignored: ");
    assertThat(store.find("bob").orElseThrow().enabled()).isTrue();
  }

  @Test
  void emptiedFileUntilItIsMended() throws IOException {
    FileCredentialStore store = store("alice = secret1\n");
    String whole = Files.readString(file);
    Files.writeString(file, "");
    bench.settle();

    assertThat(store.mistakes())
        .singleElement()
        .extracting(Mistake::text)
        .asString()
        .contains("is empty: its 1 users stay", "put it back (cp -p ");
    Files.writeString(file, whole);
    bench.settle();
    assertThat(store.mistakes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "culvert-user.properties",
        "culvert_users.properties",
        "Culvert-Users.properties",
        "culvert-users.propertis",
        "culvert-users",
        "culvert-users.txt",
        "culvert-users.properties.txt"
      })
  void fileBesideThatIsCalledAlmostSo(String name) throws IOException {
    FileCredentialStore store = bench.store(TestSettings.of(file));
    Path wrong = Files.writeString(directory.resolve(name), "alice = secret1\n");
    bench.settle();

    areTold(store, wrong + ": nothing reads it; is culvert-users.properties meant?");
    Files.move(wrong, file);
    bench.settle();
    assertThat(store.mistakes()).isEmpty();
    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void filesOfOthersAndCopiesAreNobodysBusiness() throws IOException {
    for (String name :
        new String[] {
          "users.properties",
          "keys.properties",
          "com.example.foo.cfg",
          "culvert-users.properties.example",
          "culvert-users.properties.last-good",
          "culvert-users.properties.bak",
          "culvert-users.properties~",
        }) {
      Files.writeString(directory.resolve(name), "x = y\n");
    }

    areTold(store("alice = secret1\n"));
  }

  @Test
  void aByteOrderMarkAtTheBeginningIsNoMistake() throws IOException {
    FileCredentialStore store = store("\ufeffalice = secret1\nbob = secret2\n");

    areTold(store);
    assertThat(store.accounts()).extracting(AccountSummary::user).containsExactly("alice", "bob");
  }

  @Test
  void aSettingThatStandsTwiceIsToldAndTheLastCounts() throws IOException {
    FileCredentialStore store = store("gw7 = mechanisms:EXTERNAL lifetime:5 lifetime:6\n");

    areTold(
        store, file + " line 1 (gw7) has lifetime: twice, and the last counts; remove the other");
    assertThat(store.accounts().get(0).settings().lifetime()).contains(Duration.ofMinutes(6));
  }
}
