package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpServerTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final String CREATE =
      UdpServerTest.frame(
          "<tunnel action=\"create\" type=\"v6v4\" proxy=\"no\">\r\n <client>\r\n"
              + "  <address type=\"ipv4\">127.0.0.1</address>\r\n </client>\r\n</tunnel>\r\n");

  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;

  /** A client that reads one segment at a time, as old clients do. */
  private final class Client implements AutoCloseable {
    private final Socket socket;

    Client() throws IOException {
      this("127.0.0.1");
    }

    /** Connects from another of the loopback's addresses. */
    Client(String from) throws IOException {
      socket = new Socket(Fixtures.LOOPBACK, settings.port(), InetAddress.getByName(from), 0);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    String segment() throws IOException {
      byte[] buffer = new byte[8192];
      int length = socket.getInputStream().read(buffer);
      return length < 0 ? "" : new String(Arrays.copyOf(buffer, length), ISO_8859_1);
    }

    String read(int length) throws IOException {
      return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
    }

    String ask(String text) throws IOException {
      send(text);
      return segment();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    start(Fixtures.LIMITS);
  }

  private void start(TransportSettings.Limits limits) throws IOException {
    stop();
    settings = Fixtures.settings(limits);
    server = Fixtures.start(broker, settings);
  }

  private void startAtOneInstant(TransportSettings.Limits limits) throws IOException {
    stop();
    settings = Fixtures.settings(limits);
    server = Fixtures.startAtOneInstant(broker, settings);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void carriesWholeExchange() throws IOException {
    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY TUNNEL=V6");
      assertThat(client.ask("AUTHENTICATE ANONYMOUS\r\n\0")).isEqualTo("200 Success\r\n");
      assertThat(client.ask(CREATE)).contains("200 Success", "type=\"v6v4\"");
      client.send(UdpServerTest.frame("<tunnel action=\"accept\"></tunnel>\r\n"));

      Fixtures.await(() -> broker.calls.contains("accept"));
      assertThat(broker.paths.get(0).local())
          .isEqualTo(new java.net.InetSocketAddress(Fixtures.LOOPBACK, settings.port()));
      assertThat(broker.paths.get(0).transport()).isEqualTo(Transport.TCP);
    }
    Fixtures.await(() -> server.sessions().isEmpty());
  }

  @Test
  void keepsLastWordOfMechanismApartFromVerdict() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE X-NAMED\r\n");
      long asked = System.nanoTime();
      client.send("YWxpY2U=\r\n");

      // How many reads that takes depends on the reader; that they are sent apart does not.
      assertThat(client.read("Ynll\r\n200 Success\r\n".length()))
          .isEqualTo("Ynll\r\n200 Success\r\n");

      assertThat(Duration.ofNanos(System.nanoTime() - asked))
          .isGreaterThanOrEqualTo(Duration.ofMillis(100));
      assertThat(server.sessions()).extracting(s -> s.user().orElse("")).containsExactly("alice");
    }
  }

  @Test
  void holdsBackWhatIsSaidInTheGap() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE X-NAMED\r\n");

      client.send("YWxpY2U=\r\n" + CREATE);
      assertThat(client.read("Ynll\r\n200 Success\r\n".length()))
          .isEqualTo("Ynll\r\n200 Success\r\n");
      assertThat(client.segment()).startsWith("Content-length: ");
    }
  }

  @Test
  void takesMessagesInAnyPieces() throws IOException {
    try (Client client = new Client()) {
      for (char c : VERSION.toCharArray()) {
        client.send(String.valueOf(c));
      }
      assertThat(client.segment()).startsWith("CAPABILITY ");
    }
  }

  @Test
  void closesAfterLastReply() throws IOException {
    try (Client client = new Client()) {
      assertThat(client.ask("VERSION=0.1\r\n")).startsWith("302 ");
      assertThat(client.segment()).isEmpty();
      assertThat(server.sessions()).isEmpty();
    }
  }

  @Test
  @Threat("T8")
  void endsPhaseOfDrippingClientHoweverBusyItIs() throws IOException {
    start(Fixtures.limits(Duration.ofMillis(400), 100, 100, 0, 1));
    try (Client slow = new Client()) {
      long begin = System.nanoTime();
      assertThatThrownBy(
              () -> {
                while (Duration.ofNanos(System.nanoTime() - begin).toMillis()
                    < Fixtures.PATIENCE_MILLIS) {
                  slow.send(" ");
                  if (slow.socket.getInputStream().available() == 0) {
                    slow.socket.setSoTimeout(20);
                    try {
                      if (slow.segment().isEmpty()) {
                        throw new SocketException("closed");
                      }
                    } catch (java.net.SocketTimeoutException e) {
                      continue;
                    }
                  }
                }
              })
          .isInstanceOf(SocketException.class);
      assertThat(server.refusals()).containsKey("phase timeout");
    }
  }

  @Test
  void servesOthersWhileManyDrip() throws IOException {
    List<Client> slow = new java.util.ArrayList<>();
    try {
      for (int i = 0; i < 90; i++) {
        Client client = new Client();
        client.send("V");
        slow.add(client);
      }
      try (Client honest = new Client()) {
        assertThat(honest.ask(VERSION)).startsWith("CAPABILITY ");
      }
    } finally {
      for (Client client : slow) {
        client.close();
      }
    }
  }

  @Test
  @Threat({"T6", "T8"})
  void tellsSourceWithTooManySessionsAfterItsVersion() throws IOException {
    start(Fixtures.limits(Duration.ofSeconds(30), 100, 1, 0, 1));
    try (Client first = new Client()) {
      first.ask(VERSION);
      try (Client second = new Client()) {
        assertThat(second.ask(VERSION)).isEqualTo("530 Server too busy\r\n");
        assertThat(second.segment()).isEmpty();
      }
      assertThat(server.refusals()).containsEntry("too many sessions from one source", 1L);
    }
    Fixtures.await(() -> server.sessions().isEmpty());
    try (Client again = new Client()) {
      assertThat(again.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  @Test
  void tellsEverybodyWhenTheTableIsFull() throws IOException {
    start(Fixtures.limits(Duration.ofSeconds(30), 1, 100, 0, 1));
    try (Client first = new Client();
        Client second = new Client()) {
      first.ask(VERSION);
      assertThat(second.ask(VERSION)).startsWith("530 ");
    }
  }

  @Test
  void limitsRateOfConnections() throws IOException {
    startAtOneInstant(Fixtures.limits(Duration.ofSeconds(30), 100, 100, 1, 1));
    try (Client first = new Client();
        Client second = new Client()) {
      assertThat(first.ask(VERSION)).startsWith("CAPABILITY ");
      assertThat(second.ask(VERSION)).startsWith("530 ");
    }
  }

  @Test
  @Threat("T9")
  void hangingUpBeforeTheVerdictIsFailureToAuthenticate() throws Exception {
    start(Fixtures.failing(1, 1));
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    server.factories = Users.serverMechanisms();
    server.credentialStores =
        List.of(
            user -> {
              asked.countDown();
              awaitQuietly(answer);
              return Optional.empty();
            });

    try (Client client = new Client()) {
      client.ask(VERSION);
      client.send("AUTHENTICATE SCRAM-SHA-256\r\n" + base64("n,,n=alice,r=abc") + "\r\n");
      assertThat(asked.await(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    }
    Fixtures.await(() -> server.sessions().isEmpty());

    try (Client next = new Client()) {
      assertThat(next.ask(VERSION)).isEqualTo("530 Server too busy\r\n");
    } finally {
      answer.countDown();
    }
  }

  @Test
  @Threat("T9")
  void guessesThatWaitForEachOtherAreNoMoreThanThoseThatComeOneByOne() throws Exception {
    startAtOneInstant(Fixtures.failing(1, 3));
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Client client = new Client();
        clients.add(client);
        client.ask(VERSION);
        client.ask("AUTHENTICATE X-NAMED\r\n");
      }
      List<String> verdicts = new ArrayList<>();
      for (Client client : clients) {
        client.send(base64("bad") + "\r\n");
      }
      for (Client client : clients) {
        verdicts.add(client.segment());
      }
      assertThat(verdicts).filteredOn(verdict -> verdict.startsWith("300 ")).hasSize(3);
      assertThat(verdicts).filteredOn(verdict -> verdict.startsWith("530 ")).hasSize(17);
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  /** Each guess comes from a network of its own. */
  @Test
  @Threat("T9")
  void guessesAtOneUserAreCountedWhereverTheyComeFrom() throws Exception {
    startAtOneInstant(Fixtures.failing(1, 1));
    server.factories = Users.serverMechanisms();
    server.credentialStores = List.of(new Users());

    for (int i = 1; i <= Guesses.SOURCES_OF_USER; i++) {
      assertThat(guess(Users.ALICE, "127.0." + i + ".1")).startsWith("300 ");
    }
    assertThat(guess(Users.ALICE, "127.0.100.1")).startsWith("530 ");
    assertThat(guess(Users.SAM, "127.0.101.1")).startsWith("300 ");
    assertThat(server.refusals()).containsKey("too many failed authentications of a user");
  }

  /** Tries a wrong password, and returns the server's last word. */
  private String guess(String user, String from) throws IOException {
    try (Client client = new Client(from)) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE SCRAM-SHA-256\r\n");
      String challenge = client.ask(base64("n,,n=" + user + ",r=abc") + "\r\n");
      if (challenge.startsWith("530 ")) {
        return challenge;
      }
      String nonce = new String(Base64.getDecoder().decode(challenge.strip()), ISO_8859_1);
      String proof = Base64.getEncoder().encodeToString(new byte[32]);
      return client.ask(base64("c=biws," + nonce.split(",", -1)[0] + ",p=" + proof) + "\r\n");
    }
  }

  @Test
  void hangingUpBetweenMessagesIsNone() throws Exception {
    start(Fixtures.failing(1, 1));
    try (Client client = new Client()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE X-NAMED\r\n");
    }
    Fixtures.await(() -> server.sessions().isEmpty());

    try (Client next = new Client()) {
      assertThat(next.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
  }

  @Test
  @Threat({"T6", "T7"})
  void cutsOffClientThatSendsWithoutEnd() throws IOException {
    broker.gate = new CompletableFuture<>();
    try (Client client = new Client()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE ANONYMOUS\r\n");
      assertThatThrownBy(
              () -> {
                while (true) {
                  client.send("x".repeat(8192));
                }
              })
          .isInstanceOf(IOException.class);
      Fixtures.await(() -> server.sessions().isEmpty());
    }
  }

  @Test
  void offersNewSessionsWhatIsInstalledNow() throws IOException {
    var all = server.factories;
    try (Client before = new Client()) {
      assertThat(before.ask(VERSION)).contains("AUTH=ANONYMOUS", "AUTH=X-NAMED");
      server.factories = all.subList(0, 1);
      try (Client after = new Client()) {
        assertThat(after.ask(VERSION)).contains("AUTH=X-NAMED").doesNotContain("AUTH=ANONYMOUS");
      }
      server.factories = all;
      try (Client again = new Client()) {
        assertThat(again.ask(VERSION)).contains("AUTH=ANONYMOUS", "AUTH=X-NAMED");
      }
      assertThat(before.ask("AUTHENTICATE ANONYMOUS\r\n")).startsWith("200 ");
    }
  }

  @Test
  void describesSessions() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);

      SessionSummary session = server.sessions().get(0);

      assertThat(session.phase()).isEqualTo("authentication");
      assertThat(session.version()).contains("2.0.2");
      assertThat(session.path().remote().getPort()).isEqualTo(client.socket.getLocalPort());
      assertThat(session.path().isIpv4()).isTrue();
    }
  }

  @Test
  void freesPortsWhenClosed() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);
      server.close();
      assertThat(client.segment()).isEmpty();
    }

    assertThat(server.listeners()).isEmpty();
    assertThat(server.sessions()).isEmpty();
    server = Fixtures.start(broker, settings);
    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  @Test
  void refusesToStartOnTakenPortAndNamesIt() {
    assertThatThrownBy(() -> Fixtures.start(broker, settings))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("TCP")
        .hasMessageContaining(String.valueOf(settings.port()));
  }
}
