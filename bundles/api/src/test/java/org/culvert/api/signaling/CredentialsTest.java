package org.culvert.api.signaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CredentialsTest {
  private static final Credentials ALICE = Credentials.of("alice", "canary");

  @Test
  void sendNoPasswordInClearUnlessTold() {
    assertThat(ALICE.allow("PLAIN", false)).isFalse();
    assertThat(ALICE.allow("PLAIN", true)).isTrue();
    assertThat(ALICE.allow("DIGEST-MD5", false)).isTrue();
    assertThat(ALICE.evenInClear().allow("PLAIN", false)).isTrue();
  }

  @Test
  void keepToTheMechanismsThatAreDemanded() {
    Credentials demanding = ALICE.onlyBy(Set.of("scram-sha-256", "PLAIN")).evenInClear();

    assertThat(demanding.allow("SCRAM-SHA-256", false)).isTrue();
    assertThat(demanding.allow("PLAIN", false)).isTrue();
    assertThat(demanding.allow("DIGEST-MD5", true)).isFalse();
    assertThat(demanding.password()).contains("canary");
  }

  @Test
  void demandedPlainIsStillNotSentInClear() {
    assertThat(ALICE.onlyBy(Set.of("PLAIN")).allow("PLAIN", false)).isFalse();
  }

  @Test
  void certificateIsSomebodyWithoutNameAndPassword() {
    Credentials certificate = Credentials.certificate();

    assertThat(certificate.isAnonymous()).isFalse();
    assertThat(certificate.isByCertificate()).isTrue();
    assertThat(certificate.user()).isEmpty();
    assertThat(certificate.password()).isEmpty();
    assertThat(Credentials.anonymous().isAnonymous()).isTrue();
    assertThat(ALICE.isAnonymous()).isFalse();
  }

  @Test
  void neverShowThePassword() {
    assertThat(
            List.of(ALICE, ALICE.evenInClear(), Credentials.certificate(), Credentials.anonymous()))
        .extracting(Object::toString)
        .containsExactly(
            "Credentials[alice]",
            "Credentials[alice]",
            "Credentials[by certificate]",
            "Credentials[anonymous]");
  }
}
