package org.culvert.sasl.scram;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client may send as its two messages, to a server that knows nobody. */
class ScramServerFuzz {
  private static final String SEPARATOR = "|";

  static Stream<byte[]> golden() {
    return Stream.of(
            "n,,n=user,r=rOprNGfwEbeRWgbNEkqO|c=biws,r=rOprNGfwEbeRWgbNEkqOnonce,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "y,a=user,n=us=2Cer=3D,r=abc,x=y|c=eSws,r=abcnonce,p=AAAA",
            "p=tls-exporter,,n=user,r=abc|c=cD10bHMtZXhwb3J0ZXIsLAkIBw==,r=abcnonce,p=AAAA",
            "n,,m=x,n=user,r=abc")
        .map(Exchange::octets);
  }

  @MethodSource("golden")
  @FuzzTest
  void letsInNobody(byte[] messages) {
    for (String name : new String[] {"SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"}) {
      SaslServer server =
          new ScramMechanism(() -> "nonce", new byte[1])
              .createSaslServer(
                  name,
                  "tsp",
                  "realm",
                  null,
                  new Accounts().bound("tls-exporter", Exchange.CHANNEL));
      try {
        for (String message : Exchange.text(messages).split("\\" + SEPARATOR, -1)) {
          server.evaluateResponse(Exchange.octets(message));
        }
      } catch (SaslException e) {
        assertThat(e.getMessage()).matches("[ -~]*");
      }
      assertThat(server.isComplete()).isFalse();
    }
  }
}
