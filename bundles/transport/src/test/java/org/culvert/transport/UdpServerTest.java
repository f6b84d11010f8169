package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpServerTest {
  private static final String VERSION = "VERSION=2.0.2\r\n";
  private static final String ANONYMOUS = "AUTHENTICATE ANONYMOUS\r\n\0";
  private static final String CREATE =
      frame(
          "<tunnel action=\"create\" type=\"v6udpv4\" proxy=\"no\">\r\n <client>\r\n"
              + "  <address type=\"ipv4\">10.9.0.2</address>\r\n </client>\r\n</tunnel>\r\n");
  private static final String ACCEPT = frame("<tunnel action=\"accept\"></tunnel>\r\n");

  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;
  private RawUdp client;

  @BeforeEach
  void start() throws IOException {
    start(Fixtures.LIMITS);
  }

  private void start(TransportSettings.Limits limits) throws IOException {
    stop();
    settings = Fixtures.settings(limits, Fixtures.LOOPBACK);
    server = Fixtures.start(broker, settings);
    client = new RawUdp(settings.port());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      client.close();
      server.close();
    }
  }

  static String frame(String xml) {
    return "Content-length: " + xml.length() + "\r\n" + xml;
  }

  @Test
  void carriesWholeExchangeUnderClientsNumbers() throws IOException {
    assertThat(client.ask(240, 7, VERSION))
        .isEqualTo(
            new RawUdp.Reply(
                240, 7, "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 AUTH=X-NAMED AUTH=ANONYMOUS\r\n"));
    assertThat(client.ask(241, 8, ANONYMOUS))
        .isEqualTo(new RawUdp.Reply(241, 8, "200 Success\r\n"));
    assertThat(client.ask(242, 9, CREATE).text()).contains("200 Success", "type=\"v6udpv4\"");
    assertThat(client.ask(243, 10, ACCEPT))
        .isEqualTo(new RawUdp.Reply(243, 10, "Content-length: 13\r\n200 Success\r\n"));

    assertThat(broker.calls).containsExactly("offer", "accept");
    assertThat(broker.paths.get(0).local().getAddress()).isEqualTo(Fixtures.LOOPBACK);
    assertThat(broker.paths.get(0).local().getPort()).isEqualTo(settings.port());
    assertThat(broker.paths.get(0).remote().getPort()).isEqualTo(client.port());
  }

  @Test
  @Demands({"R-4.4.1.2-8", "R-4.4.1.2-12"})
  void answersRepeatedDatagramWithSameReplyUnderNewTimestamp() throws IOException {
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    String offer = client.ask(242, 3, CREATE).text();

    RawUdp.Reply again = client.ask(242, 2003, CREATE);

    assertThat(again).isEqualTo(new RawUdp.Reply(242, 2003, offer));
    assertThat(broker.calls).containsExactly("offer");
  }

  @Test
  void doesNotRepeatWorkThatIsStillBeingDone() throws IOException {
    broker.gate = new CompletableFuture<>();
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);

    client.send(242, 3, CREATE);
    client.send(242, 4, CREATE);
    Fixtures.await(
        () -> server.refusals().containsKey("repeated datagram while its reply is being made"));
    broker.gate.complete(null);

    assertThat(client.receive(Fixtures.PATIENCE_MILLIS)).map(RawUdp.Reply::timestamp).contains(3);
    assertThat(client.receive(50)).isEmpty();
    assertThat(broker.calls).containsExactly("offer");
  }

  @Test
  @Threat("T18")
  void dropsDatagramWithLowerNumber() throws IOException {
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);

    client.send(239, 4, VERSION);

    Fixtures.await(() -> server.refusals().containsKey("datagram out of order"));
    assertThat(client.ask(243, 5, ACCEPT).text()).contains("200 Success");
  }

  @Test
  void answersLastTwoDatagramsThatOvertookEachOther() throws IOException {
    client.ask(240, 1, VERSION);
    RawUdp.Reply success = client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);

    assertThat(client.ask(241, 9, ANONYMOUS)).isEqualTo(new RawUdp.Reply(241, 9, success.text()));
  }

  /** A NAT may have given the client's port to somebody else, who must learn and do nothing. */
  @Test
  void goesOnWithNobodyAfterTheAcceptAndRepeatsNothingButItsAnswer() throws IOException {
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);
    RawUdp.Reply accepted = client.ask(243, 4, ACCEPT);

    assertThat(client.ask(243, 5, ACCEPT)).isEqualTo(new RawUdp.Reply(243, 5, accepted.text()));
    client.send(242, 6, CREATE);
    Fixtures.await(() -> server.refusals().containsKey("datagram out of order"));
    assertThat(client.ask(244, 7, frame("<tunnel action=\"delete\"></tunnel>\r\n")).text())
        .startsWith("302 ");
    assertThat(broker.calls).containsExactly("offer", "accept");
  }

  @Test
  @Demands("R-2.1-8")
  void beginsAnewWithFreshVersion() throws IOException {
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);

    assertThat(client.ask(300, 3, VERSION).text()).startsWith("CAPABILITY ");

    assertThat(server.sessions())
        .extracting(SessionSummary::phase)
        .containsExactly("authentication");
  }

  @Test
  void goesOnAcrossTheWrapOfNumbers() throws IOException {
    client.ask(0x0FFF_FFFF, 1, VERSION);

    assertThat(client.ask(0, 2, ANONYMOUS)).isEqualTo(new RawUdp.Reply(0, 2, "200 Success\r\n"));
  }

  @Test
  void repeatsLastReplyOfSessionThatEnded() throws IOException {
    client.ask(240, 1, "VERSION=0.1\r\n");
    Fixtures.await(() -> server.sessions().isEmpty());

    assertThat(client.ask(240, 2, "VERSION=0.1\r\n"))
        .isEqualTo(new RawUdp.Reply(240, 2, "302 Unsupported client version\r\n"));
    assertThat(server.refusals()).containsEntry("unsupported version", 1L);
  }

  /** A client that was started again may get the same port, and asks every few seconds. */
  @Test
  void restartedClientWithLowerNumbersIsHeardHoweverOftenItAsks() throws IOException {
    stop();
    AtomicLong now = new AtomicLong();
    server = Fixtures.startBy(now::get, broker, settings);
    client = new RawUdp(settings.port());
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);
    client.ask(243, 4, ACCEPT);

    for (long asked = 1; asked <= 3; asked++) {
      now.addAndGet(TimeUnit.SECONDS.toNanos(3));
      client.send(230, 5, VERSION);
      long dropped = asked;
      Fixtures.await(() -> server.refusals().getOrDefault("datagram out of order", 0L) == dropped);
    }
    now.addAndGet(TimeUnit.SECONDS.toNanos(3));

    assertThat(client.ask(230, 6, VERSION).text()).startsWith("CAPABILITY ");
  }

  @Test
  void tellsAtOnceWhomeverItDoesNotKnow() throws IOException {
    assertThat(client.ask(250, 1, ANONYMOUS).text()).startsWith("302 ");
  }

  @Test
  void answersEchoRequestWithoutSession() throws IOException {
    assertThat(client.ask(240, 5, "ECHO REQUEST"))
        .isEqualTo(new RawUdp.Reply(240, 5, "200 Success\r\n"));
    assertThat(server.sessions()).isEmpty();
  }

  @Test
  void answersPollAndDropsPollWithoutSession() throws IOException {
    client.send(240, 1, "");
    Fixtures.await(() -> server.refusals().containsKey("poll without a session"));

    client.ask(241, 2, VERSION);
    client.ask(242, 3, "AUTHENTICATE X-NAMED\r\n");
    assertThat(client.ask(243, 4, "YWxpY2U=\r\n").text()).isEqualTo("Ynll\r\n");
    assertThat(client.ask(244, 5, "").text()).isEqualTo("200 Success\r\n");
  }

  @Test
  void echoesHeaderOfLittleEndianClient() throws IOException {
    byte[] header = {1, 0, 0, (byte) 0xF0, 1, 2, 3, 4};
    client.raw(datagram(header, VERSION));
    byte[] reply = client.receiveRaw(Fixtures.PATIENCE_MILLIS).orElseThrow();
    assertThat(Arrays.copyOf(reply, 8)).isEqualTo(header);

    byte[] next = {2, 0, 0, (byte) 0xF0, 1, 2, 3, 5};
    client.raw(datagram(next, ANONYMOUS));
    reply = client.receiveRaw(Fixtures.PATIENCE_MILLIS).orElseThrow();
    assertThat(Arrays.copyOf(reply, 8)).isEqualTo(next);
    assertThat(new String(reply, 8, reply.length - 8)).isEqualTo("200 Success\r\n");
  }

  @Test
  void countsWhatIsNoSignaling() throws IOException {
    client.raw(new byte[] {0x60, 0, 0, (byte) 0xF0, 0, 0, 59, 64});
    client.raw(new byte[] {0x45, 0, 0, 0, 0, 0, 0, 0});
    client.raw(new byte[] {(byte) 0xF0, 0, 0});

    Fixtures.await(
        () ->
            server
                .refusals()
                .keySet()
                .containsAll(
                    List.of(
                        "tunnelled packet without a tunnel",
                        "datagram that is neither signaling nor a packet",
                        "datagram shorter than a header")));
    assertThat(client.receive(1)).isEmpty();
  }

  @Test
  void answersNobodyBeforeAuthenticationWithMoreThanFiveTimesHisDatagram() throws IOException {
    for (String text :
        List.of(
            VERSION,
            "VERSION=2.0\r\n",
            "VERSION=0.1",
            "VERSION",
            "ECHO REQUEST",
            "x",
            "AUTH",
            "\0",
            "AUTHENTICATE X-NAMED\r\n",
            "Content-length: 1\r\n\r\n")) {
      try (RawUdp sender = new RawUdp(settings.port())) {
        sender.send(240, 1, text);
        sender
            .receiveRaw(200)
            .ifPresent(
                reply ->
                    assertThat(reply.length).as(text).isLessThanOrEqualTo(5 * (8 + text.length())));
      }
    }
  }

  @Test
  void namesOtherBrokersOnlyWhereThatIsNoGiftToForgers() throws IOException {
    stop();
    settings = Fixtures.referring(settings, "ts1.example", "ts2.example");
    server = Fixtures.start(broker, settings);
    client = new RawUdp(settings.port());

    assertThat(client.ask(240, 1, "VERSION=0.1\r\n").text())
        .isEqualTo("302 Unsupported client version\r\n");
    try (Socket tcp = new Socket(Fixtures.LOOPBACK, settings.port())) {
      tcp.getOutputStream().write("VERSION=0.1\r\n".getBytes(ISO_8859_1));
      assertThat(new String(tcp.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("1302 ")
          .contains("ts1.example", "ts2.example");
    }
  }

  @Test
  @Promise("P5")
  @Threat("T5")
  void limitsRateOfSourceButLetsSomeKnowThatItIsThere() throws IOException {
    stop();
    settings = Fixtures.settings(limits(100, 100, 1, 3, 2), Fixtures.LOOPBACK);
    server = Fixtures.startAtOneInstant(broker, settings);
    for (int i = 0; i < 3; i++) {
      try (RawUdp sender = new RawUdp(settings.port())) {
        assertThat(sender.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
      }
    }

    client = new RawUdp(settings.port());
    for (int i = 0; i < 3; i++) {
      isDropped(client);
      // Who is dropped and asks again is not counted with those who begin.
      assertThat(client.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
    }
    isDropped(client);
    for (int i = 0; i < 2; i++) {
      assertThat(client.ask(240, 1, VERSION).text()).startsWith("530 ");
      isDropped(client);
    }
  }

  private void isDropped(RawUdp sender) throws IOException {
    long before = server.refusals().getOrDefault("rate of a source", 0L);
    sender.send(240, 1, VERSION);
    Fixtures.await(() -> server.refusals().getOrDefault("rate of a source", 0L) == before + 1);
  }

  /** Nor is it told to whoever repeats a header that costs him next to nothing. */
  @Test
  @Promise("P5")
  @Threat("T5")
  void saysNothingOfTheRateToWhatBeginsNoSession() throws IOException {
    stop();
    settings = Fixtures.settings(limits(100, 100, 1, 3, 1), Fixtures.LOOPBACK);
    server = Fixtures.startAtOneInstant(broker, settings);
    client = new RawUdp(settings.port());
    for (int i = 0; i < 3; i++) {
      client.ask(240, i, VERSION);
    }

    for (String data : List.of("", ANONYMOUS, "ECHO REQUEST")) {
      try (RawUdp sender = new RawUdp(settings.port())) {
        long before = server.refusals().getOrDefault("rate of a source", 0L);
        sender.send(250, 3, data);
        Fixtures.await(() -> server.refusals().getOrDefault("rate of a source", 0L) > before);
        assertThat(sender.receive(50)).isEmpty();
      }
    }

    try (RawUdp sender = new RawUdp(settings.port())) {
      assertThat(sender.ask(251, 6, VERSION))
          .isEqualTo(new RawUdp.Reply(251, 6, "530 Server too busy\r\n"));
    }
  }

  @Test
  void peerThatEchoedANonceIsNotSubjectToRate() throws IOException {
    start(limits(100, 100, 1, 3, 0));
    provesAddress(client);

    for (int i = 0; i < 20; i++) {
      assertThat(client.ask(243 + i, 4, "").sequence()).isEqualTo(243 + i);
    }
  }

  @Test
  void refusesSourceWithTooManySessions() throws IOException {
    start(limits(100, 1, 0, 1, 0));
    provesAddress(client);

    try (RawUdp second = new RawUdp(settings.port())) {
      assertThat(second.ask(240, 1, VERSION).text()).isEqualTo("530 Server too busy\r\n");
    }
    assertThat(server.sessions()).hasSize(1);
  }

  @Test
  void answeredOfferDoesNotCountAgainstItsSource() throws IOException {
    start(limits(100, 1, 0, 1, 0));
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);
    client.ask(243, 4, ACCEPT);

    try (RawUdp second = new RawUdp(settings.port())) {
      assertThat(second.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
    }
    assertThat(client.ask(243, 5, ACCEPT).text()).contains("200 Success");
  }

  @Test
  @Promise("P5")
  @Threat("T6")
  void oldestHalfOpenSessionMakesRoomInFullTable() throws IOException {
    start(limits(2, 100, 0, 1, 0));
    provesAddress(client);
    try (RawUdp halfOpen = new RawUdp(settings.port());
        RawUdp third = new RawUdp(settings.port())) {
      halfOpen.ask(240, 1, VERSION);

      assertThat(third.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");

      assertThat(server.sessions())
          .extracting(s -> s.path().remote().getPort())
          .containsExactlyInAnyOrder(client.port(), third.port());
      provesAddress(third);
      assertThat(halfOpen.ask(240, 2, VERSION).text()).startsWith("530 ");
    }
  }

  /** All of an anonymous exchange can be sent blindly, so it proves nothing. */
  @Test
  @Threat("T6")
  void anonymousSessionMakesRoomLikeOneThatIsHalfOpen() throws IOException {
    start(limits(2, 100, 0, 1, 0));
    try (RawUdp forger = new RawUdp(settings.port());
        RawUdp another = new RawUdp(settings.port())) {
      for (RawUdp blind : List.of(forger, another)) {
        blind.ask(240, 1, VERSION);
        blind.ask(241, 2, ANONYMOUS);
        blind.ask(242, 3, CREATE);
      }

      assertThat(client.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
      assertThat(server.sessions())
          .extracting(s -> s.path().remote().getPort())
          .containsExactlyInAnyOrder(another.port(), client.port());
      try (Socket tcp = new Socket(Fixtures.LOOPBACK, settings.port())) {
        tcp.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
        assertThat(new String(tcp.getInputStream().readNBytes(11), ISO_8859_1))
            .isEqualTo("CAPABILITY ");
      }
    }
  }

  /** Or whoever forges a source would lock its owner out, over TCP too. */
  @Test
  @Threat("T6")
  void oldestHalfOpenSessionOfASourceMakesRoomForItsNext() throws IOException {
    start(limits(100, 2, 0, 1, 0));
    try (RawUdp forger = new RawUdp(settings.port());
        RawUdp another = new RawUdp(settings.port())) {
      forger.ask(240, 1, VERSION);
      another.ask(240, 1, VERSION);
      another.ask(241, 2, ANONYMOUS);

      try (Socket tcp = new Socket(Fixtures.LOOPBACK, settings.port())) {
        tcp.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
        assertThat(new String(tcp.getInputStream().readNBytes(11), ISO_8859_1))
            .isEqualTo("CAPABILITY ");
        assertThat(client.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
        assertThat(server.sessions())
            .extracting(s -> s.path().remote().getPort())
            .containsExactlyInAnyOrder(tcp.getLocalPort(), client.port());
      }
    }
  }

  @Test
  @Threat("T6")
  void forgedDatagramsUseUpNoneOfTheConnectionsOfTheirSource() throws IOException {
    stop();
    settings = Fixtures.settings(limits(100, 100, 1, 2, 0), Fixtures.LOOPBACK);
    server = Fixtures.startAtOneInstant(broker, settings);
    client = new RawUdp(settings.port());
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);
    client.send(243, 4, ACCEPT);
    Fixtures.await(() -> server.refusals().containsKey("rate of a source"));

    try (Socket tcp = new Socket(Fixtures.LOOPBACK, settings.port())) {
      tcp.getOutputStream().write(VERSION.getBytes(ISO_8859_1));
      assertThat(new String(tcp.getInputStream().readNBytes(11), ISO_8859_1))
          .isEqualTo("CAPABILITY ");
    }
  }

  private void provesAddress(RawUdp peer) throws IOException {
    server.factories =
        List.of(TestMechanism.<SaslServerFactory>service("CRAM-MD5", new TestMechanism()));
    peer.ask(240, 1, VERSION);
    peer.ask(241, 2, "AUTHENTICATE CRAM-MD5\r\n");
    assertThat(peer.ask(242, 3, "YWxpY2U=\r\n").text()).isEqualTo("Ynll\r\n");
  }

  @Test
  @Threat("T9")
  void refusesSourceThatFailedToAuthenticateTooOften() throws IOException {
    start(
        new TransportSettings.Limits(
            Fixtures.LIMITS.phase(),
            100,
            100,
            Fixtures.LIMITS.udpIdle(),
            Fixtures.LIMITS.udpRemember(),
            100,
            0,
            1,
            0,
            1,
            2));
    for (int i = 0; i < 2; i++) {
      try (RawUdp guesser = new RawUdp(settings.port())) {
        guesser.ask(240, 1, VERSION);
        guesser.ask(241, 2, "AUTHENTICATE X-NAMED\r\n");
        assertThat(guesser.ask(242, 3, "YmFk\r\n").text()).startsWith("300 ");
      }
    }

    // Others may still come in by mechanisms of which nobody can send the whole blindly.
    assertThat(client.ask(240, 1, VERSION).text()).startsWith("CAPABILITY ");
    assertThat(client.ask(241, 2, "AUTHENTICATE X-NAMED\r\n").text()).startsWith("530 ");
  }

  @Test
  void endsSessionOfSilentPeer() throws IOException {
    start(
        new TransportSettings.Limits(
            Fixtures.LIMITS.phase(),
            100,
            100,
            java.time.Duration.ofMillis(300),
            Fixtures.LIMITS.udpRemember(),
            100,
            0,
            1,
            0,
            0,
            1));
    client.ask(240, 1, VERSION);

    Fixtures.await(() -> server.sessions().isEmpty());
    assertThat(client.ask(240, 2, VERSION).text()).startsWith("CAPABILITY ");
    assertThat(client.ask(241, 3, ANONYMOUS).text()).startsWith("302 ");
  }

  @Test
  @Threat("T18")
  void doesNotActOnReplayFromAnotherPort() throws IOException {
    client.ask(240, 1, VERSION);
    client.ask(241, 2, ANONYMOUS);
    client.ask(242, 3, CREATE);

    try (RawUdp replayer = new RawUdp(settings.port())) {
      assertThat(replayer.ask(242, 3, CREATE).text()).startsWith("302 ");
    }
    assertThat(broker.calls).containsExactly("offer");
  }

  private static TransportSettings.Limits limits(
      int sessions, int perSource, int rate, int burst, int slip) {
    return new TransportSettings.Limits(
        Fixtures.LIMITS.phase(),
        sessions,
        perSource,
        Fixtures.LIMITS.udpIdle(),
        Fixtures.LIMITS.udpRemember(),
        100,
        rate,
        burst,
        slip,
        0,
        1);
  }

  private static byte[] datagram(byte[] header, String text) {
    byte[] data = text.getBytes(ISO_8859_1);
    return ByteBuffer.allocate(header.length + data.length).put(header).put(data).array();
  }
}
