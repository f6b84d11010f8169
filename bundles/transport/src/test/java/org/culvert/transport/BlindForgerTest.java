package org.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody sends datagrams in the name of the address from which users log in, and acts upon none
 * of the answers. Two failed authentications of a source are allowed, and 20 datagrams at once.
 */
class BlindForgerTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final int FAILURES = 2;
  private static final int BURST = 20;

  private TransportSettings settings;
  private SignalingServer server;

  @BeforeEach
  void start() throws IOException {
    start(Fixtures.failing(1, FAILURES), List.of("*"));
  }

  private void start(TransportSettings.Limits limits, List<String> mechanisms) throws IOException {
    stop();
    TransportSettings some = Fixtures.settings(limits, Fixtures.LOOPBACK);
    settings =
        new TransportSettings(
            some.port(),
            some.addresses(),
            true,
            true,
            false,
            some.tlsPort(),
            some.realm(),
            some.tcpMechanisms(),
            MechanismPolicy.parse(mechanisms),
            some.tlsMechanisms(),
            limits,
            Optional.empty());
    server = Fixtures.startWithUsers(new FakeBroker(), settings);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** Says all that can be said blindly, one after the other; what is answered ends the wait. */
  private void says(String... texts) throws IOException {
    try (RawUdp forger = new RawUdp(settings.port())) {
      for (int i = 0; i < texts.length; i++) {
        forger.ask(240 + i, i, texts[i]);
      }
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(US_ASCII)) + "\r\n";
  }

  /** Logs in as a client that repeats itself once, and returns what ends it. */
  private String logsIn(String password) throws IOException {
    try (RawUdp owner = new RawUdp(settings.port())) {
      String capabilities = askTwice(owner, 240, VERSION);
      if (!capabilities.startsWith("CAPABILITY")) {
        return capabilities;
      }
      String challenge = askTwice(owner, 241, "AUTHENTICATE DIGEST-MD5\r\n");
      SaslClient client =
          Sasl.createSaslClient(
              new String[] {"DIGEST-MD5"},
              null,
              "tsp",
              "test",
              Map.of(),
              callbacks -> tell(callbacks, password));
      byte[] response = client.evaluateChallenge(Base64.getDecoder().decode(challenge.strip()));
      String proof = askTwice(owner, 242, Base64.getEncoder().encodeToString(response) + "\r\n");
      return proof.startsWith("cnNwYXV0aD") ? owner.ask(243, 9, "").text() : proof;
    }
  }

  private static String askTwice(RawUdp owner, int sequence, String text) throws IOException {
    owner.send(sequence, 1, text);
    Optional<RawUdp.Reply> reply = owner.receive(1_000);
    return reply.isPresent() ? reply.get().text() : owner.ask(sequence, 2, text).text();
  }

  private static void tell(Callback[] callbacks, String password) {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName(Users.ALICE);
      } else if (callback instanceof PasswordCallback secret) {
        secret.setPassword(password.toCharArray());
      } else if (callback instanceof RealmCallback realm) {
        realm.setText(realm.getDefaultText());
      }
    }
  }

  @Test
  @Threat("T9")
  void failuresWithoutANonceAreNoGuessesOfTheirSource() throws IOException {
    for (int i = 0; i < 5 * FAILURES; i++) {
      says(VERSION, "AUTHENTICATE DIGEST-MD5\r\n", base64("nonsense"));
      says(
          VERSION,
          "AUTHENTICATE DIGEST-MD5\r\n",
          base64("username=\"alice\",realm=\"test\",nonce=\"guessed\",nc=00000001"));
    }
    assertThat(logsIn(Users.PASSWORD)).startsWith("200 ");
  }

  /** The name is asked for before the nonce is sent: neither user nor network may pay for it. */
  @Test
  @Threat("T9")
  void failuresWithAnotherNonceAreNoGuessesAtAUser() throws IOException {
    for (int i = 0; i < 10 * FAILURES; i++) {
      says(
          VERSION,
          "AUTHENTICATE SCRAM-SHA-256\r\n",
          base64("n,,n=alice,r=blind"),
          base64("c=biws,r=blindly,p=" + "A".repeat(43) + "="));
    }
    assertThat(logsIn(Users.PASSWORD)).startsWith("200 ");
  }

  @Test
  @Threat("T9")
  void failuresWithTheNonceAreGuesses() throws IOException {
    for (int i = 0; i < FAILURES; i++) {
      assertThat(logsIn("wrong")).startsWith("300 ");
    }
    assertThat(logsIn(Users.PASSWORD)).startsWith("530 ");
  }

  /** Over UDP PLAIN is on only where it is written: there a blind message is a guess. */
  @Test
  @Threat("T9")
  void guessesByPlainAreLimitedAndCloseNothingElse() throws IOException {
    for (int i = 0; i < FAILURES; i++) {
      says(VERSION, "AUTHENTICATE PLAIN\r\n", "\0alice\0wrong\r\n");
    }
    try (RawUdp guesser = new RawUdp(settings.port())) {
      guesser.ask(240, 1, VERSION);
      guesser.ask(241, 2, "AUTHENTICATE PLAIN\r\n");
      String right = "\0alice\0" + Users.PASSWORD + "\r\n";
      assertThat(guesser.ask(242, 3, right).text()).startsWith("530 ");
    }
    assertThat(logsIn(Users.PASSWORD)).startsWith("200 ");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  @Promise("P5")
  @Threat("T6")
  void sessionsBeyondTheRateDropNobodyForLongerThanHeRepeatsHimself(int times) throws IOException {
    start(
        Fixtures.limits(Fixtures.LIMITS.phase(), 100, 2 * BURST, 1, BURST), List.of("*", "!PLAIN"));
    for (int i = 0; i < times * BURST; i++) {
      try (RawUdp forger = new RawUdp(settings.port())) {
        forger.send(240, 1, VERSION);
      }
    }
    assertThat(logsIn(Users.PASSWORD)).startsWith("200 ");
  }
}
