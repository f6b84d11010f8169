package org.culvert.sasl.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.sasl.scram.Exchange.octets;
import static org.culvert.sasl.scram.Exchange.text;

import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramClientTest {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String BOUND = "SCRAM-SHA-256-PLUS";

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-1", "SCRAM-SHA-256"})
  void agreesWithTheServer(String mechanism) throws Exception {
    assertThat(new Exchange().run(mechanism)).isEqualTo("alice");
    assertThat(Exchange.over(ChannelBindingCallback.TLS_EXPORTER).run(mechanism + "-PLUS"))
        .isEqualTo("alice");
  }

  @Property(tries = 50)
  void agreesWithTheServerOnAnyNameAndPassword(
      @ForAll @StringLength(min = 1, max = 60) @CharRange(from = ' ', to = '~') String user,
      @ForAll @StringLength(min = 1, max = 60) @CharRange(from = ' ', to = '~') String password)
      throws Exception {
    Exchange exchange = new Exchange();
    exchange.here.as(user, password);
    exchange.there.with(
        user, Accounts.secret(ScramAlgorithm.SHA_256, password, Exchange.SALT, 4096));

    assertThat(exchange.run(PLAIN)).isEqualTo(user);
  }

  @Property
  void writesFirstMessageThatReadsTheSame(
      @ForAll @StringLength(min = 1, max = 40) String user,
      @ForAll @StringLength(max = 40) String authorizationId,
      @ForAll @StringLength(min = 1, max = 40) @CharRange(from = '-', to = '~') String nonce)
      throws Exception {
    Gs2Header header =
        new Gs2Header(Gs2Header.Flag.BOUND, "tls-exporter", writable(authorizationId));
    ClientFirst message = ClientFirst.of(header, "u" + writable(user), nonce);

    assertThat(ClientFirst.parse(message.write())).isEqualTo(message);
  }

  private static String writable(String text) {
    return text(octets(text)).replace("\0", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00ad", "\u00ad\u200b", "\u0007", "\u0627\u0031"})
  void refusesNameAndPasswordThatCannotBePrepared(String unfit) {
    Exchange name = new Exchange();
    name.here.as(unfit, "pencil");
    Exchange password = new Exchange();
    password.here.as("alice", unfit);

    for (Exchange exchange : new Exchange[] {name, password}) {
      assertThatThrownBy(() -> exchange.client(PLAIN).evaluateChallenge(new byte[0]))
          .isInstanceOf(SaslException.class)
          .hasMessageContaining("SASLprep");
    }
  }

  // Channel binding.

  @Test
  void prefersBindingToTheConnection() throws Exception {
    Exchange both = Exchange.over(ChannelBindingCallback.TLS_SERVER_END_POINT);
    both.here.bound(ChannelBindingCallback.TLS_EXPORTER, (byte) 1);

    assertThat(text(both.client(BOUND).evaluateChallenge(new byte[0])))
        .startsWith("p=tls-exporter,,n=alice,r=");
  }

  @ParameterizedTest
  @CsvSource({"false, false, n", "true, true, n", "false, true, n", "true, false, y"})
  void saysWhatItThinksOfBinding(boolean able, boolean offered, String flag) throws Exception {
    Exchange exchange = new Exchange();
    exchange.offerSeen = offered;
    if (able) {
      exchange.here.bound(ChannelBindingCallback.TLS_SERVER_END_POINT, (byte) 1);
    }

    assertThat(text(exchange.client(PLAIN).evaluateChallenge(new byte[0])))
        .startsWith(flag + ",,n=alice,r=");
  }

  @Test
  void doesNotPretendToBind() {
    assertThatThrownBy(() -> new Exchange().client(BOUND).evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void asksNothingOfHandlersThatDoNotKnowBinding() throws Exception {
    CallbackHandler old =
        callbacks -> {
          for (var callback : callbacks) {
            if (callback instanceof NameCallback name) {
              name.setName("alice");
            } else if (callback instanceof PasswordCallback password) {
              password.setPassword("pencil".toCharArray());
            } else {
              throw new UnsupportedCallbackException(callback);
            }
          }
        };
    SaslClient client =
        new ScramMechanism()
            .createSaslClient(new String[] {PLAIN}, null, "tsp", "broker", null, old);

    assertThat(text(client.evaluateChallenge(new byte[0]))).startsWith("n,,n=alice,r=");
  }

  // The server's messages.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "r=NONCE,s=AQID,i=4096",
        "r=abcdef,s=AQID,i=4096",
        "r=NONCExyz,s=AQID",
        "r=NONCExyz,i=4096,s=AQID",
        "s=AQID,r=NONCExyz,i=4096",
        "r=NONCExyz,s=,i=4096",
        "r=NONCExyz,s=*,i=4096",
        "r=NONCExyz,s=AQI,i=4096",
        "r=NONCExyz,s=AQID,i=",
        "r=NONCExyz,s=AQID,i=0",
        "r=NONCExyz,s=AQID,i=-4096",
        "r=NONCExyz,s=AQID,i=04096",
        "r=NONCExyz,s=AQID,i=1",
        "r=NONCExyz,s=AQID,i=4095",
        "r=NONCExyz,s=AQID,i=10000001",
        "r=NONCExyz,s=AQID,i=99999999999999",
        "r=NONCExyz,s=AQID,i=4096.0",
        "m=1,r=NONCExyz,s=AQID,i=4096",
        "e=other-error",
        "v=AQID"
      })
  void refusesFirstMessageThatIsNone(String message) throws Exception {
    SaslClient client = new Exchange().client(PLAIN);
    String nonce = text(client.evaluateChallenge(new byte[0])).split(",r=", -1)[1];

    assertThatThrownBy(() -> client.evaluateChallenge(octets(message.replace("NONCE", nonce))))
        .isInstanceOf(SaslException.class);
    assertThat(client.isComplete()).isFalse();
    assertThatThrownBy(() -> client.evaluateChallenge(octets("r=" + nonce + "x,s=AQID,i=4096")))
        .as("no second try")
        .isInstanceOf(SaslException.class);
  }

  @Test
  void takesTheFewestIterationsAndPassesOverExtensions() throws Exception {
    SaslClient client = new Exchange().client(PLAIN);
    String nonce = text(client.evaluateChallenge(new byte[0])).split(",r=", -1)[1];

    assertThat(text(client.evaluateChallenge(octets("r=" + nonce + "x,s=AQID,i=4096,x=y"))))
        .startsWith("c=biws,r=" + nonce + "x,p=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v=",
        "v=AQID",
        "v=*",
        "x=SIGNATURE",
        "SIGNATURE",
        "m=1,v=SIGNATURE",
        "e=invalid-proof",
        "e=v=SIGNATURE"
      })
  @Threat("T21")
  void trustsNoServerThatDoesNotSign(String message) throws Exception {
    Exchange exchange = new Exchange();
    SaslClient client = exchange.client(PLAIN);
    String signature = text(outcome(exchange, client)).substring(2);

    assertThatThrownBy(
            () -> client.evaluateChallenge(octets(message.replace("SIGNATURE", signature))))
        .isInstanceOf(SaslException.class);
    assertThat(client.isComplete()).isFalse();
  }

  @Test
  void trustsNoSignatureWithOneBitTurned() throws Exception {
    Exchange exchange = new Exchange();
    int length = outcome(exchange, exchange.client(PLAIN)).length;
    for (int bit = 0; bit < length * Byte.SIZE; bit++) {
      SaslClient client = exchange.client(PLAIN);
      byte[] turned = outcome(exchange, client);
      turned[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));

      assertThatThrownBy(() -> client.evaluateChallenge(turned))
          .as("bit %d", bit)
          .isInstanceOf(SaslException.class);
      assertThat(client.isComplete()).isFalse();
    }
  }

  @Test
  void isRefusedWithTheWrongPassword() throws Exception {
    Exchange exchange = new Exchange();
    exchange.there.with(
        "alice", Accounts.secret(ScramAlgorithm.SHA_256, "pencil2", Exchange.SALT, 4096));
    SaslClient client = exchange.client(PLAIN);
    SaslServer server = exchange.server(PLAIN);
    byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
    byte[] last = client.evaluateChallenge(challenge);

    assertThatThrownBy(() -> server.evaluateResponse(last))
        .isInstanceOf(AuthenticationException.class);
  }

  private static byte[] outcome(Exchange exchange, SaslClient client) throws SaslException {
    SaslServer server = exchange.server(PLAIN);
    byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
    return server.evaluateResponse(client.evaluateChallenge(challenge));
  }

  // Names and passwords.

  @Test
  void preparesNamesAndPasswords() throws Exception {
    Exchange exchange = new Exchange();
    exchange.here.as("\u2168\u00aa", "pen\u00adcil\u00a0x");
    exchange.there.with(
        "IXa", Accounts.secret(ScramAlgorithm.SHA_256, "pencil x", Exchange.SALT, 4096));

    assertThat(exchange.run(PLAIN)).isEqualTo("IXa");
  }

  @ParameterizedTest
  @CsvSource({"alice, ''", "alice, '\u0007'", "'\u0007', pencil", "'\u0627\u0031', pencil"})
  void refusesNamesAndPasswordsThatCannotBePrepared(String user, String password) {
    Exchange exchange = new Exchange();
    exchange.here.as(user, password);

    assertThatThrownBy(() -> exchange.client(PLAIN).evaluateChallenge(new byte[0]))
        .isInstanceOf(SaslException.class);
  }

  @Test
  @Promise("P8")
  void hidesThePasswordInWhatItThrows() {
    Exchange exchange = new Exchange();
    exchange.here.as("alice", "canary\u0007");

    assertThatThrownBy(() -> exchange.client(PLAIN).evaluateChallenge(new byte[0]))
        .hasMessageNotContaining("canary")
        .hasNoCause();
  }

  @Test
  void isOverWhenDisposedOf() {
    SaslClient client = new Exchange().client(PLAIN);

    assertThatThrownBy(
            () -> {
              client.dispose();
              client.evaluateChallenge(new byte[0]);
            })
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> client.getNegotiatedProperty(Sasl.QOP))
        .isInstanceOf(IllegalStateException.class);
  }

  // The factory.

  @Test
  void factoryMakesWhatItNames() {
    ScramMechanism mechanism = new ScramMechanism();
    Accounts accounts = new Accounts();

    assertThat(mechanism.getMechanismNames(null))
        .containsExactly(BOUND, PLAIN, "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1");
    for (String name : mechanism.getMechanismNames(Map.of())) {
      assertThat(mechanism.createSaslServer(name, "tsp", "x", null, accounts).getMechanismName())
          .isEqualTo(name);
      assertThat(
              mechanism
                  .createSaslClient(new String[] {"X", name}, null, "tsp", "x", null, accounts)
                  .getMechanismName())
          .isEqualTo(name);
    }
    assertThat(mechanism.createSaslServer("SCRAM-SHA-512", "tsp", "x", null, accounts)).isNull();
    assertThat(mechanism.createSaslClient(new String[0], null, "tsp", "x", null, accounts))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    Sasl.POLICY_NOPLAINTEXT + ", true",
    Sasl.POLICY_NOANONYMOUS + ", true",
    Sasl.POLICY_NOACTIVE + ", true",
    Sasl.POLICY_NODICTIONARY + ", false",
    Sasl.POLICY_FORWARD_SECRECY + ", false",
    Sasl.POLICY_PASS_CREDENTIALS + ", false"
  })
  void factoryKeepsPolicies(String policy, boolean kept) {
    ScramMechanism mechanism = new ScramMechanism();
    Map<String, String> props = Map.of(policy, "true");

    assertThat(mechanism.getMechanismNames(props).length > 0).isEqualTo(kept);
    assertThat(mechanism.createSaslServer(PLAIN, "tsp", "x", props, new Accounts()) != null)
        .isEqualTo(kept);
  }
}
