package org.culvert.tls.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.testkit.trace.Promise;
import org.culvert.tls.bouncycastle.Authority.Issued;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsSettingsTest {
  @TempDir private Path directory;
  private Configurations configurations;
  private Authority authority;

  @BeforeEach
  void prepare() throws Exception {
    configurations = new Configurations(directory);
    authority = new Authority("Test authority");
  }

  private void refuses(Map<String, ?> changes, String key, String words) {
    assertThatThrownBy(() -> configurations.provider(changes))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.tls.bouncycastle.cfg: " + key + " = ")
        .hasMessageContaining(words)
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource({
    "client.certificates, required, none or optional",
    "client.user, nickname, subject-cn",
    "certificate, x.pem, the key as well",
    "key, x.key, the certificate as well",
    "own.key, x.key, the certificate as well",
  })
  void refusesValueThatCannotBeMeant(String key, String value, String words) {
    String named =
        switch (key) {
          case "certificate" -> "key";
          case "key" -> "certificate";
          case "own.key" -> "own.certificate";
          default -> key;
        };

    refuses(Map.of(key, value), named, words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice", "12:34=alice", "zz=alice"})
  void refusesUserWithoutFingerprint(String entry) {
    refuses(Map.of("client.users", new String[] {entry}), "client.users", "");
  }

  @Test
  void refusesFingerprintWithoutUser() {
    refuses(
        Map.of("client.users", new String[] {"00".repeat(32) + "="}),
        "client.users",
        "FINGERPRINT=USER");
  }

  @Test
  void refusesCertificateOfTwoUsers() {
    String fingerprint = "ab".repeat(32);

    refuses(
        Map.of("client.users", new String[] {fingerprint + "=alice," + fingerprint + "=bob"}),
        "client.users",
        "one user");
  }

  @Test
  void refusesPinThatIsNoFingerprint() {
    refuses(Map.of("broker.pins", new String[] {"AB:CD"}), "broker.pins", "64 hexadecimal");
  }

  @Test
  void refusesToAskClientsForCertificatesThatNobodyCanCheck() {
    refuses(Map.of("client.certificates", "optional"), "client.certificates", "client.ca");
  }

  @Test
  void readsFingerprintsInAnyForm() {
    String plain = "ab".repeat(32);
    String pairs = "AB:".repeat(31) + "AB";

    TlsSettings settings =
        configurations.settings(
            Map.of("broker.pins", new String[] {plain + ", SHA256:" + pairs, pairs}));

    assertThat(settings.pins()).containsExactly(Fingerprint.parse(plain));
    assertThat(Fingerprint.parse(plain)).hasToString(pairs);
  }

  // Files.

  private Map<String, ?> own(Path certificate, Path key) {
    return Map.of("certificate", certificate, "key", key);
  }

  @Test
  void refusesMissingFile() throws Exception {
    Issued sound = authority.issue(directory, "sound", "CN=x");

    refuses(own(directory.resolve("no.pem"), sound.keyFile()), "certificate", "no such file");
    refuses(own(sound.certificateFile(), directory.resolve("no.key")), "key", "no such file");
    refuses(Map.of("broker.trust", "no.pem"), "broker.trust", "no such file");
    refuses(
        Map.of(
            "client.ca", "no.pem", "certificate", sound.certificateFile(), "key", sound.keyFile()),
        "client.ca",
        "no such file");
  }

  @Test
  void refusesFileThatIsNoPemOrHoldsSomethingElse() throws Exception {
    Issued sound = authority.issue(directory, "sound", "CN=x");
    Path text = Files.writeString(directory.resolve("text"), "nothing here");
    Path broken =
        Files.writeString(
            directory.resolve("broken"),
            "-----BEGIN CERTIFICATE-----\nMIIB!\n-----END CERTIFICATE-----\n");

    refuses(own(text, sound.keyFile()), "certificate", "no PEM certificate");
    refuses(own(broken, sound.keyFile()), "certificate", "not well-formed");
    refuses(own(sound.certificateFile(), text), "key", "no PEM private key");
    refuses(own(sound.certificateFile(), sound.certificateFile()), "key", "no PEM private key");
  }

  @Test
  @Promise("P8")
  void refusesKeyOfAnotherCertificateAndTellsNothingOfTheKey() throws Exception {
    Issued sound = authority.issue(directory, "sound", "CN=x");
    Issued other = authority.issue(directory, "other", "CN=x");
    Issued rsa =
        authority.issue(directory, "rsa", "CN=x", Duration.ofDays(1), Authority.keys("RSA", 2048));

    refuses(own(sound.certificateFile(), other.keyFile()), "key", "not the key of");
    refuses(own(sound.certificateFile(), rsa.keyFile()), "key", "not the key of");
    String secret = Files.readAllLines(other.keyFile()).get(1);
    assertThatThrownBy(() -> configurations.provider(own(sound.certificateFile(), other.keyFile())))
        .hasMessageNotContaining(secret);
  }

  @Test
  void takesCertificateThatTheClockSaysIsOutOfDateForTheClockMayBeSetRight() throws Exception {
    Issued old =
        authority.issue(directory, "old", "CN=x", Duration.ofDays(-1), Authority.keys("EC", 256));

    assertThat(configurations.provider(own(old.certificateFile(), old.keyFile())).server())
        .isNotNull();
  }

  @Test
  void saysOfCertificateOutOfDateWhatTheClockSays() throws Exception {
    X509Certificate one = authority.issue(directory, "one", "CN=x").certificate();
    Instant begin = one.getNotBefore().toInstant();
    Instant end = one.getNotAfter().toInstant();

    assertThat(OutOfDate.of(List.of(one), begin.plusSeconds(1))).isEmpty();
    assertThat(OutOfDate.of(List.of(one), Instant.EPOCH).orElseThrow())
        .isEqualTo(
            "the certificate of CN=x is not valid before %s, and this machine's clock says"
                    .formatted(begin)
                + " 1970-01-01T00:00:00Z: set it if it is wrong");
    assertThat(OutOfDate.of(List.of(one), end.plusSeconds(1)).orElseThrow())
        .contains("expired on " + end, "clock says " + end.plusSeconds(1));
  }

  @Test
  void refusesEncryptedKey() throws Exception {
    Issued sound = authority.issue(directory, "sound", "CN=x");
    Path encrypted =
        Files.writeString(
            directory.resolve("encrypted"),
            """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiYVcZ1gP3qZwICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBfQ9dG2g1VqS0iRkZrVQAkEgZDg
            -----END ENCRYPTED PRIVATE KEY-----
            """);

    assertThatThrownBy(() -> configurations.provider(own(sound.certificateFile(), encrypted)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("key = ");
  }

  @Test
  void takesKeysOfEveryUsualKind() throws Exception {
    for (String kind : new String[] {"RSA", "EC", "Ed25519"}) {
      Issued issued =
          authority.issue(
              directory,
              kind,
              "CN=x",
              Duration.ofDays(1),
              Authority.keys(kind, kind.equals("RSA") ? 2048 : kind.equals("EC") ? 384 : 255));

      assertThat(configurations.provider(own(issued.certificateFile(), issued.keyFile())).server())
          .as(kind)
          .isNotNull();
    }
  }

  @Test
  void takesKeysInTheirOldForms() throws Exception {
    KeyPair rsa = Authority.keys("RSA", 2048);
    Issued issued = authority.issue(directory, "rsa", "CN=x", Duration.ofDays(1), rsa);
    Authority.write(issued.keyFile(), rsa.getPrivate());
    assertThat(issued.keyFile()).content().contains("BEGIN RSA PRIVATE KEY");

    assertThat(configurations.provider(own(issued.certificateFile(), issued.keyFile())).server())
        .isNotNull();
  }
}
