package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The kit's own SCRAM against the example of RFC 5802. */
class ScramTest {

  @Test
  void agreesWithTheExampleOfItsDocument() {
    Scram scram = new Scram("user", "pencil");

    assertThat(decoded(scram.first("hash=SHA-1")))
        .isEqualTo("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    scram.hear(
        Base64.getEncoder()
            .encodeToString(
                ("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j," + "s=QSXCR+Q6sek8bf92,i=4096")
                    .getBytes(StandardCharsets.US_ASCII)));
    assertThat(decoded(scram.last("")))
        .isEqualTo(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
                + "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    assertThat(decoded(scram.serverProof())).isEqualTo("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
