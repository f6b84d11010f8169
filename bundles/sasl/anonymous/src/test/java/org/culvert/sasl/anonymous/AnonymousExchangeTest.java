package org.culvert.sasl.anonymous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.junit.jupiter.api.Test;

class AnonymousExchangeTest {
  private final AnonymousMechanism mechanism = new AnonymousMechanism();

  @Test
  void bothRolesAgreeOnAnEmptyResponse() throws Exception {
    SaslServer server = server();
    SaslClient client = client();

    assertThat(client.hasInitialResponse()).isTrue();
    byte[] response = client.evaluateChallenge(new byte[0]);
    byte[] answer = server.evaluateResponse(response);

    assertThat(response).isEmpty();
    assertThat(answer).isNull();
    assertThat(client.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo("anonymous");
    assertThat(server.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
  }

  @Test
  void traceInformationIsIgnored() throws Exception {
    SaslServer server = server();

    server.evaluateResponse(octets("alice@example.org"));

    assertThat(server.getAuthorizationID()).isEqualTo("anonymous");
  }

  @Test
  void longestTraceIsAcceptedAndALongerOneRefused() throws Exception {
    for (String character : new String[] {"x", "é", "密", "😀"}) {
      SaslServer server = server();
      server.evaluateResponse(octets(character.repeat(AnonymousServer.MAX_TRACE)));
      SaslServer other = server();

      assertThat(server.isComplete()).isTrue();
      assertThatThrownBy(
              () -> other.evaluateResponse(octets(character.repeat(AnonymousServer.MAX_TRACE + 1))))
          .isInstanceOf(SaslException.class);
      assertThat(other.isComplete()).isFalse();
    }
  }

  @Test
  void traceThatIsNotUtf8IsRefused() {
    assertThatThrownBy(() -> server().evaluateResponse(new byte[] {(byte) 0xFF}))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void exchangeCannotBeUsedTwice() throws Exception {
    SaslServer server = server();
    SaslClient client = client();
    assertThatThrownBy(server::getAuthorizationID).isInstanceOf(IllegalStateException.class);
    server.evaluateResponse(client.evaluateChallenge(new byte[0]));

    assertThatThrownBy(() -> server.evaluateResponse(new byte[0]))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> client.evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
    assertThat(server.isComplete()).isFalse();
  }

  @Test
  void anonymityIsNotOfferedWherePolicyForbidsIt() {
    assertThat(mechanism.getMechanismNames(null)).containsExactly("ANONYMOUS");
    assertThat(mechanism.getMechanismNames(Map.of(Sasl.POLICY_NOANONYMOUS, "true"))).isEmpty();
    assertThat(
            mechanism.createSaslServer(
                "ANONYMOUS", "tsp", "x", Map.of(Sasl.POLICY_NOANONYMOUS, "true"), null))
        .isNull();
    assertThat(mechanism.createSaslServer("PLAIN", "tsp", "x", null, null)).isNull();
  }

  private SaslServer server() {
    return mechanism.createSaslServer("ANONYMOUS", "tsp", "x", Map.of(), null);
  }

  private SaslClient client() {
    return mechanism.createSaslClient(new String[] {"ANONYMOUS"}, null, "tsp", "x", Map.of(), null);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
