package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class EchoTest {
  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isEcho(String mechanism, String challenge, String response) {
    Echo echo = Echo.of(mechanism);
    echo.challenged(octets(challenge));
    return echo.isIn(octets(response));
  }

  @Test
  @Threat("T9")
  void nonceOfTheServersMustComeBackWhole() {
    String digest = "realm=\"r\",nonce=\"OA6MG9\",qop=\"auth\"";
    assertThat(isEcho("DIGEST-MD5", digest, "username=\"a\",nonce=\"OA6MG9\",nc=1")).isTrue();
    assertThat(isEcho("DIGEST-MD5", digest, "nonce=\"OA6MG9\"")).isTrue();
    assertThat(isEcho("DIGEST-MD5", digest, "cnonce=\"OA6MG9\",nonce=\"OA6MG\"")).isFalse();
    assertThat(isEcho("DIGEST-MD5", digest, "nonsense")).isFalse();
    String scram = "r=clientServer,s=QSXCR,i=4096";
    assertThat(isEcho("SCRAM-SHA-256", scram, "c=biws,r=clientServer,p=dHz")).isTrue();
    assertThat(isEcho("SCRAM-SHA-256", scram, "c=biws,r=client,p=dHz")).isFalse();
    assertThat(isEcho("SCRAM-SHA-256", scram, "c=biws,p=dHz")).isFalse();
  }

  @Test
  void beforeAChallengeThereIsNothingToSendBack() {
    Echo echo = Echo.of("SCRAM-SHA-256");
    assertThat(echo.isAwaited()).isFalse();
    assertThat(echo.isIn(octets("n,,n=alice,r=client"))).isFalse();
  }

  @Test
  void mechanismsThatDoNotShowTheirNonceAreNotAmongThese() {
    assertThat(Echo.isShownBy("SCRAM-SHA-1-PLUS")).isTrue();
    assertThat(Echo.isShownBy("PLAIN")).isFalse();
    assertThat(Echo.isShownBy("CRAM-MD5")).isFalse();
  }
}
