package org.culvert.sasl.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.sasl.scram.Exchange.octets;
import static org.culvert.sasl.scram.Exchange.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramServerTest {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String BOUND = "SCRAM-SHA-256-PLUS";

  // The first message.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,,",
        "n,,n=alice",
        "n,,r=abc",
        "n,,r=abc,n=alice",
        "n,,n=,r=abc",
        "n,,n=alice,r=",
        "n,,n=a=lice,r=abc",
        "n,,n=a=2clice,r=abc",
        "n,,n=a==2C3D,r=abc",
        "n,,n=ali\0ce,r=abc",
        "n,,n=alice,r=a bc",
        "n,,n=alice,r=\u00e4",
        "n,,n=alice,r=abc,",
        "n,,n=alice,r=abc,x",
        "n,,n=alice,r=abc,1=2",
        "n,,m=x,n=alice,r=abc",
        "n,a=,n=alice,r=abc",
        "n,b=bob,n=alice,r=abc",
        "n,a=b=ob,n=alice,r=abc",
        "N,,n=alice,r=abc",
        "x,,n=alice,r=abc",
        "p,,n=alice,r=abc",
        "p=,,n=alice,r=abc",
        "n=alice,r=abc"
      })
  void refusesFirstMessageThatIsNone(String message) {
    SaslServer server = new Exchange().server(PLAIN);

    assertThatThrownBy(() -> server.evaluateResponse(octets(message)))
        .isInstanceOf(SaslException.class)
        .hasMessageNotContaining("alice");
    assertThat(server.isComplete()).isFalse();
  }

  @Test
  void refusesOctetsThatAreNoText() {
    SaslServer server = new Exchange().server(PLAIN);
    byte[] message = octets("n,,n=alice,r=abc");
    message[6] = (byte) 0xC3;

    assertThatThrownBy(() -> server.evaluateResponse(message)).isInstanceOf(SaslException.class);
  }

  @Test
  void limitsMessagesAndNames() {
    String name = "n".repeat(ScramText.MAX_NAME);
    String nonce = "r".repeat(ScramText.MAX_MESSAGE - "n,,n=alice,r=".length());

    assertThatThrownBy(
            () -> new Exchange().server(PLAIN).evaluateResponse(octets("n,,n=" + name + "n,r=1")))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(
            () ->
                new Exchange()
                    .server(PLAIN)
                    .evaluateResponse(octets("n,,n=alice,r=" + nonce + "r")))
        .isInstanceOf(SaslException.class);
    assertThat(catchThrowable(() -> begin(new Exchange(), "n,,n=" + name + ",r=1"))).isNull();
    assertThat(catchThrowable(() -> begin(new Exchange(), "n,,n=alice,r=" + nonce))).isNull();
  }

  @Test
  void passesOverExtensionsThatNeedNotBeUnderstood() throws Exception {
    assertThat(begin(new Exchange(), "n,,n=alice,r=abc,x=1,z=")).startsWith("r=abc");
  }

  @Test
  void readsNamesWithCommasAndEqualsSigns() throws Exception {
    Exchange exchange = new Exchange();
    exchange.here.as("a,b=c=2C", "pencil");
    exchange.there.with(
        "a,b=c=2C", Accounts.secret(ScramAlgorithm.SHA_256, "pencil", Exchange.SALT, 4096));

    assertThat(exchange.run(PLAIN)).isEqualTo("a,b=c=2C");
  }

  @Test
  @Threat("T11")
  void neverUsesNonceTwice() throws Exception {
    Exchange exchange = new Exchange();
    Set<String> nonces = new HashSet<>();

    for (int i = 0; i < 1000; i++) {
      String nonce = begin(exchange, "n,,n=alice,r=x").split(",", -1)[0].substring("r=x".length());
      assertThat(nonce).hasSizeGreaterThanOrEqualTo(128 / 6 + 1);
      nonces.add(nonce);
    }

    assertThat(nonces).hasSize(1000);
  }

  // Channel binding.

  @ParameterizedTest
  @ValueSource(
      strings = {ChannelBindingCallback.TLS_EXPORTER, ChannelBindingCallback.TLS_SERVER_END_POINT})
  void bindsToChannels(String type) throws Exception {
    Exchange exchange = Exchange.over(type);

    assertThat(exchange.run(BOUND)).isEqualTo("alice");
    assertThat(text(exchange.client(BOUND).evaluateChallenge(new byte[0])))
        .startsWith("p=" + type + ",,");
  }

  @Test
  @Threat("T10")
  void refusesClientAtAnotherEndOfTheChannel() {
    Exchange exchange = Exchange.over(ChannelBindingCallback.TLS_EXPORTER);
    exchange.there.bound(ChannelBindingCallback.TLS_EXPORTER, (byte) 1, (byte) 2);

    assertThatThrownBy(() -> exchange.run(BOUND)).isInstanceOf(AuthenticationException.class);
  }

  @Test
  void refusesBindingThatIsNotThere() {
    assertThatThrownBy(() -> begin(new Exchange(), BOUND, "p=tls-exporter,,n=alice,r=abc"))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(
            () ->
                begin(
                    Exchange.over(ChannelBindingCallback.TLS_EXPORTER),
                    BOUND,
                    "p=tls-unique,,n=alice,r=abc"))
        .isInstanceOf(SaslException.class);
  }

  @Test
  void holdsClientToTheNameOfItsMechanism() {
    Exchange exchange = Exchange.over(ChannelBindingCallback.TLS_EXPORTER);

    assertThatThrownBy(() -> begin(exchange, PLAIN, "p=tls-exporter,,n=alice,r=abc"))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> begin(exchange, BOUND, "n,,n=alice,r=abc"))
        .isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> begin(exchange, BOUND, "y,,n=alice,r=abc"))
        .isInstanceOf(SaslException.class);
  }

  @Test
  @Threat("T10")
  void refusesClientThatWasKeptFromBinding() throws Exception {
    Exchange stripped = Exchange.over(ChannelBindingCallback.TLS_EXPORTER);
    stripped.offerSeen = false;
    Exchange honest = new Exchange();
    honest.here.bound(ChannelBindingCallback.TLS_EXPORTER, Exchange.CHANNEL);

    assertThatThrownBy(() -> stripped.run(PLAIN)).hasMessageContaining("kept from knowing");
    assertThat(honest.run(PLAIN)).isEqualTo("alice");
  }

  @Test
  void letsClientsThatCannotBindDoWithout() throws Exception {
    Exchange exchange = new Exchange();
    exchange.offerMade = true;
    exchange.offerSeen = true;

    assertThat(exchange.run(PLAIN)).isEqualTo("alice");
  }

  // The last message.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws",
        "c=biws,r=NONCE",
        "r=NONCE,c=biws,p=PROOF",
        "c=biws,p=PROOF",
        "c=biws,r=NONCE,p=PROOF,x=1",
        "c=biws,r=NONCEx,p=PROOF",
        "c=biws,r=abc,p=PROOF",
        "c=eSws,r=NONCE,p=PROOF",
        "c=,r=NONCE,p=PROOF",
        "c=biws,r=NONCE,p=",
        "c=biws,r=NONCE,p=AAAA",
        "c=biws,r=NONCE,p=*",
        "m=1,c=biws,r=NONCE,p=PROOF"
      })
  @Threat("T18")
  void refusesLastMessageThatIsNone(String message) throws Exception {
    Exchange exchange = new Exchange();
    SaslClient client = exchange.client(PLAIN);
    SaslServer server = exchange.server(PLAIN);
    byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
    String last = text(client.evaluateChallenge(challenge));
    String nonce = last.split(",", -1)[1].substring(2);
    String proof = last.substring(last.indexOf(",p=") + 3);

    assertThatThrownBy(
            () ->
                server.evaluateResponse(
                    octets(message.replace("NONCE", nonce).replace("PROOF", proof))))
        .isInstanceOf(SaslException.class);
    assertThat(server.isComplete()).isFalse();
    assertThatThrownBy(() -> server.evaluateResponse(octets(last)))
        .as("no second try")
        .isInstanceOf(SaslException.class);
  }

  @Test
  @Threat("T18")
  void refusesRepeatedExchange() throws Exception {
    Exchange exchange = new Exchange();
    SaslClient client = exchange.client(PLAIN);
    SaslServer server = exchange.server(PLAIN);
    byte[] first = client.evaluateChallenge(new byte[0]);
    byte[] last = client.evaluateChallenge(server.evaluateResponse(first));
    server.evaluateResponse(last);

    SaslServer another = exchange.server(PLAIN);
    another.evaluateResponse(first);

    assertThatThrownBy(() -> another.evaluateResponse(last)).isInstanceOf(SaslException.class);
    assertThatThrownBy(() -> server.evaluateResponse(last)).isInstanceOf(SaslException.class);
  }

  @Test
  void refusesEveryMessageWithOneBitTurned() throws Exception {
    Exchange exchange = Exchange.over(ChannelBindingCallback.TLS_EXPORTER);
    SaslClient client = exchange.client(BOUND);
    SaslServer probe = exchange.server(BOUND);
    byte[] first = client.evaluateChallenge(new byte[0]);
    byte[] last = client.evaluateChallenge(probe.evaluateResponse(first));
    int tried = 0;
    for (int bit = 0; bit < last.length * Byte.SIZE; bit++) {
      byte[] turned = last.clone();
      turned[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
      // The same exchange again, since a server has one only.
      ScramMechanism same = new ScramMechanism(() -> nonceOf(last, first), new byte[1]);
      SaslServer server = same.createSaslServer(BOUND, "tsp", "realm", null, exchange.there);
      server.evaluateResponse(first);

      assertThatThrownBy(() -> server.evaluateResponse(turned))
          .as("bit %d", bit)
          .isInstanceOf(SaslException.class);
      tried++;
    }
    ScramMechanism same = new ScramMechanism(() -> nonceOf(last, first), new byte[1]);
    SaslServer server = same.createSaslServer(BOUND, "tsp", "realm", null, exchange.there);
    server.evaluateResponse(first);
    server.evaluateResponse(last);
    assertThat(server.isComplete()).as("the message itself is good").isTrue();
    assertThat(tried).isGreaterThan(500);
  }

  @Test
  void noticesEveryBitTurnedInTheFirstMessage() throws Exception {
    Exchange exchange = new Exchange();
    byte[] first = exchange.client(PLAIN).evaluateChallenge(new byte[0]);
    for (int bit = 0; bit < first.length * Byte.SIZE; bit++) {
      SaslClient client = exchange.client(PLAIN);
      SaslServer server = exchange.server(PLAIN);
      byte[] turned = client.evaluateChallenge(new byte[0]);
      turned[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));

      Throwable failure =
          catchThrowable(
              () -> {
                byte[] challenge = server.evaluateResponse(turned);
                server.evaluateResponse(client.evaluateChallenge(challenge));
              });

      assertThat(failure).as("bit %d", bit).isInstanceOf(SaslException.class);
      assertThat(server.isComplete()).isFalse();
    }
  }

  private static String nonceOf(byte[] last, byte[] first) {
    String clientNonce = text(first).split(",r=", -1)[1];
    return text(last).split(",", -1)[1].substring(2 + clientNonce.length());
  }

  // Users.

  @Test
  @Threat("T9")
  void nobodyCanTellWhoExists() throws Exception {
    Exchange exchange = new Exchange();
    String known = begin(exchange, "n,,n=alice,r=abc");
    String unknown = begin(exchange, "n,,n=bob,r=abc");
    String again = begin(exchange, "n,,n=bob,r=abc");
    String other = begin(exchange, "n,,n=carol,r=abc");

    assertThat(saltAndIterations(again)).isEqualTo(saltAndIterations(unknown));
    assertThat(saltAndIterations(other)).isNotEqualTo(saltAndIterations(unknown));
    assertThat(unknown).hasSameSizeAs(known);
    exchange.here.as("bob", "pencil");
    Throwable nobody = catchThrowable(() -> exchange.run(PLAIN));
    exchange.here.as("alice", "wrong");
    Throwable wrong = catchThrowable(() -> exchange.run(PLAIN));
    assertThat(nobody).isInstanceOf(AuthenticationException.class).hasMessage(wrong.getMessage());
  }

  @Test
  void decoysLookLikeTheSecretsOfTheStore() throws Exception {
    for (int size : new int[] {1, 16, 33, 100}) {
      Exchange exchange = new Exchange();
      exchange.there.with(
          "alice", Accounts.secret(ScramAlgorithm.SHA_256, "pencil", new byte[size], 5000));

      String known = begin(exchange, "n,,n=alice,r=abc");
      String unknown = begin(exchange, "n,,n=bob,r=abc");

      assertThat(unknown).endsWith(",i=5000").hasSameSizeAs(known);
      assertThat(begin(exchange, "SCRAM-SHA-1", "n,,n=bob,r=abc"))
          .as("other mechanisms have other secrets")
          .endsWith(",i=50000");
    }
  }

  @Test
  void decoysOutliveRestarts(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("decoys");
    String before = saltOfNobody(DecoyKey.keptIn(file));
    String after = saltOfNobody(DecoyKey.keptIn(file));

    assertThat(after).isEqualTo(before);
    assertThat(saltOfNobody(DecoyKey.random())).isNotEqualTo(before);
    assertThat(Files.getPosixFilePermissions(file))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  }

  @Test
  void decoysAreMadeWhereNothingCanBeKept(@TempDir Path directory) throws Exception {
    Path broken = directory.resolve("broken");
    Files.write(broken, new byte[3]);

    assertThat(DecoyKey.keptIn(broken)).hasSize(32).isEqualTo(DecoyKey.keptIn(broken));
    assertThat(DecoyKey.keptIn(directory.resolve("missing").resolve("decoys"))).hasSize(32);
    assertThat(DecoyKey.keptIn(directory)).as("no file at all").hasSize(32);
  }

  private static String saltOfNobody(byte[] key) throws SaslException {
    SaslServer server =
        new ScramMechanism(() -> "x", key)
            .createSaslServer(PLAIN, "tsp", "realm", null, new Accounts());
    return saltAndIterations(text(server.evaluateResponse(octets("n,,n=bob,r=abc"))));
  }

  @Test
  void userMayActForHimselfButNotForAnother() throws Exception {
    Exchange own = new Exchange();
    own.authorizationId = "alice";
    Exchange foreign = new Exchange();
    foreign.authorizationId = "root";

    assertThat(own.run(PLAIN)).isEqualTo("alice");
    assertThatThrownBy(() -> foreign.run(PLAIN)).isInstanceOf(AuthenticationException.class);
  }

  @Test
  void tellsNothingBeforeItHasSucceeded() throws Exception {
    SaslServer server = new Exchange().server(PLAIN);
    server.evaluateResponse(octets("n,,n=alice,r=abc"));

    assertThatThrownBy(server::getAuthorizationID).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> server.getNegotiatedProperty("x"))
        .isInstanceOf(IllegalStateException.class);
    server.dispose();
    assertThatThrownBy(() -> server.evaluateResponse(octets("c=biws,r=abc,p=")))
        .isInstanceOf(SaslException.class);
  }

  private static String begin(Exchange exchange, String message) throws SaslException {
    return begin(exchange, PLAIN, message);
  }

  private static String begin(Exchange exchange, String mechanism, String message)
      throws SaslException {
    return text(exchange.server(mechanism).evaluateResponse(octets(message)));
  }

  private static String saltAndIterations(String challenge) {
    return String.join(",", Arrays.copyOfRange(challenge.split(",", -1), 1, 3));
  }
}
