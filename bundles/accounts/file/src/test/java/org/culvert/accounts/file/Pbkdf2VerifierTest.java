package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class Pbkdf2VerifierTest {

  @Test
  void publishedVectorPasses() {
    Pbkdf2Verifier verifier =
        Pbkdf2Verifier.parse(
                "{PBKDF2-SHA256}4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
                    + "$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E")
            .orElseThrow();

    assertThat(verifier.matches("passwordPASSWORDpassword".toCharArray())).isTrue();
    assertThat(verifier.matches("passwordPASSWORDpasswore".toCharArray())).isFalse();
  }

  @Test
  void rightPasswordPassesAgainAndAgain() {
    Pbkdf2Verifier verifier = reread(Pbkdf2Verifier.of("secret1".toCharArray(), 1000));

    for (int i = 0; i < 3; i++) {
      assertThat(verifier.matches("secret1".toCharArray())).isTrue();
      assertThat(verifier.matches("secret2".toCharArray())).isFalse();
      assertThat(verifier.matches(new char[0])).isFalse();
    }
  }

  /** Hashed slowly each time, this would take many minutes. */
  @Test
  @Timeout(60)
  void passwordThatPassedOnceIsNotHashedSlowlyAgain() {
    Pbkdf2Verifier verifier = reread(Pbkdf2Verifier.of("secret1".toCharArray(), 1_000_000));

    for (int i = 0; i < 2_000; i++) {
      assertThat(verifier.matches("secret1".toCharArray())).isTrue();
    }
  }

  @Test
  void passwordsBeyondAsciiPass() {
    Pbkdf2Verifier verifier = reread(Pbkdf2Verifier.of("пароль ü".toCharArray(), 1000));

    assertThat(verifier.matches("пароль ü".toCharArray())).isTrue();
    assertThat(verifier.matches("?????? ?".toCharArray())).isFalse();
  }

  @Test
  void saltsDiffer() {
    assertThat(Pbkdf2Verifier.of("x".toCharArray(), 1000).text())
        .isNotEqualTo(Pbkdf2Verifier.of("x".toCharArray(), 1000).text());
  }

  @Test
  void nobodysVerifierPassesNoPassword() {
    Pbkdf2Verifier nobody = Pbkdf2Verifier.ofNobody(1000);

    assertThat(nobody.matches("".toCharArray())).isFalse();
    assertThat(nobody.matches("secret1".toCharArray())).isFalse();
  }

  private static Pbkdf2Verifier reread(Pbkdf2Verifier verifier) {
    return Pbkdf2Verifier.parse(verifier.text()).orElseThrow();
  }
}
