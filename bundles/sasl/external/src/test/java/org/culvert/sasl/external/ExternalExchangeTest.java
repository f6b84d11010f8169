package org.culvert.sasl.external;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.culvert.api.account.ExternalIdentityCallback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExternalExchangeTest {
  private final ExternalMechanism mechanism = new ExternalMechanism();

  @ParameterizedTest
  @CsvSource({"''", "alice", "ürsula"})
  void bothRolesAgree(String authorizationId) throws Exception {
    String user = authorizationId.isEmpty() ? "alice" : authorizationId;
    SaslServer server = server(Optional.of(user));
    SaslClient client = client(authorizationId);

    assertThat(client.hasInitialResponse()).isTrue();
    byte[] answer = server.evaluateResponse(client.evaluateChallenge(new byte[0]));

    assertThat(answer).isNull();
    assertThat(client.isComplete()).isTrue();
    assertThat(server.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo(user);
    assertThat(server.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
    assertThat(client.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
  }

  @Test
  void clientSaysNothingIfItIsToActForItself() throws Exception {
    assertThat(client("").evaluateChallenge(new byte[0])).isEmpty();
    assertThat(client("bob").evaluateChallenge(new byte[0])).asString().isEqualTo("bob");
  }

  @Test
  void refusesConnectionThatNamesNobody() {
    for (Optional<String> nobody : List.of(Optional.<String>empty(), Optional.of(""))) {
      SaslServer server = server(nobody);

      assertThatThrownBy(() -> server.evaluateResponse(octets("alice")))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageNotContaining("alice");
      assertThat(server.isComplete()).isFalse();
    }
  }

  @Test
  void refusesToLetUserActForAnother() {
    SaslServer server = server(Optional.of("alice"));

    assertThatThrownBy(() -> server.evaluateResponse(octets("root")))
        .isInstanceOf(AuthenticationException.class);
    assertThatThrownBy(server::getAuthorizationID).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesNamesThatAreNone() {
    byte[] notUtf8 = {'a', (byte) 0xFF};
    for (byte[] name : new byte[][] {octets("ali\0ce"), notUtf8, octets("\0")}) {
      assertThatThrownBy(() -> server(Optional.of("alice")).evaluateResponse(name))
          .isInstanceOf(SaslException.class);
    }
  }

  @Test
  void limitsNames() throws Exception {
    String longest = "a".repeat(ExternalServer.MAX_NAME);
    SaslServer server = server(Optional.of(longest));
    server.evaluateResponse(octets(longest));
    assertThat(server.isComplete()).isTrue();

    assertThatThrownBy(() -> server(Optional.of("alice")).evaluateResponse(octets(longest + "a")))
        .hasMessageContaining("longer than");
  }

  @Test
  void exchangeCannotBeUsedTwice() throws Exception {
    SaslServer server = server(Optional.of("alice"));
    SaslClient client = client("");
    server.evaluateResponse(client.evaluateChallenge(new byte[0]));

    assertThatThrownBy(() -> server.evaluateResponse(new byte[0]))
        .isInstanceOf(SaslException.class);
    assertThat(server.isComplete()).isFalse();
    assertThatThrownBy(() -> client.evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void clientRefusesChallenge() {
    SaslClient client = client("");

    assertThatThrownBy(() -> client.evaluateChallenge(octets("who?")))
        .isInstanceOf(SaslException.class);
    assertThat(client.isComplete()).isFalse();
    assertThatThrownBy(() -> client.getNegotiatedProperty(Sasl.QOP))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void handlerThatFailsLetsNobodyIn() {
    for (Exception failure :
        new Exception[] {new IOException("x"), new UnsupportedCallbackException(null)}) {
      CallbackHandler broken =
          callbacks -> {
            if (failure instanceof IOException e) {
              throw e;
            }
            throw (UnsupportedCallbackException) failure;
          };
      SaslServer server = mechanism.createSaslServer("EXTERNAL", "tsp", "x", null, broken);

      assertThatThrownBy(() -> server.evaluateResponse(new byte[0]))
          .isInstanceOf(SaslException.class)
          .hasCause(failure);
    }
  }

  @Property
  void anyOctetsEitherNameTheUserOrAreRefused(@ForAll @Size(max = 40) byte[] response) {
    SaslServer server = server(Optional.of("a"));
    try {
      server.evaluateResponse(response);
      assertThat(new String(response, StandardCharsets.UTF_8)).isIn("", "a");
    } catch (SaslException e) {
      assertThat(server.isComplete()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    Sasl.POLICY_NOPLAINTEXT + ", true",
    Sasl.POLICY_NOANONYMOUS + ", true",
    Sasl.POLICY_NOACTIVE + ", false",
    Sasl.POLICY_NODICTIONARY + ", false",
    Sasl.POLICY_FORWARD_SECRECY + ", false",
    Sasl.POLICY_PASS_CREDENTIALS + ", false"
  })
  void factoryKeepsPolicies(String policy, boolean kept) {
    Map<String, String> props = Map.of(policy, "true");

    assertThat(mechanism.getMechanismNames(props)).hasSize(kept ? 1 : 0);
    assertThat(mechanism.createSaslServer("EXTERNAL", "tsp", "x", props, c -> {}) != null)
        .isEqualTo(kept);
    assertThat(
            mechanism.createSaslClient(new String[] {"EXTERNAL"}, null, "tsp", "x", props, null)
                != null)
        .isEqualTo(kept);
    assertThat(mechanism.createSaslServer("PLAIN", "tsp", "x", null, c -> {})).isNull();
  }

  private SaslServer server(Optional<String> certified) {
    return mechanism.createSaslServer(
        "EXTERNAL",
        "tsp",
        "realm",
        null,
        callbacks -> {
          for (Callback callback : callbacks) {
            if (callback instanceof ExternalIdentityCallback identity) {
              certified.ifPresent(identity::user);
            } else if (callback instanceof AuthorizeCallback authorize) {
              authorize.setAuthorized(
                  authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
            } else {
              throw new UnsupportedCallbackException(callback);
            }
          }
        });
  }

  private SaslClient client(String authorizationId) {
    return mechanism.createSaslClient(
        new String[] {"EXTERNAL"}, authorizationId, "tsp", "broker", null, null);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
