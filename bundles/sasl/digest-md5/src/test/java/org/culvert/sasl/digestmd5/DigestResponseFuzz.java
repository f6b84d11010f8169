package org.culvert.sasl.digestmd5;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client may answer to a challenge; its nonce is new each time, so none is right. */
class DigestResponseFuzz {
  private static final String REALM = "culvert";

  static Stream<byte[]> golden() {
    return Stream.of(
            "charset=utf-8,username=\"alice\",realm=\"culvert\",nonce=\"n\",nc=00000001,cnonce=\"c\","
                + "digest-uri=\"tsp/x\",response=0123456789abcdef0123456789abcdef,qop=auth",
            "username=\"a\\\"b\",nonce=n",
            "=,,=\"")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("golden")
  @FuzzTest
  void letsInNobody(byte[] response) throws SaslException {
    SaslServer server =
        new DigestMd5Mechanism()
            .createSaslServer(
                "DIGEST-MD5",
                "tsp",
                REALM,
                Map.of(),
                Accounts.server(REALM, Map.of("alice", "secret1")));
    server.evaluateResponse(new byte[0]);
    try {
      server.evaluateResponse(response);
    } catch (SaslException e) {
      // As it should.
    }
    assertThat(server.isComplete()).isFalse();
  }
}
