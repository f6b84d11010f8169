package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.culvert.api.signaling.SignalingSessions.Listener;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS as clients of any make meet it on the socket; here it is that of Java. */
class TlsServerTest {
  /** A phase that no test outlasts, however slow the machine. */
  private static final Duration LONG = Duration.ofMinutes(5);

  /** A phase that every test outlasts. */
  private static final Duration SHORT = Duration.ofMillis(700);

  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final String CREATE =
      UdpServerTest.frame(
          "<tunnel action=\"create\" type=\"v6v4\" proxy=\"no\">\r\n <client>\r\n"
              + "  <address type=\"ipv4\">127.0.0.1</address>\r\n </client>\r\n</tunnel>\r\n");

  @TempDir private Path directory;
  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;
  private TestTls tls;

  /** A client that reads one record at a time. */
  private final class Client implements AutoCloseable {
    private final SSLSocket socket;

    Client() throws IOException {
      socket = TestTls.connect(settings.tlsPort());
    }

    String ask(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      return record();
    }

    String record() throws IOException {
      byte[] buffer = new byte[8192];
      int length = socket.getInputStream().read(buffer);
      return length < 0 ? "" : new String(Arrays.copyOf(buffer, length), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    tls = TestTls.in(directory, Map.of());
    start(Fixtures.LIMITS);
  }

  private void start(TransportSettings.Limits limits) throws IOException {
    stop();
    settings = Fixtures.settings(limits);
    server = Fixtures.start(broker, settings);
    server.bindTls(tls.server());
  }

  private void startAtOneInstant(TransportSettings.Limits limits) throws IOException {
    stop();
    settings = Fixtures.settings(limits);
    server = Fixtures.startAtOneInstant(broker, settings);
    server.bindTls(tls.server());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private List<Transport> listening() {
    return server.listeners().stream().map(Listener::transport).distinct().toList();
  }

  @Test
  void carriesWholeExchangeAndSaysSo() throws IOException {
    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY TUNNEL=V6");
      assertThat(server.sessions())
          .extracting(session -> session.path().transport())
          .containsExactly(Transport.TLS);
      assertThat(client.ask("AUTHENTICATE ANONYMOUS\r\n")).isEqualTo("200 Success\r\n");
      assertThat(client.ask(CREATE)).contains("200 Success", "type=\"v6v4\"");
      assertThat(broker.paths.get(0).transport()).isEqualTo(Transport.TLS);
    }
    Fixtures.await(() -> server.sessions().isEmpty());
  }

  @Test
  void givesEachReplyRecordOfItsOwn() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);
      client.ask("AUTHENTICATE X-NAMED\r\n");

