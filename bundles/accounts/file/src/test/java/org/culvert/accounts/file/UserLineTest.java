package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserLineTest {
  private static final String PBKDF2 =
      Pbkdf2Verifier.of("secret1".toCharArray(), Settings.MIN_ITERATIONS).text();
  private static final String HA1 = "{HA1}culvert$00112233445566778899aabbccddeeff";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "alice = secret1|alice|false|secret1",
        "alice=secret1|alice|false|secret1",
        "alice = disabled secret1|alice|true|secret1",
        "alice = password:secret1|alice|false|secret1",
        "alice = password: two words|alice|false|two words",
        "alice = disabled password:x=y#z|alice|true|x=y#z",
        "alice = password:disabled|alice|false|disabled",
        "alice = password:{HA1}x|alice|false|{HA1}x",
        "a@b.example = s=1|a@b.example|false|s=1",
        "jürgen = pässword|jürgen|false|pässword",
      })
  void passwordsInClearAreFound(String line, String name, boolean disabled, String password) {
    assertThat(parse(line)).isEqualTo(new UserLine.Clear(name, disabled, password));
  }

  @Test
  void newPasswordOnALineWithVerifiersReplacesThem() {
    assertThat(parse("alice = " + PBKDF2 + " " + HA1 + " password:new"))
        .isEqualTo(new UserLine.Clear("alice", false, "new"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "\r", "# a comment", "   #alice = secret1"})
  void commentsAndEmptyLinesAreNoUsers(String line) {
    assertThat(parse(line)).isInstanceOf(UserLine.Other.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice",
        "= secret1",
        "alice =",
        "alice = disabled",
        "alice = password:",
        "alice = two words",
        "alice = secret1 # a comment",
        "al ice = secret1",
        "al#ice = secret1",
        "al\tice = secret1",
        "al\u200bice = secret1",
        "alice = {PBKDF2-SHA256}",
        "alice = {PBKDF2-SHA256}0$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "alice = {PBKDF2-SHA256}10000001$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "alice = {PBKDF2-SHA256}1000$c2FsdHNhbHQ$AAAA",
        "alice = {HA1}culvert$00",
        "alice = {HA1}00112233445566778899aabbccddeeff",
        "alice = {SCRYPT}later",
        "alice = {HA1}culvert$00112233445566778899aabbccddeeff secret1",
      })
  void anythingElseIsBrokenAndNotQuoted(String line) {
    assertThat(parse(line))
        .isInstanceOfSatisfying(
            UserLine.Broken.class,
            broken ->
                assertThat(broken.reason())
                    .isNotBlank()
                    .doesNotContain("secret1", "alice", "AAAA"));
  }

  @Test
  void verifiersAreReadAndWrittenBack() {
    String line = "alice = disabled " + PBKDF2 + " " + HA1 + " {HA1}other$" + "0".repeat(32);

    assertThat(parse(line))
        .isInstanceOfSatisfying(
            UserLine.Hashed.class,
            hashed -> {
              assertThat(hashed.disabled()).isTrue();
              assertThat(hashed.digests()).hasSize(2);
              assertThat(hashed.password().orElseThrow().matches("secret1".toCharArray())).isTrue();
              assertThat(hashed.octets()).isEqualTo(line);
            });
  }

  @Test
  void verifiersOfUnknownKindsAreLeftToThoseWhoKnowThem() {
    assertThat(parse("alice = {SCRAM-SHA-256}x " + PBKDF2)).isInstanceOf(UserLine.Hashed.class);
  }

  @Test
  void twoVerifiersOfOneKindAreBroken() {
    assertThat(parse("alice = " + PBKDF2 + " " + PBKDF2)).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void longestNameIsReadAndALongerOneRefused() {
    for (String character : new String[] {"x", "é", "😀"}) {
      String longest = character.repeat(UserLine.MAX_NAME);

      assertThat(parse(longest + " = y")).isEqualTo(new UserLine.Clear(longest, false, "y"));
      assertThat(parse(longest + "x = y")).isInstanceOf(UserLine.Broken.class);
    }
  }

  @Test
  void longestPasswordIsReadAndALongerOneRefused() {
    assertThat(parse("a = " + "x".repeat(255))).isInstanceOf(UserLine.Clear.class);
    assertThat(parse("a = " + "x".repeat(256))).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void longestLineIsReadAndALongerOneRefused() {
    String longest = "#".repeat(UserLine.MAX_LENGTH);

    assertThat(parse(longest)).isInstanceOf(UserLine.Other.class);
    assertThat(parse(longest + "#")).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void lineThatIsNotUtf8IsBroken() {
    assertThat(UserLine.parse("j\u00fcrgen = x")).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void nothingShowsAPassword() {
    UserLine.Clear clear = new UserLine.Clear("alice", false, "canary-5f1e");
    Settings settings = TestSettings.of(Path.of("x"));
    UserLine.Hashed hashed = clear.hashed(settings);

    assertThat(clear.toString() + hashed)
        .contains("alice")
        .doesNotContain("canary-5f1e")
        .doesNotContain(hashed.octets().substring(hashed.octets().lastIndexOf('$') + 1));
    assertThat(hashed.octets()).doesNotContain("canary-5f1e");
  }

  @Property
  void anyLineIsReadWithoutAnException(
      @ForAll @StringLength(max = 60) @CharRange(from = 0, to = 255) String octets) {
    assertThat(UserLine.parse(octets)).isNotNull();
    assertThat(UserLine.parse("a = {HA1}" + octets)).isNotNull();
  }

  private static UserLine parse(String line) {
    return UserLine.parse(
        new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }
}
