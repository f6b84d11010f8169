package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {

  /** The examples of RFC 4013 section 3, and forms that look alike. */
  @ParameterizedTest
  @CsvSource({
    "I\u00adX, IX",
    "user, user",
    "USER, USER",
    "\u00aa, a",
    "\u2168, IX",
    "pa\u00a0ss, pa ss",
    "u\u0308ber, \u00fcber",
  })
  void formsThatLookAlikeArePreparedAlike(String password, String prepared) {
    assertThat(new String(Password.stored(password.toCharArray()).orElseThrow()))
        .isEqualTo(prepared);
    assertThat(Password.fault(password.toCharArray())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0007b", "\u0627\u0031", "a\ue000b", "a\ud800b", "\ufffdx", "\u00ad"})
  void forbiddenCharactersAreRefusedAndNotQuoted(String password) {
    assertThat(Password.fault(password.toCharArray()).orElseThrow())
        .contains("SASLprep")
        .doesNotContain(password);
  }

  @Test
  void characterOfALaterUnicodeIsRefusedWhereKeptOnly() {
    char[] later = "pass\ud83d\ude00".toCharArray();

    assertThat(Password.fault(later)).isPresent();
    assertThat(Password.query(later)).isPresent();
  }

  @Test
  void longestPasswordIsTakenAndALongerOneAndAnEmptyOneRefused() {
    assertThat(Password.fault("x".repeat(255).toCharArray())).isEmpty();
    assertThat(Password.fault("x".repeat(256).toCharArray()).orElseThrow()).contains("255 octets");
    assertThat(Password.fault("\u00e9".repeat(128).toCharArray()).orElseThrow())
        .contains("255 octets");
    assertThat(Password.fault(new char[0]).orElseThrow()).contains("empty");
  }

  @Test
  void passwordOfTheCallerIsNotChanged() {
    char[] password = "u\u0308ber".toCharArray();

    Password.stored(password);
    Password.query(password);
    Password.fault(password);

    assertThat(password).isEqualTo("u\u0308ber".toCharArray());
  }

  @Test
  void namesAreComparedInPreparedForm() {
    assertThat(Password.isPrepared("j\u00fcrgen")).isTrue();
    assertThat(Password.isPrepared("ju\u0308rgen")).isFalse();
    assertThat(Password.isPrepared("a\u0007")).isFalse();
  }

  @Property
  void anythingThatSomebodyLogsInWithIsPreparedOrRefusedWithoutAnException(
      @ForAll @StringLength(max = 40) @CharRange(from = 0, to = '\uffff') String password) {
    assertThat(Password.query(password.toCharArray())).isNotNull();
    assertThat(Password.fault(password.toCharArray())).isNotNull();
  }
}
