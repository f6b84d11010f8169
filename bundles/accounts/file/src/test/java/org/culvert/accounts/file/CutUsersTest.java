package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of users is cut short, or torn in the middle, and some of its users are gone. */
class CutUsersTest {
  private static final AccountSettings USUAL =
      new AccountSettings(true, false, AccountPolicy.ANY, Set.of());

  private final Bench bench = new Bench();
  private final List<String> warnings = bench.warnings();

  @TempDir private Path directory;
  private Path file;
  private Path lastGood;
  private FileCredentialStore store;

  /** The lines as the store wrote them: a comment, Alice, Bob, Carol, and nothing. */
  private List<String> lines = List.of();

  @BeforeEach
  void writeUsers() throws IOException {
    file = directory.resolve("users.properties");
    lastGood = directory.resolve("users.properties.last-good");
    Files.writeString(file, "# ours\nalice = secret1\nbob = digest secret2\ncarol = secret3\n");
    store = store();
    lines = List.of(Files.readString(file).split("\n", -1));
  }

  private FileCredentialStore store() {
    return bench.store(TestSettings.of(file));
  }

  private void write(String... parts) throws IOException {
    Files.writeString(file, String.join("", parts));
    bench.settle();
  }

  private String line(int number) {
    return lines.get(number - 1);
  }

  private String half(int number) {
    return line(number).substring(0, line(number).length() - 20);
  }

  private static List<String> users(FileCredentialStore store) {
    return store.accounts().stream().map(AccountSummary::user).toList();
  }

  private static boolean passes(FileCredentialStore store, String user, String password) {
    return store
        .find(user)
        .filter(account -> account.enabled())
        .flatMap(account -> account.passwordCheck())
        .filter(check -> check.matches(password.toCharArray()))
        .isPresent();
  }

  private void allAreThere(FileCredentialStore one) {
    assertThat(users(one)).containsExactly("alice", "bob", "carol");
    assertThat(passes(one, "bob", "secret2")).isTrue();
    assertThat(passes(one, "carol", "secret3")).isTrue();
  }

  @Test
  void usersBehindTheCutStayAlsoAfterARestartAndTheOperatorIsToldOnce() throws IOException {
    String whole = Files.readString(file);
    write(line(1), "\n", line(2), "\n", half(3));

    allAreThere(store);
    bench.settle();
    allAreThere(store);

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(
            "has line 3 damaged",
            "lacks bob, carol: they stay",
            "cp -p " + lastGood + " " + file,
            "remove line 3",
            "culvert:account-remove");
    assertThat(lastGood).hasContent(whole);
    allAreThere(store());
    assertThat(lastGood).hasContent(whole);

    write(whole);
    allAreThere(store);
    assertThat(warnings).hasSize(2);
  }

  @Test
  void lastLineThatIsWholeButHasNoEndIsACutToo() throws IOException {
    write(line(1), "\n", line(2));

    allAreThere(store);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("does not end with a line end", "lacks bob, carol", "end the last line with");

    write(line(1), "\n", line(2), "\n");
    assertThat(users(store)).containsExactly("alice");
    assertThat(lastGood).content().doesNotContain("bob", "carol");
    assertThat(warnings).hasSize(1);
  }