      assertThat(client.ask("YWxpY2U=\r\n" + CREATE)).isEqualTo("Ynll\r\n");
      assertThat(client.record()).isEqualTo("200 Success\r\n");
      assertThat(client.record()).startsWith("Content-length: ");
    }
  }

  @Test
  void saysGoodbyeAfterLastReply() throws IOException {
    try (Client client = new Client()) {
      assertThat(client.ask("VERSION=0.1\r\n")).startsWith("302 ");
      assertThat(client.record()).isEmpty();
      assertThat(server.sessions()).isEmpty();
    }
  }

  // Coming and going.

  @Test
  void portIsOpenExactlyWhileThereIsTlsAndNothingElseNotices() throws IOException {
    assertThat(listening()).containsExactly(Transport.TCP, Transport.TLS, Transport.UDP);
    try (Socket plain = new Socket(Fixtures.LOOPBACK, settings.port());
        Client running = new Client()) {
      running.ask(VERSION);

      server.unbindTls(tls.server());

      assertThat(listening()).containsExactly(Transport.TCP, Transport.UDP);
      assertThatThrownBy(Client::new).isInstanceOf(ConnectException.class);
      assertThat(running.ask("AUTHENTICATE ANONYMOUS\r\n")).isEqualTo("200 Success\r\n");
      assertThat(running.ask(CREATE)).contains("200 Success");

      server.bindTls(tls.server());

      assertThat(listening()).containsExactly(Transport.TCP, Transport.TLS, Transport.UDP);
      try (Client again = new Client()) {
        assertThat(again.ask(VERSION)).startsWith("CAPABILITY ");
      }
      plain.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
      byte[] reply = plain.getInputStream().readNBytes(11);
      assertThat(new String(reply, ISO_8859_1)).isEqualTo("CAPABILITY ");
    }
  }

  @Test
  void anotherProviderTakesOverWithoutClosingThePort() throws Exception {
    TestTls other = TestTls.in(directory.resolve("other"), Map.of());

    server.bindTls(other.server());
    server.unbindTls(tls.server());

    try (Client client = new Client()) {
      client.ask(VERSION);
      assertThat(client.socket.getSession().getPeerCertificates()[0])
          .isEqualTo(other.certificate());
    }
  }

  @Test
  void tlsThatCameBeforeTheServerIsServedFromItsStart() throws IOException {
    server.close();
    server = new SignalingServer(broker, settings);
    server.factories = List.of(TestMechanism.service(TestMechanism.ANONYMOUS, new TestMechanism()));
    server.bindTls(tls.server());
    assertThat(server.listeners()).isEmpty();

    server.open();

    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  @Test
  void takenPortKeepsNobodyFromTheOtherTransports() throws IOException {
    server.unbindTls(tls.server());
    try (var taken = new java.net.ServerSocket(settings.tlsPort())) {
      server.bindTls(tls.server());

      assertThat(taken.isBound()).isTrue();
      assertThat(listening()).containsExactly(Transport.TCP, Transport.UDP);
    }
  }

  private static final TlsProvider WITHOUT_CERTIFICATE =
      new TlsProvider() {
        @Override
        public TlsConnection server() throws IOException {
          throw new IOException("no certificate");
        }

        @Override
        public TlsConnection client(String host, int port) throws IOException {
          throw new IOException("no client");
        }
      };

  @Test
  void providerWithoutCertificateOpensNoPort() {
    server.unbindTls(tls.server());

    server.bindTls(WITHOUT_CERTIFICATE);

    assertThat(listening()).containsExactly(Transport.TCP, Transport.UDP);
  }

  @Test
  void providerWithoutCertificateThatTakesOverClosesThePort() {
    server.bindTls(WITHOUT_CERTIFICATE);
    server.unbindTls(tls.server());

    assertThat(listening()).containsExactly(Transport.TCP, Transport.UDP);

    server.bindTls(tls.server());
    server.unbindTls(WITHOUT_CERTIFICATE);
    assertThat(listening()).contains(Transport.TLS);
  }

  @Test
  void freesItsPortWhenClosed() throws IOException {
    try (Client client = new Client()) {
      client.ask(VERSION);
      server.close();
      assertThat(client.record()).isEmpty();
    }
    start(Fixtures.LIMITS);
    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  // Limits. What has not shaken hands is a session like any other.

  @Test
  void slowHandshakeCountsForItsSource() throws IOException {
    start(Fixtures.limits(LONG, 100, 1, 0, 1));
    try (Socket mute = new Socket(Fixtures.LOOPBACK, settings.tlsPort())) {
      Fixtures.await(() -> server.sessions().size() == 1);
      try (Client second = new Client()) {
        assertThat(second.ask(VERSION)).isEqualTo("530 Server too busy\r\n");
      }

      assertThat(server.refusals()).containsEntry("too many sessions from one source", 1L);
      assertThat(mute.isConnected()).isTrue();
    }
  }

  @Test
  void slowHandshakeEndsWithThePhase() throws IOException {
    start(Fixtures.limits(SHORT, 100, 1, 0, 1));
    try (Socket mute = new Socket(Fixtures.LOOPBACK, settings.tlsPort())) {
      mute.setSoTimeout(Fixtures.PATIENCE_MILLIS);

      assertThat(mute.getInputStream().readAllBytes()).isEmpty();
      assertThat(server.sessions()).isEmpty();
      assertThat(server.refusals()).containsEntry("phase timeout", 1L);
    }
  }

  @Test
  void drippingHandshakesHoldUpNobody() throws IOException {
    start(Fixtures.limits(LONG, 100, 100, 0, 1));
    try (Drips slow = new Drips()) {
      slow.drip();
      try (Client honest = new Client()) {
        assertThat(honest.ask(VERSION)).startsWith("CAPABILITY ");
        assertThat(server.sessions()).hasSize(Drips.COUNT + 1);
      }
    }
  }

  @Test
  @Threat("T8")
  void drippingHandshakesEndWithThePhase() throws IOException {
    start(Fixtures.limits(SHORT, 100, 100, 0, 1));
    try (Drips slow = new Drips()) {
      // Each of them goes on as long as the server listens.
      Fixtures.await(
          () -> {
            slow.dripSlowly();
            return server.refusals().getOrDefault("phase timeout", 0L) == Drips.COUNT;
          });
      assertThat(server.sessions()).isEmpty();
    }
  }

  /** Clients that send the beginning of a handshake octet by octet, and never all of it. */
  private final class Drips implements AutoCloseable {
    private static final int COUNT = 50;
    private static final byte[] HELLO = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

    private final List<Socket> sockets = new ArrayList<>();
    private int sent;
    private long last = System.nanoTime();

    Drips() throws IOException {
      for (int i = 0; i < COUNT; i++) {
        sockets.add(new Socket(Fixtures.LOOPBACK, settings.tlsPort()));
      }
    }

    /** Sends an octet now and then, so that the handshake that was begun is never whole. */
    void dripSlowly() {
      long now = System.nanoTime();
      if (now - last >= Duration.ofMillis(50).toNanos()) {
        last = now;
        drip();
      }
    }

    /** Sends the next octet on each socket that was not cut off yet. */
    void drip() {
      byte octet = sent < HELLO.length ? HELLO[sent++] : 0;
      for (Socket socket : sockets) {
        try {
          socket.getOutputStream().write(octet);
        } catch (IOException e) {
          assertThat(e).as("a socket that was cut off").isInstanceOf(SocketException.class);
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void floodGetsNoHandshake() throws IOException {
    startAtOneInstant(Fixtures.limits(Duration.ofSeconds(30), 100, 100, 1, 1));
    try (Client first = new Client();
        Socket second = new Socket(Fixtures.LOOPBACK, settings.tlsPort())) {
      assertThat(first.ask(VERSION)).startsWith("CAPABILITY ");
      second.setSoTimeout(Fixtures.PATIENCE_MILLIS);

      assertThat(second.getInputStream().readAllBytes()).isEmpty();
      assertThat(server.refusals()).containsEntry("rate of a source", 1L);
    }
  }

  @Test
  void whatIsNoTlsIsClosed() throws IOException {
    for (String text : List.of(VERSION, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0\0\0")) {
      try (Socket plain = new Socket(Fixtures.LOOPBACK, settings.tlsPort())) {
        plain.setSoTimeout(Fixtures.PATIENCE_MILLIS);
        plain.getOutputStream().write(text.getBytes(ISO_8859_1));

        // An alert at most.
        assertThat(plain.getInputStream().readAllBytes().length).isLessThanOrEqualTo(7);
      }
    }
    Fixtures.await(() -> server.sessions().isEmpty());
    assertThat(server.refusals()).containsEntry("TLS handshake failed", 3L);
    try (Client client = new Client()) {
      assertThat(client.ask(VERSION)).startsWith("CAPABILITY ");
    }
  }

  @Test
  void sessionsOfAllTransportsAreListedTogether() throws IOException {
    try (Client client = new Client();
        RawUdp udp = new RawUdp(settings.port())) {
      client.ask(VERSION);
      udp.ask(240, 1, VERSION);

      assertThat(server.sessions())
          .extracting(SessionSummary::path)
          .extracting(path -> path.transport())
          .containsExactly(Transport.TLS, Transport.UDP);
    }
  }
}
