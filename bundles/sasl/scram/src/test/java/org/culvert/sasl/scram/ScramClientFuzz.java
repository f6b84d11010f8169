package org.culvert.sasl.scram;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a broker may say: one that has only seen the client's words never passes. */
class ScramClientFuzz {
  private static final String SEPARATOR = "|";

  /** More iterations are tried by the unit tests; here they would take all the time. */
  private static final Pattern SLOW = Pattern.compile("i=\\d{5}");

  static Stream<byte[]> golden() {
    return Stream.of(
            "r=clientserver,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096|v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5n",
            "r=clientserver,s=AA==,i=4096,x=y|e=invalid-proof",
            "m=x,r=client,s=,i=0")
        .map(Exchange::octets);
  }

  @MethodSource("golden")
  @FuzzTest
  void isTakenForNobodyItIsNot(byte[] messages) throws SaslException {
    String text = Exchange.text(messages);
    if (SLOW.matcher(text).find()) {
      return;
    }
    SaslClient client =
        new ScramMechanism(() -> "client", new byte[1])
            .createSaslClient(
                new String[] {"SCRAM-SHA-256"},
                null,
                "tsp",
                "broker",
                null,
                new Accounts().as("alice", "pencil"));
    client.evaluateChallenge(new byte[0]);
    try {
      for (String message : text.split("\\" + SEPARATOR, -1)) {
        byte[] response = client.evaluateChallenge(Exchange.octets(message));
        // Parts of the message come back as they are.
        if (!text.contains("pencil")) {
          assertThat(response == null ? "" : Exchange.text(response)).doesNotContain("pencil");
        }
      }
    } catch (SaslException e) {
      assertThat(e.getMessage()).matches("[ -~]*");
    }
    assertThat(client.isComplete()).isFalse();
  }
}
