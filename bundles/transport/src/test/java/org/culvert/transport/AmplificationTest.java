package org.culvert.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody gets who writes another's address into his datagrams. */
class AmplificationTest {
  private static final int MOST = 5;
  private static final int SENDERS = 20;
  private static final int BARRIER = -1;
  private static final String CREATE =
      UdpServerTest.frame(
          "<tunnel action=\"create\" type=\"v6udpv4\" proxy=\"no\">\r\n <client>\r\n"
              + "  <address type=\"ipv4\">10.9.0.2</address>\r\n </client>\r\n</tunnel>\r\n");
  private static final Set<TunnelProfile> IPV4 =
      Set.of(SampleProfiles.V6V4, SampleProfiles.V6UDPV4);
  private static final List<String> ALL =
      List.of(
          "EXTERNAL",
          "SCRAM-SHA-256-PLUS",
          "SCRAM-SHA-256",
          "SCRAM-SHA-1",
          "X-OWN",
          "DIGEST-MD5",
          "PLAIN",
          "ANONYMOUS");

  private final FakeBroker broker = new FakeBroker();
  private TransportSettings settings;
  private SignalingServer server;

  @BeforeEach
  void start() throws IOException {
    settings =
        Fixtures.referring(
            Fixtures.settings(Fixtures.LIMITS, Fixtures.LOOPBACK),
            "ts1.a-rather-long-name.example",
            "ts2.a-rather-long-name.example");
    server = Fixtures.startWithUsers(broker, settings);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VERSION=2.0.2\r\n",
        "VERSION=2.0.1\r\n",
        "VERSION=2.0.0\r\n",
        "VERSION=2.0\r\n",
        "VERSION=2.0.2",
        "VERSION=2.0",
        "version = 2.0\r\n"
      })
  void everyVersionIsAnsweredWithinFiveTimesItsDatagram(String version) throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.send(240, 1, version);
      byte[] reply = client.receiveRaw(Fixtures.PATIENCE_MILLIS).orElseThrow();

      assertThat(reply.length).isLessThanOrEqualTo(MOST * (8 + version.length()));
      assertThat(new String(reply, 8, reply.length - 8, ISO_8859_1))
          .startsWith("CAPABILITY ")
          .contains("AUTH=DIGEST-MD5", "AUTH=ANONYMOUS");
    }
  }

  @Test
  @Threat("T10")
  void whatIsNotNamedForWantOfRoomIsNotTaken() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      assertThat(client.ask(240, 1, "VERSION=2.0\r\n").text()).doesNotContain("SCRAM-SHA-1 ");
      assertThat(client.ask(241, 2, "AUTHENTICATE SCRAM-SHA-1\r\n").text()).startsWith("300 ");
    }
    try (RawUdp client = new RawUdp(settings.port())) {
      assertThat(client.ask(240, 1, "VERSION=2.0.2\r\n").text()).contains("AUTH=SCRAM-SHA-1 ");
      assertThat(client.ask(241, 2, "AUTHENTICATE SCRAM-SHA-1\r\n").text()).isEmpty();
    }
  }

  @Test
  void repetitionThatIsShorterThanTheOriginalIsNotAnsweredWithMore() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, "VERSION=2.0.2\r\n");
      client.send(240, 2, "V");

      Fixtures.await(
          () ->
              server
                  .refusals()
                  .containsKey("reply out of proportion to an unproved sender's datagram"));
      assertThat(client.receive(50)).isEmpty();
    }
  }

  /** ANONYMOUS can be sent blindly, and a header alone costs its sender next to nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "Content-length: 1\r\n"})
  @Promise("P5")
  @Threat("T5")
  void repeatedHeaderIsNotAnsweredWithMoreThanItself(String data) throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, "VERSION=2.0.2\r\n");
      client.ask(241, 2, "AUTHENTICATE ANONYMOUS\r\n");
      RawUdp.Reply offer = client.ask(242, 3, CREATE);
      client.send(242, 4, data);
      client.send(240, BARRIER, "ECHO REQUEST");

      assertThat(client.receive(Fixtures.PATIENCE_MILLIS))
          .map(RawUdp.Reply::timestamp)
          .contains(BARRIER);
      assertThat(client.ask(242, 5, CREATE)).isEqualTo(new RawUdp.Reply(242, 5, offer.text()));
    }
  }

  @Test
  @Threat("T8")
  void theSameAnswerComesAsOftenAsClientsRepeatThemselves() throws IOException {
    try (RawUdp client = new RawUdp(settings.port())) {
      client.ask(240, 1, "VERSION=2.0.2\r\n");
      client.ask(241, 2, "AUTHENTICATE ANONYMOUS\r\n");
      client.ask(242, 1, CREATE);
      for (int sent = 2; sent <= 20; sent++) {
        client.send(242, sent, CREATE);
      }
      client.send(240, BARRIER, "ECHO REQUEST");

      int answers = 0;
      while (client.receive(Fixtures.PATIENCE_MILLIS).orElseThrow().timestamp() != BARRIER) {
        answers++;
      }
      assertThat(answers).as("beside the first").isEqualTo(7);
    }
  }

  /** What such a command asks for is longer than five times the command. */
  @Test
  @Promise("P5")
  @Threat("T5")
  void shortCommandsWithLongAnswersAreAnsweredAsFarAsTheSumAllows() throws IOException {
    broker.info = CompletableFuture.completedFuture(FakeBroker.tunnel(TunnelType.V6V4));
    String info = UdpServerTest.frame("<tunnel action='info'/>");
    try (RawUdp client = new RawUdp(settings.port())) {
      int sent = 0;
      int received = 0;
      for (String line : List.of("VERSION=2.0.2\r\n", "AUTHENTICATE ANONYMOUS\r\n")) {
        received += 8 + client.ask(240 + sent, sent, line).text().length();
        sent += 8 + line.length();
      }
      for (int i = 0; i < 20; i++) {
        client.send(400 + i, i, info);
        sent += 8 + info.length();
        client.send(240, BARRIER, "ECHO REQUEST");
      }

      for (int barriers = 0; barriers < 20; ) {
        RawUdp.Reply reply = client.receive(Fixtures.PATIENCE_MILLIS).orElseThrow();
        boolean barrier = reply.timestamp() == BARRIER;
        barriers += barrier ? 1 : 0;
        received += barrier ? 0 : 8 + reply.text().length();
      }
      assertThat(received).isLessThanOrEqualTo(MOST * sent);
      Fixtures.await(
          () ->
              server
                  .refusals()
                  .containsKey("reply out of proportion to an unproved sender's datagram"));
    }
  }

  /** Datagrams as clients send them, cut, mixed up and repeated; and noise. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  @Promise("P5")
  @Threat("T5")
  void nothingSentBeforeAuthenticationIsAnsweredWithMoreThanFiveTimesItself(long seed)
      throws IOException {
    Random random = new Random(seed);
    Map<Integer, Integer> lengths = new HashMap<>();
    Set<Integer> once = new HashSet<>();
    int answered = 0;
    for (int sender = 0; sender < SENDERS; sender++) {
      try (RawUdp client = new RawUdp(settings.port())) {
        for (int i = 0; i < 25; i++) {
          // The timestamp comes back, and so tells which datagram was answered.
          int timestamp = sender * 1000 + i;
          byte[] datagram = datagram(random, timestamp);
          lengths.put(timestamp, datagram.length);
          client.raw(datagram);
        }
        // The server takes datagrams in turn: when this is answered, so are those before it.
        lengths.put(BARRIER, 8 + "ECHO REQUEST".length());
        client.send(240, BARRIER, "ECHO REQUEST");
        once.remove(BARRIER);
        int timestamp;
        do {
          byte[] reply = client.receiveRaw(Fixtures.PATIENCE_MILLIS).orElseThrow();
          answered++;
          timestamp = ByteBuffer.wrap(reply).getInt(4);
          assertThat(once.add(timestamp)).as("the first answer to a datagram").isTrue();
          assertThat(reply.length)
              .as("answer to %s octets", lengths.get(timestamp))
              .isLessThanOrEqualTo(MOST * lengths.get(timestamp));
        } while (timestamp != BARRIER);
      }
    }
    assertThat(answered).as("answers beside the barriers").isGreaterThan(20 + SENDERS);
  }

  private static byte[] datagram(Random random, int timestamp) {
    List<String> words =
        List.of(
            "VERSION=2.0.2\r\n",
            "VERSION=2.0\r\n",
            "VERSION=0.1\r\n",
            "VERSION=1.0.1\r\n",
            "VERSION",
            "AUTHENTICATE DIGEST-MD5\r\n\0",
            "AUTHENTICATE SCRAM-SHA-256\r\n",
            "AUTHENTICATE X\r\n",
            "biwsbj1hbGljZSxyPWFiY2RlZmdo\r\n",
            "ECHO REQUEST",
            "",
            "Content-length: 48\r\n<tunnel action=\"info\" type=\"v6anyv4\"></tunnel>\r\n");
    String word = words.get(random.nextInt(words.size()));
    int cut = random.nextInt(3) == 0 ? random.nextInt(word.length() + 1) : word.length();
    byte[] data = word.substring(0, cut).getBytes(ISO_8859_1);
    if (random.nextInt(10) == 0) {
      random.nextBytes(data);
    }
    return ByteBuffer.allocate(8 + data.length)
        .putInt(0xF000_0000 | (240 + random.nextInt(8)))
        .putInt(timestamp)
        .put(data)
        .array();
  }

  // What is given up for want of room.

  @ParameterizedTest
  @CsvSource({"200", "115", "107", "97", "87", "70", "40", "0"})
  void lineNeverHasMoreThanItsRoom(int room) {
    List<String> kept = CapabilityRoom.fit(room, IPV4, ALL, Function.identity());

    int length =
        "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4\r\n".length()
            + kept.stream().mapToInt(name -> " AUTH=".length() + name.length()).sum();
    assertThat(kept.isEmpty() || length <= room).isTrue();
    assertThat(ALL.stream().filter(kept::contains).toList()).isEqualTo(kept);
  }

  @Test
  void whatOldClientsKnowIsGivenUpLast() {
    assertThat(CapabilityRoom.fit(75, IPV4, ALL, Function.identity()))
        .containsExactly("DIGEST-MD5", "ANONYMOUS");
    assertThat(CapabilityRoom.fit(60, IPV4, ALL, Function.identity()))
        .containsExactly("DIGEST-MD5");
    assertThat(CapabilityRoom.fit(CapabilityRoom.AMPLE, IPV4, ALL, Function.identity()))
        .isEqualTo(ALL);
  }
}
