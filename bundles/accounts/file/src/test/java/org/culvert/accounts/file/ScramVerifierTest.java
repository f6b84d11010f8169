package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.account.ScramSecret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {
  private static final char[] PENCIL = "pencil".toCharArray();

  /** The exchange of RFC 7677 section 3. */
  @Test
  void serverSignatureOfTheScramSha256ExampleComesOut() throws Exception {
    ScramSecret secret = secret(ScramHash.SHA_256, "W22ZaJ0SNY7soEsUEjb6gQ==");
    String exchange =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    assertThat(hmac("HmacSHA256", secret.serverKey(), exchange))
        .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assertThat(secret.mechanism()).isEqualTo("SCRAM-SHA-256");
  }

  /** The exchange of RFC 5802 section 5. */
  @Test
  void serverSignatureOfTheScramSha1ExampleComesOut() throws Exception {
    ScramSecret secret = secret(ScramHash.SHA_1, "QSXCR+Q6sek8bf92");
    String exchange =
        "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
            + "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
            + "s=QSXCR+Q6sek8bf92,i=4096,"
            + "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";

    assertThat(hmac("HmacSHA1", secret.serverKey(), exchange))
        .isEqualTo("rmF9pqV8S7suAoZWja4dJRkFsKQ=");
  }

  /** The client's proof of RFC 7677 gives its key, whose hash the server keeps. */
  @Test
  void storedKeyVerifiesTheProofOfTheScramSha256Example() throws Exception {
    ScramSecret secret = secret(ScramHash.SHA_256, "W22ZaJ0SNY7soEsUEjb6gQ==");
    String exchange =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    byte[] signature = Base64.getDecoder().decode(hmac("HmacSHA256", secret.storedKey(), exchange));
    byte[] clientKey = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= signature[i];
    }

    assertThat(ScramHash.SHA_256.digest(clientKey)).isEqualTo(secret.storedKey());
  }

  @Test
  void keysAreWrittenAndReadBack() {
    for (ScramHash hash : ScramHash.values()) {
      ScramVerifier made = ScramVerifier.of(hash, PENCIL, 4096);
      ScramVerifier read = ScramVerifier.parse(made.text()).orElseThrow();

      assertThat(read.text()).isEqualTo(made.text()).startsWith(hash.scheme() + "4096,");
      assertThat(read.secret().orElseThrow().storedKey())
          .isEqualTo(made.secret().orElseThrow().storedKey());
      assertThat(read.matches(PENCIL)).isTrue();
      assertThat(read.matches("pencils".toCharArray())).isFalse();
      assertThat(read.matches(new char[0])).isFalse();
    }
  }

  @Test
  void tooFewIterationsVerifyAPasswordButServeNoMechanism() {
    ScramVerifier weak = ScramVerifier.of(ScramHash.SHA_256, PENCIL, 4095);

    assertThat(weak.matches(PENCIL)).isTrue();
    assertThat(weak.secret()).isEmpty();
  }

  @Test
  void saltsDiffer() {
    assertThat(ScramVerifier.of(ScramHash.SHA_1, PENCIL, 1).text())
        .isNotEqualTo(ScramVerifier.of(ScramHash.SHA_1, PENCIL, 1).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{SCRAM-SHA-256}",
        "{SCRAM-SHA-256}4096,c2FsdHNhbHQ=,AAAA,AAAA",
        "{SCRAM-SHA-1}0,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{SCRAM-SHA-1}10000001,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{SCRAM-SHA-1}4096,,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{SCRAM-SHA-256}4096,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "{SCRAM-SHA-512}4096,c2FsdHNhbHQ=,AAAAAAAAAAAAAAAAAAAAAAAAAAA=,"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      })
  void malformedOrUnboundedTextIsNotRead(String text) {
    assertThat(ScramVerifier.parse(text)).isEmpty();
  }

  @Test
  void hashesOfEarlierVersionsBecomeKeysWithoutThePassword() {
    ScramVerifier keys =
        Pbkdf2.parse(
                "{PBKDF2-SHA256}4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0"
                    + "$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E")
            .orElseThrow();

    assertThat(keys.matches("passwordPASSWORDpassword".toCharArray())).isTrue();
    assertThat(keys.matches("passwordPASSWORDpasswore".toCharArray())).isFalse();
    assertThat(keys.secret()).isPresent();
    assertThat(keys.text()).doesNotContain("NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+E");
  }

  /** Earlier versions hashed what was typed. */
  @Test
  void passwordThatWasNeverPreparedStillPasses() {
    char[] typed = "u\u0308ber".toCharArray();
    byte[] salt = "saltsalt".getBytes(StandardCharsets.US_ASCII);
    ScramVerifier old =
        ScramVerifier.of(
            ScramHash.SHA_256, 4096, salt, ScramHash.SHA_256.salted(typed, salt, 4096));

    assertThat(old.matches(typed)).isTrue();
  }

  private static ScramSecret secret(ScramHash hash, String salt) {
    byte[] octets = Base64.getDecoder().decode(salt);
    return ScramVerifier.of(hash, 4096, octets, hash.salted(PENCIL, octets, 4096))
        .secret()
        .orElseThrow();
  }

  private static String hmac(String algorithm, byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(key, algorithm));
    return Base64.getEncoder()
        .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
