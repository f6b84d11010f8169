package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.security.sasl.SaslServerFactory;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers take no more of the heap than there is for them, however many come. */
class MemoryTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final int REPLIES = 3 * Memory.UDP_REMEMBERED;

  @TempDir private Path directory;
  private TransportSettings settings;
  private SignalingServer server;

  private Memory start(long streams) throws IOException {
    return start(streams, 0).streams();
  }

  private Memory.Shares start(long streams, long datagrams) throws IOException {
    Memory.Shares memory =
        new Memory.Shares(new Memory(streams), new Memory(datagrams), new Memory(REPLIES));
    settings = Fixtures.settings(Fixtures.LIMITS, Fixtures.LOOPBACK);
    server = new SignalingServer(new FakeBroker(), settings, () -> memory, () -> 0);
    server.factories =
        List.of(
            TestMechanism.<SaslServerFactory>service(TestMechanism.NAMED, new TestMechanism()),
            TestMechanism.<SaslServerFactory>service(TestMechanism.ANONYMOUS, new TestMechanism()));
    server.credentialStores = List.of(user -> Optional.empty());
    server.open();
    return memory;
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(Fixtures.LOOPBACK, port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
    return socket;
  }

  /** Returns the answer; empty if the server hung up. */
  private static String ask(Socket socket, String text) throws IOException {
    try {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      byte[] buffer = new byte[8192];
      int length = socket.getInputStream().read(buffer);
      return length < 0 ? "" : new String(buffer, 0, length, ISO_8859_1);
    } catch (SocketException e) {
      return "";
    }
  }

  @Test
  @Threat("T6")
  void manyAtOnceNeverReserveMoreThanThereIs() {
    Memory memory = new Memory(1_000);
    CyclicBarrier together = new CyclicBarrier(8);
    AtomicInteger granted = new AtomicInteger();

    CompletableFuture.allOf(
            IntStream.range(0, 8)
                .mapToObj(
                    thread ->
                        CompletableFuture.runAsync(
                            () -> reserve(memory, together), task -> new Thread(task).start()))
                .toArray(CompletableFuture[]::new))
        .join();

    assertThat(memory.reserved()).as("all was given back, and nothing forgotten").isZero();
    while (memory.reserve(7)) {
      granted.incrementAndGet();
    }
    assertThat(granted).hasValue(1_000 / 7);
    memory.release(7);
    assertThat(memory.reserve(7)).isTrue();
  }

  private static void reserve(Memory memory, CyclicBarrier together) {
    try {
      together.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < 500_000; i++) {
      if (memory.reserve(7)) {
        memory.release(7);
      }
    }
  }

  @Test
  @Threat("T6")
  void connectionBeyondIsClosedAndTheNextIsServedWhenOneHasGone() throws IOException {
    Memory memory = start(2 * Memory.TCP_SESSION);
    try (Socket first = connect(settings.port());
        Socket second = connect(settings.port());
        Socket third = connect(settings.port())) {
      assertThat(ask(first, VERSION)).startsWith("CAPABILITY ");
      assertThat(ask(second, VERSION)).startsWith("CAPABILITY ");
      assertThat(ask(third, VERSION)).isEmpty();
      assertThat(server.refusals()).containsKey("no memory for a connection");
    }
    Fixtures.await(() -> memory.reserved() == 0);
    try (Socket next = connect(settings.port())) {
      assertThat(ask(next, VERSION)).startsWith("CAPABILITY ");
    }
  }

  /** Lines without an end, before anybody has authenticated. */
  @Test
  @Threat("T6")
  void whatWaitsToBecomeAMessageIsBoundedInSum() throws IOException {
    int sessions = 20;
    int room = 25_000;
    long all = sessions * (long) Memory.TCP_SESSION + room;
    Memory memory = start(all);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < sessions; i++) {
        Socket socket = connect(settings.port());
        sockets.add(socket);
        ask(socket, VERSION);
        ask(socket, "AUTHENTICATE X-NAMED\r\n");
        try {
          socket.getOutputStream().write("x".repeat(8_200).getBytes(ISO_8859_1));
        } catch (SocketException e) {
          // The lines before it took the room of its connection.
          assertThat(server.refusals()).containsKey("no memory for a connection");
        }
        assertThat(memory.reserved()).isLessThanOrEqualTo(all);
      }
      Fixtures.await(() -> server.refusals().containsKey("no memory for a message"));
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    Fixtures.await(() -> memory.reserved() == 0);
  }

  @Test
  @Threat("T6")
  void halfOpenSessionOverUdpMakesRoom() throws IOException {
    start(0, 2 * Memory.UDP_SESSION);
    try (RawUdp first = new RawUdp(settings.port());
        RawUdp second = new RawUdp(settings.port());
        RawUdp third = new RawUdp(settings.port())) {
      for (RawUdp client : List.of(first, second, third)) {
        assertThat(client.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
      }
      assertThat(server.sessions())
          .extracting(session -> session.path().remote().getPort())
          .containsExactly(second.port(), third.port());
    }
  }

  @Test
  @Threat("T6")
  void sessionBeyondOverUdpIsRefusedWhereAllHaveProvedTheirAddresses() throws IOException {
    Memory memory = start(0, 2 * Memory.UDP_SESSION + Memory.UDP_SESSION / 2).datagrams();
    server.factories =
        List.of(TestMechanism.<SaslServerFactory>service("CRAM-MD5", new TestMechanism()));
    try (RawUdp first = new RawUdp(settings.port());
        RawUdp second = new RawUdp(settings.port());
        RawUdp third = new RawUdp(settings.port())) {
      for (RawUdp client : List.of(first, second)) {
        client.ask(240, 1, VERSION);
        client.ask(241, 2, "AUTHENTICATE CRAM-MD5\r\n");
        assertThat(client.ask(242, 3, "YWxpY2U=\r\n").text()).isEqualTo("Ynll\r\n");
      }

      assertThat(third.ask(240, 1, VERSION).text()).isEqualTo("530 Server too busy\r\n");
      assertThat(server.refusals()).containsKey("no memory for a session");
      assertThat(server.sessions()).hasSize(2);
    }
    assertThat(memory.reserved()).isEqualTo(2 * Memory.UDP_SESSION);
  }

  @Test
  @Threat("T6")
  void repliesToSessionsThatEndedAreRememberedAsLongAsThereIsRoom() throws IOException {
    Memory memory = start(0, Memory.UDP_SESSION).replies();
    for (int i = 0; i < 10; i++) {
      try (RawUdp client = new RawUdp(settings.port())) {
        assertThat(client.ask(240, 1, "VERSION=0.1\r\n").text()).startsWith("302 ");
        assertThat(memory.reserved()).isLessThanOrEqualTo(REPLIES);
      }
    }
    Fixtures.await(() -> server.sessions().isEmpty());
    assertThat(memory.reserved()).isEqualTo(REPLIES);
  }

  @Test
  void sessionsThatOnlyBeginTakeNoRoomFromWhatIsSaidAgain() throws IOException {
    start(0, 2 * Memory.UDP_SESSION);
    for (int i = 0; i < 4; i++) {
      try (RawUdp client = new RawUdp(settings.port())) {
        client.ask(240, 1, VERSION);
      }
    }
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, VERSION);
      String wrong = "AUTHENTICATE X-NOT-A-MECHANISM\r\n";
      assertThat(client.ask(241, 1, wrong).text()).startsWith("300 ");

      assertThat(client.ask(241, 2, wrong).text()).startsWith("300 ");
    }
  }

  /** Forged datagrams fill what there is for them and nothing else. */
  @Test
  @Threat("T6")
  void datagramsTakeNothingFromConnections() throws IOException {
    start(Memory.TCP_SESSION, 2 * Memory.UDP_SESSION);
    for (int i = 0; i < 10; i++) {
      try (RawUdp client = new RawUdp(settings.port())) {
        client.ask(240, 1, VERSION);
      }
    }
    try (Socket tcp = connect(settings.port())) {
      assertThat(ask(tcp, VERSION)).startsWith("CAPABILITY ");
    }
  }

  @Test
  @Threat("T6")
  void connectionOverTlsBeyondGetsNoHandshake() throws Exception {
    start(2 * Memory.TLS_SESSION);
    server.bindTls(TestTls.in(directory, Map.of()).server());
    try (Socket first = connect(settings.tlsPort());
        Socket second = connect(settings.tlsPort());
        Socket third = connect(settings.tlsPort())) {
      Fixtures.await(() -> server.refusals().containsKey("no memory for a connection"));
      assertThat(ask(third, "\u0016\u0003\u0001")).isEmpty();
      assertThat(first.isConnected() && second.isConnected()).isTrue();
    }
  }
}
