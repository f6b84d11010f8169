package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserLineParserTest {
  private static final String PBKDF2 =
      "{PBKDF2-SHA256}4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
          + "$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E";
  private static final String BCRYPT =
      "{BLF-CRYPT}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  private static final String SCRAM =
      "{SCRAM-SHA-1}4096,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,"
          + "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
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
    UserLine.Clear clear = clear(line);

    assertThat(clear.entry().name()).isEqualTo(name);
    assertThat(clear.entry().settings()).isEqualTo(AccountSettings.USUAL.enabled(!disabled));
    assertThat(clear.password()).isEqualTo(password);
  }

  @Test
  void newPasswordOnALineWithVerifiersReplacesThem() {
    UserLine.Clear clear = clear("alice = " + BCRYPT + " " + HA1 + " password:new");

    assertThat(clear.password()).isEqualTo("new");
    assertThat(clear.entry().verifiers().isEmpty()).isTrue();
    assertThat(clear.entry().settings().digestMd5()).isTrue();
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
        "alice = digest",
        "alice = tls-only mechanisms:PLAIN",
        "alice = mechanisms:PLAIN,,EXTERNAL secret1",
        "alice = mechanisms:",
        "alice = lifetime:",
        "alice = lifetime:0 secret1",
        "alice = lifetime:-1 secret1",
        "alice = lifetime:5256001 secret1",
        "alice = lifetime:1h secret1",
        "alice = groups:",
        "alice = groups:home,,vip secret1",
        "alice = groups:a/b secret1",
        "alice = groups:abcdefghijklmnopqrstuvwxyz0123456 secret1",
        "alice = groups:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 secret1",
        "alice = mechanisms:\u00a7 secret1",
        "alice = since:yesterday secret1",
        "alice = p\u0627\u0031",
        "alice = {BLF-CRYPT}",
        "alice = {SCRAM-SHA-256}4096,AAAA",
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
  void reasonNamesTheUserAndWhatToWrite() {
    assertThat(parse("alice = two words"))
        .isInstanceOfSatisfying(
            UserLine.Broken.class,
            broken -> {
              assertThat(broken.user()).contains("alice");
              assertThat(broken.remedy()).contains("password:");
            });
  }

  @Test
  void everythingIsReadAndWrittenBack() {
    String line =
        "alice = disabled digest tls-only mechanisms:PLAIN,SCRAM-SHA-1 groups:home,vip lifetime:60"
            + " since:2026-01-01T00:00:00Z "
            + String.join(" ", BCRYPT, SCRAM, HA1, "{HA1}other$" + "0".repeat(32), "{SCRYPT}x");

    UserEntry entry = kept(line).entry();

    assertThat(entry.octets()).isEqualTo(line);
    assertThat(entry.settings())
        .isEqualTo(
            new AccountSettings(
                false,
                true,
                new AccountPolicy(Set.of("PLAIN", "SCRAM-SHA-1"), true),
                Set.of("home", "vip"),
                Optional.of(Duration.ofHours(1))));
    assertThat(entry.since()).contains(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(entry.verifiers().digests()).hasSize(2);
    assertThat(entry.unknown()).containsExactly("{SCRYPT}x");
    assertThat(kept(line).outdated()).isFalse();
  }

  @Test
  void hashesOfEarlierVersionsAreOutdated() {
    UserLine.Kept old = kept("alice = " + PBKDF2 + " " + HA1);

    assertThat(old.outdated()).isTrue();
    assertThat(old.entry().octets())
        .startsWith("alice = digest {SCRAM-SHA-256}4096,")
        .endsWith(" " + HA1)
        .doesNotContain("PBKDF2");
  }

  @Test
  void userWhoNeedsNoPasswordHasNoVerifier() {
    assertThat(kept("gw7 = mechanisms:EXTERNAL").entry().verifiers().isEmpty()).isTrue();
  }

  @Test
  void verifiersOfUnknownKindsAreLeftToThoseWhoKnowThem() {
    assertThat(kept("alice = {SCRAM-SHA-512}x " + BCRYPT).entry().unknown())
        .containsExactly("{SCRAM-SHA-512}x");
  }

  @Test
  void twoVerifiersOfOneKindAreBroken() {
    for (String one : new String[] {BCRYPT, SCRAM, PBKDF2}) {
      assertThat(parse("alice = " + one + " " + one)).isInstanceOf(UserLine.Broken.class);
    }
  }

  @Test
  void asManyMechanismsAsAllowedAreReadAndOneMoreIsRefused() {
    String most =
        IntStream.range(0, UserLineParser.MAX_MECHANISMS)
            .mapToObj(i -> "X-" + i)
            .collect(Collectors.joining(","));

    assertThat(parse("alice = mechanisms:" + most + " secret1")).isInstanceOf(UserLine.Clear.class);
    assertThat(parse("alice = mechanisms:" + most + ",Y secret1"))
        .isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void longestNameIsReadAndALongerOneRefused() {
    for (String character : new String[] {"x", "é", "😀"}) {
      String longest = character.repeat(UserLineParser.MAX_NAME);

      assertThat(clear(longest + " = y").entry().name()).isEqualTo(longest);
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
    String longest = "#".repeat(UserLineParser.MAX_LENGTH);

    assertThat(parse(longest)).isInstanceOf(UserLine.Other.class);
    assertThat(parse(longest + "#")).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  void lineThatIsNotUtf8IsBroken() {
    assertThat(UserLineParser.parse("j\u00fcrgen = x")).isInstanceOf(UserLine.Broken.class);
  }

  @Test
  @Promise("P8")
  @Threat("T12")
  void nothingShowsAPasswordOrAVerifier() {
    UserLine.Clear clear = clear("alice = canary-5f1e");
    UserLine.Kept kept = kept("alice = " + String.join(" ", BCRYPT, SCRAM, HA1));

    assertThat(clear + " " + kept + kept.entry().verifiers())
        .contains("alice")
        .doesNotContain("canary-5f1e", "E5YPO9", "AAAA", "001122");
  }

  @Property
  void anyLineIsReadWithoutAnException(
      @ForAll @StringLength(max = 60) @CharRange(from = 0, to = 255) String octets) {
    assertThat(UserLineParser.parse(octets)).isNotNull();
    for (String before :
        new String[] {"{HA1}", "{BLF-CRYPT}$2b$", "{SCRAM-SHA-1}", "mechanisms:"}) {
      assertThat(UserLineParser.parse("a = " + before + octets)).isNotNull();
    }
  }

  private static UserLine parse(String line) {
    return UserLineParser.parse(
        new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }

  private static UserLine.Clear clear(String line) {
    assertThat(parse(line)).isInstanceOf(UserLine.Clear.class);
    return (UserLine.Clear) parse(line);
  }

  private static UserLine.Kept kept(String line) {
    assertThat(parse(line)).isInstanceOf(UserLine.Kept.class);
    return (UserLine.Kept) parse(line);
  }
}
