package org.culvert.sasl.digestmd5;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a broker may challenge with: it never passes for one that knows the password. */
class DigestChallengeFuzz {
  static Stream<byte[]> golden() {
    return Stream.of(
            "realm=\"culvert\",nonce=\"n\",qop=\"auth\",algorithm=md5-sess,charset=utf-8",
            "nonce=1113908968,realm=hexos,qop=\"auth,auth-int\",charset=utf8",
            "rspauth=0123456789abcdef0123456789abcdef")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("golden")
  @FuzzTest
  void isAnsweredOnceOrRefused(byte[] challenge) throws SaslException {
    SaslClient client =
        new DigestMd5Mechanism()
            .createSaslClient(
                new String[] {"DIGEST-MD5"},
                null,
                "tsp",
                "broker.example",
                Map.of(),
                Accounts.client("alice", "secret1"));
    try {
      byte[] response = client.evaluateChallenge(challenge);
      // Parts of the challenge come back as they are.
      if (!new String(challenge, StandardCharsets.UTF_8).contains("secret1")) {
        assertThat(new String(response, StandardCharsets.UTF_8)).doesNotContain("secret1");
      }
      client.evaluateChallenge(challenge);
    } catch (SaslException e) {
      // As it should.
    }
    assertThat(client.isComplete()).isFalse();
  }
}
