package org.culvert.sasl.scram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of RFC 5802 section 5 and RFC 7677 section 3, octet for octet on both sides. */
class ScramVectorsTest {

  @ParameterizedTest
  @CsvSource({
    "SCRAM-SHA-1, fyko+d2lbbFgONRv9qkxdawL, 3rfcNHYJY1ZVvWVs7j, QSXCR+Q6sek8bf92,"
        + " v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=, rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    "SCRAM-SHA-256, rOprNGfwEbeRWgbNEkqO, %hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        + " W22ZaJ0SNY7soEsUEjb6gQ==, dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=,"
        + " 6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
  })
  void bothSidesSayWhatTheRfcSays(
      String mechanism,
      String clientNonce,
      String serverNonce,
      String salt,
      String proof,
      String signature)
      throws Exception {
    ScramAlgorithm algorithm = ScramAlgorithm.of(mechanism).orElseThrow();
    Accounts accounts =
        new Accounts()
            .as("user", "pencil")
            .with(
                "user",
                Accounts.secret(algorithm, "pencil", Base64.getDecoder().decode(salt), 4096));
    SaslClient client =
        new ScramMechanism(() -> clientNonce, new byte[1])
            .createSaslClient(new String[] {mechanism}, null, "imap", "x", null, accounts);
    SaslServer server =
        new ScramMechanism(() -> serverNonce, new byte[1])
            .createSaslServer(mechanism, "imap", "x", null, accounts);

    byte[] first = client.evaluateChallenge(new byte[0]);
    assertThat(new String(first)).isEqualTo("n,,n=user,r=" + clientNonce);
    byte[] challenge = server.evaluateResponse(first);
    String nonce = clientNonce + serverNonce;
    assertThat(new String(challenge)).isEqualTo("r=" + nonce + ",s=" + salt + ",i=4096");
    byte[] last = client.evaluateChallenge(challenge);
    assertThat(new String(last)).isEqualTo("c=biws,r=" + nonce + ",p=" + proof);
    byte[] outcome = server.evaluateResponse(last);
    assertThat(new String(outcome)).isEqualTo("v=" + signature);
    assertThat(client.isComplete()).isFalse();
    assertThat(client.evaluateChallenge(outcome)).isNull();

    assertThat(client.isComplete()).isTrue();
    assertThat(server.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo("user");
  }
}