  /** Some beginnings of a line are lines, even such with a password. */
  @Test
  void noCutTakesAUserOrAPassword() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5572);
    int second = line(1).length() + line(2).length() + 2;
    for (int i = 0; i < 300; i++) {
      int length = second + 1 + random.nextInt(whole.length - second - 2);
      if (whole[length - 1] == '\n') {
        continue;
      }
      byte[] cut = Arrays.copyOf(whole, length);
      byte[] zeros = Arrays.copyOf(cut, whole.length);
      for (byte[] left : List.of(cut, zeros)) {
        Files.write(file, left);
        bench.settle();

        assertThat(users(store)).as("%s octets", length).containsExactly("alice", "bob", "carol");
        assertThat(store.find("bob").orElseThrow().digestSecret()).isPresent();
        assertThat(store.find("carol").orElseThrow().passwordCheck()).isPresent();
        assertThat(Arrays.equals(Files.readAllBytes(file), left)).isTrue();
        assertThat(Arrays.equals(Files.readAllBytes(lastGood), whole)).isTrue();
      }
    }
    allAreThere(store);
  }

  @Test
  void whatIsWholeInACutFileIsObeyed() throws IOException {
    write("alice = disabled secret9\ndave = secret4\n", half(3));

    assertThat(users(store)).containsExactly("alice", "bob", "carol", "dave");
    assertThat(passes(store, "alice", "secret1")).isFalse();
    assertThat(passes(store, "dave", "secret4")).isTrue();
    assertThat(warnings).anyMatch(warning -> warning.contains("keeps passwords in clear"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dave = secret4\n", "\0\0\0\0\n", "\u00fc\n"})
  void lineThatIsHalfOfTwoIsDamaged(String behind) throws IOException {
    write(line(1), "\n", line(2), "\n", half(3), behind);

    allAreThere(store);
    assertThat(warnings).first().asString().contains("has line 3 damaged", "lacks bob, carol");

    write(line(2), "\n# ", half(3), behind);
    assertThat(users(store)).doesNotContain("bob", "carol");
  }

  @Test
  void zerosInTheMiddleTakeNobody() throws IOException {
    write(line(2).substring(0, 30), "\0".repeat(200), line(4).substring(60), "\n");

    allAreThere(store);
  }

  @Test
  void changeOfAnAccountMakesTheFileWhole() throws IOException {
    write(line(1), "\n", line(2), "\n", half(3));

    store.create("dave", USUAL, "secret4".toCharArray());
    store.remove("carol");

    assertThat(users(store)).containsExactly("alice", "bob", "dave");
    assertThat(file).content().contains(line(3) + "\n").endsWith("\n").doesNotContain("carol");
    assertThat(lastGood).hasSameTextualContentAs(file);
    assertThat(users(store())).containsExactly("alice", "bob", "dave");
  }

  @Test
  void copyThatCannotBeReadBarsNobody() throws IOException {
    Files.delete(lastGood);
    Files.createDirectory(lastGood);
    write(line(2));

    assertThat(users(store())).containsExactly("alice");
  }

  /** As programs leave a file that write no end of the last line. */
  @Test
  void withoutALastLineEndNothingNeedBeLost() throws IOException {
    for (String last : List.of(line(4), line(4) + "\r", "carol = other", "carol = disabled")) {
      write(line(1), "\n", line(2), "\n", line(3), "\n", last);
      assertThat(passes(store, "bob", "secret2")).isTrue();
    }
    assertThat(store.find("carol").orElseThrow().enabled()).isFalse();
    write(line(2), "\n", line(3), "\n", line(4));
    assertThat(users(store)).containsExactly("alice", "bob", "carol");
    Files.writeString(file, "\ndave = secret4", StandardOpenOption.APPEND);
    bench.settle();
    assertThat(passes(store, "dave", "secret4")).isTrue();
    String dave = Files.readString(file).split("\n", -1)[3];

    write(line(2), "\n", line(4), "\n", dave);

    assertThat(users(store)).containsExactly("alice", "carol", "dave");
    assertThat(warnings).noneMatch(warning -> warning.contains("cut short"));
  }

  @Test
  void editorsAreObeyedAtOnce() throws Exception {
    assertThat(
            new ProcessBuilder("sed", "-i", "/^bob/d", file.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor())
        .isZero();
    bench.settle();
    assertThat(users(store)).containsExactly("alice", "carol");

    write(line(2), "\r\n");
    assertThat(users(store)).containsExactly("alice");
    write("# nobody\n");
    assertThat(users(store)).isEmpty();
    assertThat(warnings).isEmpty();
  }

  /** A mistake that a hand made locks out, as ever: it may have been meant to. */
  @Test
  void whoIsToBeKeptOutIsKeptOut() throws IOException {
    for (String bob :
        List.of("bob = disabled", "bob = two words", "bob = {BLF-CRYPT}nonsense disabled")) {
      write(line(2), "\n", bob, "\n", line(4), "\n");
      assertThat(store.find("bob").orElseThrow().enabled()).as(bob).isFalse();
    }
  }
}
