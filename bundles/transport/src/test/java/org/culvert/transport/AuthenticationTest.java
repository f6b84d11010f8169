package org.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our client and our server with the mechanisms that we have: who gets in, how, and where. */
class AuthenticationTest {
  @TempDir private Path directory;
  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;
  private SignalingClient client;
  private TestTls clientsOwn;
  private TestTls tls;

  @BeforeEach
  void start() throws Exception {
    clientsOwn = TestTls.in(directory.resolve("client"), Map.of());
    tls =
        TestTls.in(
            directory.resolve("server"),
            Map.of(
                "client_certificates",
                "optional",
                "client_users",
                new String[] {clientsOwn.fingerprint() + "=alice"}));
    settings = Fixtures.settings(Fixtures.LIMITS);
    server = Fixtures.startWithUsers(broker, settings);
    server.bindTls(tls.server());
    client = new SignalingClient();
    client.factories = Users.clientMechanisms();
    client.tls = tls.client(Map.of());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private SignalingExchange ask(Transport transport, Credentials credentials) throws Exception {
    return ask(
        transport, transport == Transport.TLS ? settings.tlsPort() : settings.port(), credentials);
  }

  private SignalingExchange ask(Transport transport, int port, Credentials credentials)
      throws Exception {
    try {
      return client
          .request(
              new SignalingTarget(
                  new InetSocketAddress(Fixtures.LOOPBACK, port), "broker", transport, "2.0.2"),
              credentials,
              path -> FakeBroker.wanted(TunnelType.V6V4, path))
          .toCompletableFuture()
          .orTimeout(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Credentials by(String user, String mechanism) {
    return Credentials.of(user, Users.PASSWORD).onlyBy(Set.of(mechanism)).evenInClear();
  }

  private List<String> users() {
    return server.sessions().stream().flatMap((SessionSummary s) -> s.user().stream()).toList();
  }

  private void refuses(Transport transport, Credentials credentials) {
    assertThatThrownBy(() -> ask(transport, credentials))
        .isInstanceOfSatisfying(
            TspException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(StatusCode.AUTHENTICATION_FAILED));
  }

  @ParameterizedTest
  @CsvSource({
    "TCP, DIGEST-MD5",
    "UDP, DIGEST-MD5",
    "TLS, DIGEST-MD5",
    "TCP, SCRAM-SHA-256",
    "UDP, SCRAM-SHA-256",
    "TLS, SCRAM-SHA-256-PLUS",
    "TLS, PLAIN",
  })
  void letsUserInWithPasswordAndNobodyWithoutIt(Transport transport, String mechanism)
      throws Exception {
    try (SignalingExchange exchange = ask(transport, by("alice", mechanism))) {
      assertThat(exchange.offer().type()).isEqualTo(TunnelType.V6V4);
      assertThat(users()).containsExactly("alice");
    }

    refuses(transport, Credentials.of("alice", "wrong").onlyBy(Set.of(mechanism)));
    refuses(transport, by("nobody", mechanism));
  }

  @Test
  void takesTheStrongestByItself() throws Exception {
    // Both ends bind to the connection, so no man in the middle was in it.
    try (SignalingExchange exchange = ask(Transport.TLS, Credentials.of("alice", Users.PASSWORD))) {
      assertThat(exchange.path().transport()).isEqualTo(Transport.TLS);
    }
  }

  // EXTERNAL.

  private void showCertificate() throws Exception {
    client.tls =
        tls.client(
            Map.of(
                "own_certificate",
                clientsOwn.certificateFile().toString(),
                "own_key",
                clientsOwn.keyFile().toString()));
  }

  @Test
  void certificateLetsInWhomItNames() throws Exception {
    showCertificate();

    try (SignalingExchange exchange = ask(Transport.TLS, Credentials.certificate())) {
      assertThat(exchange.offer()).isNotNull();
      assertThat(users()).containsExactly("alice");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void externalIsNotOfferedWithoutCertificate(Transport transport) {
    refuses(transport, Credentials.certificate());
    assertThat(server.refusals()).doesNotContainKey("authentication failed");
  }

  // Policies of users. The refusal is that of a wrong password.

  @ParameterizedTest
  @CsvSource({"TCP, DIGEST-MD5", "UDP, DIGEST-MD5", "TCP, SCRAM-SHA-256", "UDP, SCRAM-SHA-256"})
  void userWhoHasToUseTlsIsNotLetInWithoutIt(Transport transport, String mechanism)
      throws Exception {
    refuses(transport, by(Users.TESSA, mechanism));
    try (SignalingExchange exchange = ask(Transport.TLS, by(Users.TESSA, mechanism))) {
      assertThat(exchange.offer()).isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"PLAIN", "DIGEST-MD5"})
  @Demands({"R-8-1", "D-7-1"})
  void userWithOneMechanismIsNotLetInByAnother(String mechanism) throws Exception {
    refuses(Transport.TLS, by(Users.SAM, mechanism));
    try (SignalingExchange exchange = ask(Transport.TLS, by(Users.SAM, "SCRAM-SHA-256"))) {
      assertThat(exchange.offer()).isNotNull();
    }
  }

  @Test
  void userIsHeldToPolicyEvenByMechanismThatDoesNotAsk() throws Exception {
    server.factories =
        List.of(TestMechanism.<SaslServerFactory>service("X-NAMED", new TestMechanism()));
    try (RawUdp udp = new RawUdp(settings.port())) {
      udp.ask(240, 1, "VERSION=2.0.2\r\n");
      udp.ask(241, 2, "AUTHENTICATE X-NAMED\r\n");

      assertThat(udp.ask(242, 3, "dGVzc2E=\r\n").text()).isEqualTo("300 Authentication failed\r\n");
    }
  }

  // What the operator learns of a refusal, and the client does not.

  @ParameterizedTest
  @CsvSource({
    "TCP, alice, SCRAM-SHA-256, wrong, wrong password",
    "UDP, alice, DIGEST-MD5, wrong, wrong password",
    "TLS, alice, PLAIN, wrong, wrong password",
    "TCP, nobody, SCRAM-SHA-256, secret1, there is no such user",
    "UDP, nobody, DIGEST-MD5, secret1, there is no such user",
    "TLS, nobody, PLAIN, secret1, there is no such user",
    "UDP, olga, SCRAM-SHA-256, secret1, the user is disabled",
    "TCP, tessa, DIGEST-MD5, secret1, the user's policy does not allow this mechanism without TLS",
    "TLS, sam, PLAIN, secret1, the user's policy does not allow this mechanism over TLS",
  })
  void operatorIsToldWhoWasRefusedAndWhy(
      Transport transport, String user, String mechanism, String password, String why) {
    refuses(transport, Credentials.of(user, password).onlyBy(Set.of(mechanism)));

    assertThat(server.refusedAttempts())
        .singleElement()
        .satisfies(
            attempt -> {
              assertThat(attempt.user()).hasValueSatisfying(shown -> names(user, shown));
              assertThat(attempt.transport()).isEqualTo(transport);
              assertThat(attempt.source()).startsWith("127.0.0.1:");
              assertThat(attempt.mechanism()).contains(mechanism);
              assertThat(attempt.code()).contains(StatusCode.AUTHENTICATION_FAILED);
              assertThat(attempt.reason()).contains(why).doesNotContain("secret1");
            });
  }

  /** What no account is called may be a password in the wrong place. */
  private static void names(String user, String shown) {
    if (user.equals("nobody")) {
      assertThat(shown).matches("#[0-9a-f]{16}");
    } else {
      assertThat(shown).isEqualTo(user);
    }
  }

  @Test
  @Threat("T12")
  void attemptsOfAnUnknownUserAreFoundByTheNameThatWasGiven() throws Exception {
    refuses(Transport.TCP, by("nobody", "SCRAM-SHA-256"));
    refuses(Transport.UDP, by("nobody", "DIGEST-MD5"));
    refuses(Transport.TCP, Credentials.of("alice", "wrong").onlyBy(Set.of("SCRAM-SHA-256")));

    assertThat(server.refusedAttempts("nobody"))
        .hasSize(2)
        .allSatisfy(attempt -> assertThat(attempt.reason()).contains("no such user"))
        .doesNotHaveToString("nobody");
    assertThat(server.refusedAttempts("alice")).hasSize(1);
    assertThat(server.refusedAttempts("secret1")).isEmpty();
    assertThat(server.refusedAttempts().toString()).doesNotContain("nobody");
  }

  @Test
  void operatorIsToldWhichMechanismWasAskedForInVain() throws Exception {
    try (RawUdp udp = new RawUdp(settings.port())) {
      udp.ask(240, 1, "VERSION=2.0.2\r\n");
      udp.ask(241, 2, "AUTHENTICATE KERBEROS\r\n");
    }

    assertThat(server.refusedAttempts())
        .singleElement()
        .satisfies(
            attempt -> {
              assertThat(attempt.mechanism()).contains("KERBEROS");
              assertThat(attempt.reason())
                  .startsWith("mechanism not offered: offered were ")
                  .contains("SCRAM-SHA-256");
            });
  }

  @Test
  void operatorIsToldWhyTheBrokerRefused() throws Exception {
    broker.gate =
        CompletableFuture.failedFuture(
            new TspException(StatusCode.PREFIX_UNAVAILABLE, "the pool has no /48 left"));

    assertThatThrownBy(() -> ask(Transport.TCP, by("alice", "SCRAM-SHA-256")))
        .isInstanceOf(TspException.class);
    assertThat(server.refusedAttempts())
        .singleElement()
        .satisfies(
            attempt -> {
              assertThat(attempt.user()).contains("alice");
              assertThat(attempt.code()).contains(StatusCode.PREFIX_UNAVAILABLE);
              assertThat(attempt.reason()).endsWith(": the pool has no /48 left");
            });
  }

  // Stores that are away.

  @ParameterizedTest
  @CsvSource({"TLS, EXTERNAL", "TLS, PLAIN", "TCP, SCRAM-SHA-256", "UDP, DIGEST-MD5"})
  void nobodyComesInNorIsToldThatHeIsWrongWhileNoStoreIsThere(Transport transport, String mechanism)
      throws Exception {
    showCertificate();
    server.credentialStores = List.of();

    assertThatThrownBy(
            () ->
                ask(
                    transport,
                    mechanism.equals("EXTERNAL")
                        ? Credentials.certificate()
                        : by("alice", mechanism)))
        .isInstanceOfSatisfying(
            TspException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(StatusCode.SERVER_BUSY));
    assertThat(server.refusals()).containsKey("accounts not available");
    assertThat(broker.calls).isEmpty();
  }

  @Test
  void storeThatFailsRefusesNobodyForGood() {
    server.credentialStores =
        List.of(
            user -> {
              throw new IllegalStateException("no connection");
            });

    assertThatThrownBy(() -> ask(Transport.TCP, by("alice", "SCRAM-SHA-256")))
        .isInstanceOfSatisfying(
            TspException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(StatusCode.SERVER_BUSY));
  }

  // Policies of listeners.

  @ParameterizedTest
  @CsvSource({"TCP", "UDP"})
  @Threat({"T10", "T11"})
  void plainIsNotOfferedInTheClearNorTakenUnoffered(Transport transport) throws Exception {
    refuses(transport, by("alice", "PLAIN"));
    try (RawUdp udp = new RawUdp(settings.port())) {
      assertThat(udp.ask(240, 1, "VERSION=2.0.2\r\n").text())
          .doesNotContain("PLAIN", "-PLUS", "EXTERNAL");
      assertThat(udp.ask(241, 2, "AUTHENTICATE PLAIN\r\n").text())
          .isEqualTo("300 Authentication failed\r\n");
    }
    assertThat(server.refusals()).containsKey("mechanism not offered");
  }

  // Whose word a refusal is.

  @ParameterizedTest
  @CsvSource({"TLS, true", "TCP, false", "UDP, false"})
  void refusalBeforeAuthenticationIsProvedByTlsOnly(Transport transport, boolean proved) {
    assertThatThrownBy(
            () -> ask(transport, Credentials.of("alice", "wrong").onlyBy(Set.of("DIGEST-MD5"))))
        .isInstanceOfSatisfying(
            TspException.class, refusal -> assertThat(refusal.isOfProvedPeer()).isEqualTo(proved));
  }

  // Somebody between the two.

  @Test
  @Threat("T10")
  void bindingFindsOutWhoeverEndsTlsOnTheWayThoughHeHasTheBrokersKey() throws Exception {
    try (TlsRelay relay = new TlsRelay(tls, settings.tlsPort())) {
      // The relay works, and reads along.
      try (SignalingExchange exchange =
          ask(Transport.TLS, relay.port(), by("alice", "SCRAM-SHA-256"))) {
        assertThat(exchange.offer()).isNotNull();
      }

      assertThatThrownBy(() -> ask(Transport.TLS, relay.port(), by("alice", "SCRAM-SHA-256-PLUS")))
          .isInstanceOfSatisfying(
              TspException.class,
              refusal -> assertThat(refusal.code()).isEqualTo(StatusCode.AUTHENTICATION_FAILED));
      assertThat(broker.calls).containsExactly("offer");
    }
  }

  @Test
  @Threat("T11")
  void clientSendsNoPasswordToWhoeverOffersNothingElseInTheClear() throws Exception {
    try (ServerSocket rogue = new ServerSocket(0, 1, Fixtures.LOOPBACK)) {
      CompletableFuture<String> heard =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket victim = rogue.accept()) {
                  victim.setSoTimeout(Fixtures.PATIENCE_MILLIS);
                  victim
                      .getOutputStream()
                      .write("CAPABILITY TUNNEL=V6V4 AUTH=PLAIN\r\n".getBytes(US_ASCII));
                  return new String(victim.getInputStream().readAllBytes(), US_ASCII);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });

      assertThatThrownBy(
              () ->
                  ask(Transport.TCP, rogue.getLocalPort(), Credentials.of("alice", Users.PASSWORD)))
          .isInstanceOf(TspException.class)
          .hasMessageContaining("PLAIN");
      assertThat(heard.get(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
          .isEqualTo("VERSION=2.0.2\r\n");
    }
  }

  // TLS itself.

  @Test
  @Threat("T21")
  void unknownBrokerIsSentNothing() throws Exception {
    client.tls = TestTls.in(directory.resolve("other"), Map.of()).client(Map.of());

    assertThatThrownBy(() -> ask(Transport.TLS, by("alice", "PLAIN")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no TLS with")
        .hasMessageContaining("only pinned brokers are trusted")
        .hasMessageContaining("write broker.pins = ");
    assertThat(broker.calls).isEmpty();
  }

  @Test
  void whoKnowsNoBrokerYetIsToldWhatToWrite() throws Exception {
    TestTls broker = TestTls.in(directory.resolve("here"), Map.of());
    client.tls = broker.client(Map.of("broker_pins", new String[0]));

    assertThatThrownBy(() -> ask(Transport.TLS, by("alice", "PLAIN")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no TLS with")
        .hasMessageContaining("write broker.pins = ");
  }

  @Test
  void brokerThatHangsUpInTheHandshakeIsNamed() throws Exception {
    try (ServerSocket rogue = new ServerSocket(0, 1, Fixtures.LOOPBACK)) {
      CompletableFuture<Void> hungUp =
          CompletableFuture.runAsync(
              () -> {
                try (Socket victim = rogue.accept()) {
                  victim.getInputStream().read(new byte[65_536]);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });

      assertThatThrownBy(
              () -> ask(Transport.TLS, rogue.getLocalPort(), Credentials.of("alice", "x")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no TLS with")
          .hasMessageContaining("127.0.0.1:" + rogue.getLocalPort())
          .hasMessageNotContaining("null");
      hungUp.get(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Test
  void withoutTlsThereIsNoFallingBack() {
    client.tls = null;

    assertThatThrownBy(() -> ask(Transport.TLS, by("alice", "PLAIN")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("TLS")
        .hasMessageContaining("culvert-tls-bouncycastle");
  }
}
