package org.culvert.tls.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.bouncycastle.asn1.x509.GeneralName;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.tls.bouncycastle.Authority.Issued;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenKeyTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"certificate, key", "own.certificate, own.key"})
  void aKeyThatEverybodyCanReadIsToldUntilItIsClosed(String certificate, String key)
      throws Exception {
    Issued issued =
        new Authority("Test authority")
            .issue(directory, "broker", "CN=x", new GeneralName(2, "broker.example"));
    mode(issued.keyFile(), "rw-r--r--");
    BouncyCastleTls tls =
        new Configurations(directory)
            .provider(Map.of(certificate, issued.certificateFile(), key, issued.keyFile()));

    assertThat(tls.mistakes())
        .containsExactly(
            new Mistake(
                "org.culvert.tls.bouncycastle",
                false,
                ("etc/org.culvert.tls.bouncycastle.cfg: %s = \"%s\": everybody on this machine can"
                        + " read this private key; chmod 600 it")
                    .formatted(key, issued.keyFile())));

    mode(issued.keyFile(), "rw-r-----");
    assertThat(tls.mistakes()).isEmpty();
  }

  @Test
  void aKeyOfItsOwnIsNoMistake() throws Exception {
    assertThat(new Configurations(directory).provider(Map.of()).mistakes()).isEmpty();
  }

  private static void mode(Path file, String mode) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
