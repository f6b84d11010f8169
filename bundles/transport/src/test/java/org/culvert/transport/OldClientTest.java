package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.SaslClient;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.sasl.digestmd5.DigestMd5Mechanism;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients in the field do and count on, octet for octet, with the mechanisms that we have. */
class OldClientTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final String CREATE =
      UdpServerTest.frame(
          "<tunnel action=\"create\" type=\"v6v4\" proxy=\"no\">\r\n <client>\r\n"
              + "  <address type=\"ipv4\">127.0.0.1</address>\r\n </client>\r\n</tunnel>\r\n");
  private static final String ACCEPT =
      UdpServerTest.frame("<tunnel action=\"accept\"></tunnel>\r\n");
  private static final String CREDENTIALS = "\0alice\0" + Users.PASSWORD + "\r\n";

  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;

  @BeforeEach
  void start() throws IOException {
    TransportSettings usual = Fixtures.settings(Fixtures.LIMITS);
    // These clients are there for operators who still have them; PLAIN is theirs to allow.
    MechanismPolicy all = MechanismPolicy.parse(List.of("*"));
    settings =
        new TransportSettings(
            usual.port(),
            usual.addresses(),
            true,
            true,
            false,
            usual.tlsPort(),
            usual.realm(),
            all,
            all,
            all,
            usual.limits(),
            Optional.empty());
    server = Fixtures.startWithUsers(broker, settings);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> users() {
    return server.sessions().stream().flatMap((SessionSummary s) -> s.user().stream()).toList();
  }

  /** One read of 4096 octets for each reply, and no second one. */
  private final class OneRead implements AutoCloseable {
    private final Socket socket;

    OneRead() throws IOException {
      socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(Fixtures.LOOPBACK, settings.port()));
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    String read() throws IOException {
      byte[] buffer = new byte[4096];
      int length = socket.getInputStream().read(buffer);
      return length < 0 ? "" : new String(Arrays.copyOf(buffer, length), ISO_8859_1);
    }

    String ask(String text) throws IOException {
      send(text);
      return read();
    }

    boolean silent(int millis) throws IOException {
      socket.setSoTimeout(millis);
      try {
        return read().isEmpty();
      } catch (SocketTimeoutException e) {
        return true;
      } finally {
        socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  // TCP.

  @Test
  void capabilitiesComeInOneReadAndNameWhatOldClientsKnow() throws IOException {
    try (OneRead client = new OneRead()) {
      String line = client.ask(VERSION);

      assertThat(line)
          .startsWith("CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 ")
          .endsWith("\r\n")
          .doesNotContain("  ");
      assertThat(line.strip().split(" "))
          .contains("AUTH=DIGEST-MD5", "AUTH=PLAIN", "AUTH=ANONYMOUS");
    }
  }

  @Test
  void nulAfterAuthenticateIsNoPartOfWhatFollows() throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);

      assertThat(client.ask("AUTHENTICATE ANONYMOUS\r\n\0")).isEqualTo("200 Success\r\n");
      assertThat(client.ask(CREATE)).startsWith("Content-length: ").contains("200 Success");
    }
  }

  @Test
  void plainOnTcpIsAnsweredOnceAndNotBeforeTheCredentials() throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);
      client.send("AUTHENTICATE PLAIN\r\n\0");
      assertThat(client.silent(300)).isTrue();

      assertThat(client.ask(CREDENTIALS)).isEqualTo("200 Success\r\n");
      assertThat(users()).containsExactly("alice");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void plainOnTcpMayComeInOnePieceOrMany(boolean pieces) throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);
      String all = "AUTHENTICATE PLAIN\r\n\0" + CREDENTIALS;
      if (pieces) {
        for (char c : all.toCharArray()) {
          client.send(String.valueOf(c));
        }
      } else {
        client.send(all);
      }

      assertThat(client.read()).isEqualTo("200 Success\r\n");
      assertThat(client.silent(200)).isTrue();
    }
  }

  @Test
  void wrongPlainPasswordIs300AndTheEnd() throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);

      assertThat(client.ask("AUTHENTICATE PLAIN\r\n\0\0alice\0wrong\r\n"))
          .isEqualTo("300 Authentication failed\r\n");
      assertThat(client.read()).isEmpty();
    }
  }

  @Test
  void lastWordOfDigestMd5AndVerdictComeInTwoReads() throws Exception {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);
      String challenge = client.ask("AUTHENTICATE DIGEST-MD5\r\n\0");
      SaslClient digest = digest();
      String response = answer(digest, challenge);

      String proof = client.ask(response + "\r\n");
      String verdict = client.read();

      assertThat(decoded(proof)).matches("rspauth=[0-9a-f]{32}");
      assertThat(verdict).isEqualTo("200 Success\r\n");
      digest.evaluateChallenge(decoded(proof).getBytes(ISO_8859_1));
      assertThat(digest.isComplete()).isTrue();
    }
  }

  @Test
  void digestChallengeIsOneThatOldClientsSurvive() throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);

      String challenge = decoded(client.ask("AUTHENTICATE DIGEST-MD5\r\n\0"));

      assertThat(challenge)
          .contains("realm=\"test\"", "qop=\"auth\"", "charset=utf-8")
          .doesNotContain(", ")
          .containsPattern("nonce=\"[A-Za-z0-9/.-]+\"");
    }
  }

  @Test
  void connectionStaysOpenAfterAcceptAndNeedNotBeRead() throws IOException {
    try (OneRead client = new OneRead()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE ANONYMOUS\r\n\0");
      client.ask(CREATE);
      client.send(ACCEPT);

      Fixtures.await(() -> broker.calls.contains("accept"));
      assertThat(server.sessions()).hasSize(1);
    }
    Fixtures.await(() -> server.sessions().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: broker.example\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\r\n\r\n\r\nhelo\n",
        "VERSION=two\r\n",
        "AUTHENTICATE ANONYMOUS\r\n",
      })
  void whatIsNoTspIsToldSoAndClosed(String text) throws IOException {
    try (OneRead client = new OneRead()) {
      assertThat(client.ask(text)).isEqualTo("302 Unsupported client version\r\n");
      assertThat(client.read()).isEmpty();
    }
    assertThat(server.sessions()).isEmpty();
  }

  @Test
  void clientHelloOfTlsOnThePlainPortIsToldSoAndClosed() throws IOException {
    byte[] hello = new byte[300];
    System.arraycopy(new byte[] {0x16, 3, 1, 1, 0x27, 1, 0, 1, 0x23, 3, 3}, 0, hello, 0, 11);
    Arrays.fill(hello, 11, hello.length, (byte) 'x');
    try (OneRead client = new OneRead()) {
      client.socket.getOutputStream().write(hello);

      assertThat(client.read()).isEqualTo("302 Unsupported client version\r\n");
      assertThat(client.read()).isEmpty();
    }
    assertThat(server.sessions()).isEmpty();
  }

  // UDP.

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 240, 0x0FFF_FFFE})
  void anyFirstNumberIsTaken(int first) throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      assertThat(client.ask(first, 7, VERSION).text()).startsWith("CAPABILITY ");
      assertThat(client.ask(first + 1, 8, "AUTHENTICATE ANONYMOUS\r\n\0").text())
          .isEqualTo("200 Success\r\n");
    }
  }

  @Test
  void backspaceEndsLineOnUdpAsNulDoes() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(0, 1, VERSION);

      assertThat(client.ask(1, 2, "AUTHENTICATE ANONYMOUS\r\b").text())
          .isEqualTo("200 Success\r\n");
    }
  }

  @Test
  void plainOnUdpIsAcknowledgedByNothing() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);

      assertThat(client.ask(241, 2, "AUTHENTICATE PLAIN\r\n\0").text()).isEmpty();
      assertThat(client.ask(242, 3, CREDENTIALS).text()).isEqualTo("200 Success\r\n");
      assertThat(users()).containsExactly("alice");
    }
  }

  @Test
  void repetitionAfterTheEndOfTheSessionIsAnsweredUnderItsNewTimestamp() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);
      client.ask(241, 2, "AUTHENTICATE PLAIN\r\n\0");
      String refusal = client.ask(242, 3, "\0alice\0wrong\r\n").text();
      assertThat(refusal).startsWith("300 ");
      Fixtures.await(() -> server.sessions().isEmpty());

      assertThat(client.ask(242, 2003, "\0alice\0wrong\r\n"))
          .isEqualTo(new RawUdp.Reply(242, 2003, refusal));
      assertThat(server.refusals()).containsEntry("authentication failed", 1L);
    }
  }

  @Test
  void verdictOfDigestMd5IsFetchedByPoll() throws Exception {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);
      String challenge = client.ask(241, 2, "AUTHENTICATE DIGEST-MD5\r\n\0").text();
      String proof = client.ask(242, 3, answer(digest(), challenge) + "\r\n").text();

      assertThat(decoded(proof)).startsWith("rspauth=");
      assertThat(client.ask(243, 4, "")).isEqualTo(new RawUdp.Reply(243, 4, "200 Success\r\n"));
      assertThat(client.ask(243, 9, "")).isEqualTo(new RawUdp.Reply(243, 9, "200 Success\r\n"));
    }
  }

  @Test
  void echoRequestIsAnsweredInTheMidstOfSessionAndChangesNothing() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);

      assertThat(client.ask(240, 2, "ECHO REQUEST"))
          .isEqualTo(new RawUdp.Reply(240, 2, "200 Success\r\n"));
      assertThat(client.ask(241, 3, "AUTHENTICATE ANONYMOUS\r\n\0").text()).startsWith("200 ");
    }
  }

  /** Whoever heard a whole exchange can say it again, and it is worth nothing. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1, false", "127.0.0.1, true", "127.0.0.2, false"})
  void replayOfDigestMd5IsRefused(String from, boolean sameNumbers) throws Exception {
    String response;
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);
      String challenge = client.ask(241, 2, "AUTHENTICATE DIGEST-MD5\r\n\0").text();
      response = answer(digest(), challenge) + "\r\n";
      client.ask(242, 3, response);
      client.ask(243, 4, "");
      client.ask(244, 5, CREATE);
    }
    assertThat(broker.calls).containsExactly("offer");
    int first = sameNumbers ? 240 : 4_000;

    try (RawUdp replayer = new RawUdp(from, settings.port())) {
      replayer.ask(first, 1, VERSION);
      replayer.ask(first + 1, 2, "AUTHENTICATE DIGEST-MD5\r\n\0");
      assertThat(replayer.ask(first + 2, 3, response).text())
          .isEqualTo("300 Authentication failed\r\n");
      assertThat(replayer.ask(first + 4, 5, CREATE).text()).startsWith("302 ");
    }

    assertThat(broker.calls).containsExactly("offer");
  }

  private static SaslClient digest() throws Exception {
    return Optional.ofNullable(
            new DigestMd5Mechanism()
                .createSaslClient(
                    new String[] {"DIGEST-MD5"},
                    null,
                    "tsp",
                    "broker",
                    Map.of(),
                    callbacks -> {
                      for (Callback callback : callbacks) {
                        if (callback instanceof NameCallback name) {
                          name.setName(Users.ALICE);
                        } else if (callback instanceof PasswordCallback password) {
                          password.setPassword(Users.PASSWORD.toCharArray());
                        } else if (callback instanceof RealmCallback realm) {
                          realm.setText(realm.getDefaultText());
                        }
                      }
                    }))
        .orElseThrow();
  }

  private static String answer(SaslClient digest, String challenge) throws IOException {
    return Base64.getEncoder()
        .encodeToString(digest.evaluateChallenge(decoded(challenge).getBytes(ISO_8859_1)));
  }

  private static String decoded(String line) {
    return new String(Base64.getDecoder().decode(line.strip()), StandardCharsets.ISO_8859_1);
  }
}
