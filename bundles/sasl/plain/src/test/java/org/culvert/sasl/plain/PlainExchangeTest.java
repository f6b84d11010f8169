package org.culvert.sasl.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.culvert.api.account.PasswordCheckCallback;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainExchangeTest {
  private final PlainMechanism mechanism = new PlainMechanism();
  private final List<char[]> passwordsSeen = new ArrayList<>();

  @Test
  void octetsOfOldClientsAreAccepted() throws Exception {
    SaslServer server = server("alice", "secret1");

    byte[] answer =
        server.evaluateResponse(HexFormat.of().parseHex("00616c69636500736563726574" + "31"));

    assertThat(answer).isNull();
    assertThat(server.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo("alice");
    assertThat(server.getNegotiatedProperty(Sasl.QOP)).isEqualTo("auth");
  }

  @Test
  void clientWritesTheOctetsOfOldClients() throws Exception {
    byte[] response = client("", "alice", "secret1").evaluateChallenge(new byte[0]);

    assertThat(response).asHexString().isEqualTo("00616C6963650073656372657431");
  }

  @ParameterizedTest
  @CsvSource({"alice, secret1", "jürgen, 'pass word'", "Ωmega, 密码"})
  void bothRolesAgree(String user, String password) throws Exception {
    SaslServer server = server(user, password);
    SaslClient client = client("", user, password);

    assertThat(client.hasInitialResponse()).isTrue();
    server.evaluateResponse(client.evaluateChallenge(new byte[0]));

    assertThat(client.isComplete()).isTrue();
    assertThat(server.getAuthorizationID()).isEqualTo(user);
  }

  @Test
  void wrongPasswordAndUnknownUserFailWithTheSameWords() {
    Throwable wrong =
        catchThrowable(
            () -> server("alice", "secret1").evaluateResponse(message("", "alice", "x")));
    Throwable unknown =
        catchThrowable(() -> server("alice", "secret1").evaluateResponse(message("", "bob", "x")));

    assertThat(wrong).isInstanceOf(AuthenticationException.class);
    assertThat(unknown).isInstanceOf(AuthenticationException.class).hasMessage(wrong.getMessage());
  }

  @Test
  void userMayActForHimselfButNotForAnother() throws Exception {
    SaslServer own = server("alice", "secret1");
    own.evaluateResponse(message("alice", "alice", "secret1"));
    SaslServer foreign = server("alice", "secret1");

    assertThat(own.getAuthorizationID()).isEqualTo("alice");
    assertThatThrownBy(() -> foreign.evaluateResponse(message("root", "alice", "secret1")))
        .isInstanceOf(AuthenticationException.class);
    assertThat(foreign.isComplete()).isFalse();
  }

  @Test
  void exchangeCannotBeUsedTwice() throws Exception {
    SaslServer failed = server("alice", "secret1");
    SaslServer succeeded = server("alice", "secret1");
    SaslClient client = client("", "alice", "secret1");
    assertThatThrownBy(() -> failed.evaluateResponse(message("", "alice", "x")))
        .isInstanceOf(SaslException.class);
    succeeded.evaluateResponse(client.evaluateChallenge(new byte[0]));

    assertThatThrownBy(() -> failed.evaluateResponse(message("", "alice", "secret1")))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> succeeded.evaluateResponse(message("", "alice", "secret1")))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> client.evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
    assertThat(succeeded.isComplete()).isFalse();
    assertThatThrownBy(failed::getAuthorizationID).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\0", "\0alice", "\0\0secret1", "\0alice\0", "\0alice\0secret1\0", "alice"})
  void malformedMessagesAreRefused(String message) {
    assertThatThrownBy(() -> server("alice", "secret1").evaluateResponse(octets(message)))
        .isInstanceOf(SaslException.class)
        .isNotInstanceOf(AuthenticationException.class);
  }

  @Test
  void messageThatIsNotUtf8IsRefused() {
    byte[] message = "\0alice\0p\u00e4ss".getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> server("alice", "päss").evaluateResponse(message))
        .isInstanceOf(SaslException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void longestFieldsAreAcceptedAndLongerOnesRefused() throws Exception {
    String longest = "x".repeat(PlainMessage.MAX_FIELD);
    SaslServer server = server(longest, longest);
    server.evaluateResponse(message(longest, longest, longest));

    assertThat(server.isComplete()).isTrue();
    for (int field = 0; field < 3; field++) {
      String[] fields = {"a", "a", "a"};
      fields[field] = longest + "x";
      assertThatThrownBy(
              () -> server("a", "a").evaluateResponse(message(fields[0], fields[1], fields[2])))
          .isInstanceOf(SaslException.class);
      assertThatThrownBy(
              () -> client(fields[0], fields[1], fields[2]).evaluateChallenge(new byte[0]))
          .isInstanceOf(SaslException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"'', secret1", "alice, ''"})
  void clientWithoutCredentialsSendsNothing(String user, String password) {
    assertThatThrownBy(() -> client("", user, password).evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void clientRefusesNulsWhichWouldShiftTheFields() {
    assertThatThrownBy(() -> client("", "alice\0x", "y").evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void passwordIsClearedWhateverTheOutcome() throws Exception {
    server("alice", "secret1").evaluateResponse(message("", "alice", "secret1"));
    SaslServer failing = server("alice", "secret1");
    assertThatThrownBy(() -> failing.evaluateResponse(message("", "alice", "no")))
        .isInstanceOf(SaslException.class);

    assertThat(passwordsSeen).hasSize(2);
    assertThat(passwordsSeen).allMatch(seen -> new String(seen).matches("\0+"));
  }

  @Test
  void handlerThatFailsFailsTheExchange() {
    CallbackHandler broken =
        callbacks -> {
          throw new IOException("no store");
        };
    SaslServer server = mechanism.createSaslServer("PLAIN", "tsp", "x", null, broken);

    assertThatThrownBy(() -> server.evaluateResponse(message("", "alice", "secret1")))
        .isInstanceOf(SaslException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(server.isComplete()).isFalse();
  }

  @Test
  void plaintextIsNotOfferedWherePolicyForbidsIt() {
    assertThat(mechanism.getMechanismNames(null)).containsExactly("PLAIN");
    assertThat(mechanism.getMechanismNames(Map.of(Sasl.POLICY_NOPLAINTEXT, "true"))).isEmpty();
    assertThat(
            mechanism.createSaslServer(
                "PLAIN", "tsp", "x", Map.of(Sasl.POLICY_NOPLAINTEXT, "true"), callbacks -> {}))
        .isNull();
    assertThat(mechanism.createSaslServer("LOGIN", "tsp", "x", null, callbacks -> {})).isNull();
  }

  @Test
  @Promise("P8")
  void passwordNeverAppearsInObjectsOrErrors() {
    String canary = "canary-5f1e";
    StringWriter trace = new StringWriter();
    SaslServer server = server("alice", "secret1");
    SaslClient client = client("", "alice", canary + "\0");
    for (byte[] message :
        List.of(message("", "alice", canary), octets("\0\0" + canary), octets(canary))) {
      SaslServer fresh = server("alice", "secret1");
      catchThrowable(() -> fresh.evaluateResponse(message))
          .printStackTrace(new PrintWriter(trace, true));
    }
    catchThrowable(() -> client.evaluateChallenge(new byte[0]))
        .printStackTrace(new PrintWriter(trace, true));

    assertThat(trace + server.toString() + client).contains("Exception").doesNotContain(canary);
  }

  @Property
  void anyOctetsAreReadOrRefused(@ForAll @Size(max = 40) byte[] message) {
    try (PlainMessage read = PlainMessage.parse(message)) {
      assertThat(read.octets()).isEqualTo(message);
    } catch (SaslException refused) {
      assertThat(refused).hasMessageContaining("PLAIN");
    }
  }

  private SaslServer server(String user, String password) {
    return mechanism.createSaslServer("PLAIN", "tsp", "x", Map.of(), accounts(user, password));
  }

  private CallbackHandler accounts(String user, String password) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof PasswordCheckCallback asked) {
          passwordsSeen.add(asked.password());
          asked.verified(
              asked.user().equals(user) && Arrays.equals(asked.password(), password.toCharArray()));
        } else if (callback instanceof AuthorizeCallback asked) {
          asked.setAuthorized(asked.getAuthenticationID().equals(asked.getAuthorizationID()));
        }
      }
    };
  }

  private SaslClient client(String authorizationId, String user, String password) {
    CallbackHandler handler =
        callbacks -> {
          for (Callback callback : callbacks) {
            if (callback instanceof NameCallback asked) {
              asked.setName(user);
            } else if (callback instanceof PasswordCallback asked) {
              asked.setPassword(password.toCharArray());
            }
          }
        };
    return mechanism.createSaslClient(
        new String[] {"X", "PLAIN"}, authorizationId, "tsp", "x", Map.of(), handler);
  }

  private static byte[] message(String authorizationId, String user, String password) {
    return octets(authorizationId + "\0" + user + "\0" + password);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
