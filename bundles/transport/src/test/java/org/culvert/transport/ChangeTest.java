package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import org.culvert.api.signaling.SignalingSessions.Listener;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator writes another configuration while signaling is served. */
class ChangeTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";

  private final Map<String, Object> written = new HashMap<>();
  private SignalingServer server;

  @BeforeEach
  void start() throws IOException {
    written.put("port", Fixtures.freePort());
    written.put("addresses", new String[] {"127.0.0.1"});
    written.put("tls", false);
    server = new SignalingServer(new FakeBroker(), Fixtures.config(written));
    server.factories = Users.serverMechanisms();
    server.open();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int port() {
    return (Integer) written.get("port");
  }

  private void change(String key, Object value) {
    Map<String, Object> changed = new HashMap<>(written);
    changed.put(key, value);
    server.change(Fixtures.config(changed));
  }

  private Socket session() throws IOException {
    Socket socket = new Socket(Fixtures.LOOPBACK, port());
    socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
    socket.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
    assertThat(read(socket)).startsWith("CAPABILITY ");
    return socket;
  }

  private static String read(Socket socket) throws IOException {
    byte[] octets = new byte[1024];
    int length = socket.getInputStream().read(octets);
    return length < 0 ? "" : new String(octets, 0, length, ISO_8859_1);
  }

  private static void assertGoesOn(Socket session) throws IOException {
    session.getOutputStream().write("AUTHENTICATE X-UNKNOWN\r\n".getBytes(ISO_8859_1));
    assertThat(read(session)).startsWith("300 ");
  }

  @Test
  void whatIsInForceAlreadyEndsNoSession() throws IOException {
    try (Socket session = session()) {
      change("sessions", Fixtures.config(written).sessions());
      assertGoesOn(session);
    }
  }

  @Test
  void whatCannotBeMeantEndsNoSession() throws IOException {
    try (Socket session = session()) {
      change("realm", "two words");
      assertGoesOn(session);
    }
  }

  @Test
  void portThatIsTakenLeavesTheOldOneOpen() throws IOException {
    try (ServerSocket other = new ServerSocket()) {
      other.bind(new InetSocketAddress(Fixtures.LOOPBACK, 0));
      change("port", other.getLocalPort());
    }
    assertThat(server.listeners()).extracting(at -> at.address().getPort()).containsOnly(port());
    try (Socket session = session()) {
      assertGoesOn(session);
    }
  }

  @Test
  void whoWasRefusedIsKnownAfterAChange() throws IOException {
    try (Socket session = session()) {
      assertGoesOn(session);
    }
    Fixtures.await(() -> !server.refusedAttempts().isEmpty());
    int other = Fixtures.freePort();

    change("port", other);

    assertThat(server.listeners()).extracting(Listener::address).isNotEmpty();
    assertThat(server.listeners()).extracting(at -> at.address().getPort()).containsOnly(other);
    assertThat(server.refusedAttempts()).hasSize(1);
    assertThat(server.refusals()).isNotEmpty();
  }

  /** Who may cause a change, or waits for one, guesses no more for it. */
  @Test
  @Threat("T9")
  void guessesAreCountedOnAfterAChange() throws IOException {
    written.put("failures_burst", 2);
    change("failures_burst", 2);
    for (int i = 0; i < 2; i++) {
      try (Socket session = session()) {
        session.getOutputStream().write("AUTHENTICATE DIGEST-MD5\r\n".getBytes(ISO_8859_1));
        read(session);
        session.getOutputStream().write("bm9uc2Vuc2U=\r\n".getBytes(ISO_8859_1));
        assertThat(read(session)).startsWith("300 ");
      }
    }

    change("sessions", 77);

    try (Socket socket = new Socket(Fixtures.LOOPBACK, port())) {
      socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
      socket.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
      assertThat(read(socket)).startsWith("530 ");
    }
  }

  @Test
  void checkSaysBeforehandWhatWouldBeRefused() {
    TransportCheck check = new TransportCheck();
    assertThat(check.pid()).isEqualTo(TransportSettings.PID);
    assertThat(check.refusal(Map.of("port", 3_653))).isEmpty();
    assertThat(check.refusal(Map.of("realm", "two words"))).isPresent();
  }
}
