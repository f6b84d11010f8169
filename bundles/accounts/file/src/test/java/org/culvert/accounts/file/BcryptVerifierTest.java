package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BcryptVerifierTest {

  /** Vectors that other implementations of bcrypt publish. */
  @ParameterizedTest
  @CsvSource({
    "U*U, $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    "U*U*U, $2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
    "abc, $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
  })
  void publishedVectorsPass(String password, String hash) {
    BcryptVerifier verifier = BcryptVerifier.parse(BcryptVerifier.SCHEME + hash).orElseThrow();

    assertThat(verifier.matches(password.toCharArray())).isTrue();
    assertThat(verifier.matches((password + "x").toCharArray())).isFalse();
    assertThat(verifier.matches(new char[0])).isFalse();
    assertThat(verifier.text()).isEqualTo(BcryptVerifier.SCHEME + hash);
  }

  @Test
  void rightPasswordPassesAgainAndAgain() {
    BcryptVerifier verifier = reread("secret1", BcryptVerifier.MIN_COST);

    for (int i = 0; i < 3; i++) {
      assertThat(verifier.matches("secret1".toCharArray())).isTrue();
      assertThat(verifier.matches("secret2".toCharArray())).isFalse();
    }
  }

  /** Hashed slowly each time, this would take several minutes. */
  @Test
  @Timeout(60)
  void passwordThatPassedOnceIsNotHashedSlowlyAgain() {
    BcryptVerifier verifier = reread("secret1", 11);

    for (int i = 0; i < 4_000; i++) {
      assertThat(verifier.matches("secret1".toCharArray())).isTrue();
    }
  }

  @Test
  void passwordIsVerifiedInPreparedForm() {
    BcryptVerifier verifier = reread("\u00fcber", BcryptVerifier.MIN_COST);

    assertThat(verifier.matches("u\u0308ber".toCharArray())).isTrue();
    assertThat(verifier.matches("uber".toCharArray())).isFalse();
    assertThat(verifier.matches("\u00fcber\u0007".toCharArray())).isFalse();
  }

  @Test
  void seventyTwoOctetsAreLookedAtAndLongerPasswordsPassNoVerifier() {
    String longest = "x".repeat(BcryptVerifier.MAX_OCTETS);
    BcryptVerifier verifier = reread(longest, BcryptVerifier.MIN_COST);

    assertThat(verifier.matches(longest.toCharArray())).isTrue();
    assertThat(verifier.matches(("x".repeat(71) + "y").toCharArray())).isFalse();
    assertThat(verifier.matches((longest + "y").toCharArray())).isFalse();
    assertThat(BcryptVerifier.of((longest + "y").toCharArray(), BcryptVerifier.MIN_COST)).isEmpty();
  }

  @Test
  void saltsDiffer() {
    assertThat(reread("x", BcryptVerifier.MIN_COST).text())
        .isNotEqualTo(reread("x", BcryptVerifier.MIN_COST).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{BLF-CRYPT}",
        "{BLF-CRYPT}$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "{BLF-CRYPT}$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "{BLF-CRYPT}$2a$17$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "{BLF-CRYPT}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
      })
  void malformedOrUnboundedTextIsNotRead(String text) {
    assertThat(BcryptVerifier.parse(text)).isEmpty();
  }

  @Test
  void nobodysCheckPassesNoPassword() {
    assertThat(BcryptVerifier.ofNobody(BcryptVerifier.MIN_COST).matches("".toCharArray()))
        .isFalse();
    assertThat(BcryptVerifier.ofNobody(BcryptVerifier.MIN_COST).matches("secret1".toCharArray()))
        .isFalse();
  }

  private static BcryptVerifier reread(String password, int cost) {
    String text = BcryptVerifier.of(password.toCharArray(), cost).orElseThrow().text();
    return BcryptVerifier.parse(text).orElseThrow();
  }
}
