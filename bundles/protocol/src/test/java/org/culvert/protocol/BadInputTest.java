package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Random;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody should send. */
class BadInputTest {
  private static final String INVALID =
      "Content-length: 48\r\n500 Invalid request format or specified length\r\n";
  private static final String INFO = "<tunnel action=\"info\"></tunnel>";
  private static final int SEED = 20100217;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "nonsense\r\n",
        "<tunnel action=\"info\">\r\n",
        "<tunnel></tunnel>\r\n",
        "<!DOCTYPE tunnel [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>"
            + "<tunnel action=\"info\">&a;</tunnel>\r\n",
        "<!DOCTYPE tunnel [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>"
            + "<tunnel action=\"info\">&b;</tunnel>\r\n",
        "<tunnel action=\"info\"></tunnel><tunnel action=\"delete\"></tunnel>\r\n",
        "<tunnel action=\"\0\"></tunnel>\r\n"
      })
  void answersUnreadableXmlWith500AndGoesOn(String body) {
    for (Transport transport : Transport.values()) {
      Server server = Server.inCommandPhase(transport);

      server.hearsFrame(body).hearsFrame(INFO + "\r\n");

      assertThat(server.replies.get(0)).isEqualTo(INVALID);
      assertThat(server.verdicts()).containsExactly("500", "200");
      assertThat(server.broker.calls()).containsExactly("info anonymous");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        INFO + "\r\n",
        "Content-length: \r\n" + INFO,
        "Content-length: -1\r\n" + INFO,
        "Content-length: 0x20\r\n" + INFO,
        "Content-length: 99999999999999999999\r\n" + INFO,
        "Content-length: 8193\r\n" + INFO,
        "Content-length: 1000000000\r\n" + INFO,
        "Content-width: 33\r\n" + INFO,
        "VERSIO=2.0.2\r\n"
      })
  void answersAHeaderThatIsNoneWith500AndEndsAStream(String message) {
    Server stream = Server.inCommandPhase(Transport.TCP).hears(message);
    Server datagrams = Server.inCommandPhase(Transport.UDP).hears(message);

    assertThat(stream.replies).containsExactly(INVALID);
    assertThat(stream.closed).isTrue();
    assertThat(datagrams.replies).containsExactly(INVALID);
    assertThat(datagrams.closed).as("the next datagram may be better").isFalse();
    assertThat(datagrams.hearsFrame(INFO).verdicts()).last().isEqualTo("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-length: 33\r\n",
        "Content-length:33\r\n",
        "CONTENT-LENGTH:    33  \r\n",
        "content-length : 33\n",
        "\0\r\n Content-Length: 33\r\n"
      })
  void toleratesTheHeadersOfTheField(String header) {
    for (Transport transport : Transport.values()) {
      Server server = Server.inCommandPhase(transport);

      server.hears(header + INFO + "\r\n");

      assertThat(server.verdicts()).containsExactly("200");
    }
  }

  @Test
  void toleratesALengthThatIsWrongByALinesEnd() {
    for (Transport transport : Transport.values()) {
      for (String end : List.of("", "\n", "\r\n", "\r\n\0")) {
        for (int length = INFO.length(); length <= INFO.length() + 2; length++) {
          Server server = Server.inCommandPhase(transport);

          server.hears("Content-length: " + length + "\r\n" + INFO + end);
          server.hears("Content-length: " + length + "\r\n" + INFO + end);

          assertThat(server.verdicts())
              .as("%s, length %d, end of %d", transport, length, end.length())
              .containsExactly("200", "200");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 20, 40, 100, 8192})
  @Threat("T7")
  void refusesADatagramWhoseLengthLies(int length) {
    Server server = Server.inCommandPhase(Transport.UDP);

    server.hears("Content-length: " + length + "\r\n" + INFO + "\r\n");

    assertThat(server.replies).containsExactly(INVALID);
  }

  @Test
  void waitsForTheRestOfAStreamThatPromisesMore() {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.hears("Content-length: 100\r\n" + INFO + "\r\n");

    assertThat(server.replies).isEmpty();
    assertThat(server.closed).isFalse();
  }

  @Test
  void losesAStreamThatPromisesLess() {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.hears("Content-length: 10\r\n" + INFO + "\r\n");

    assertThat(server.verdicts()).containsExactly("500", "500");
    assertThat(server.closed).isTrue();
  }

  @Test
  @Threat("T7")
  void takesTheLargestBodyAndNoLarger() {
    for (Transport transport : Transport.values()) {
      Server most = Server.inCommandPhase(transport);
      Server more = Server.inCommandPhase(transport);

      most.hearsFrame(INFO + " ".repeat(Frame.MAX_BODY - INFO.length()));
      more.hearsFrame(INFO + " ".repeat(Frame.MAX_BODY + 1 - INFO.length()));

      assertThat(most.verdicts()).as("%s", transport).containsExactly("200");
      assertThat(more.verdicts()).as("%s", transport).containsExactly("500");
    }
  }

  @ParameterizedTest
  @CsvSource({"VERSION, 302", "AUTHENTICATION, 300", "COMMAND, 500"})
  @Threat("T7")
  void endsAStreamThatNeverBecomesAMessage(Phase phase, String code) {
    Server server = Server.tcp();
    if (phase != Phase.VERSION) {
      server.hears("VERSION=2.0.2\r\n");
    }
    if (phase == Phase.COMMAND) {
      server.hears("AUTHENTICATE ANONYMOUS\r\n");
    }

    for (int i = 0; i < 1000 && !server.closed; i++) {
      server.hears("A".repeat(10));
    }

    assertThat(server.verdicts()).last().isEqualTo(code);
    assertThat(server.closed).isTrue();
  }

  @Test
  void endsAStreamOnceHoweverMuchComesAtOnce() {
    Server server = Server.tcp();

    server.hears("A".repeat(100_000));

    assertThat(server.replies).containsExactly("302 Unsupported client version\r\n");
    assertThat(server.refusals).containsExactly("line too long");
  }

  @Test
  void limitsASaslMessage() {
    Server server = Server.tcp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n");

    server.hears("A".repeat(BrokerSession.MAX_WAITING + 1));

    assertThat(server.replies).last().isEqualTo("300 Authentication failed\r\n");
    assertThat(server.refusals).containsExactly("message too long");
  }

  @Test
  void handlesMoreInOneSegmentThanItWouldKeep() {
    Server server = Server.inCommandPhase(Transport.TCP);
    String one = "Content-length: 33\r\n" + INFO + "\r\n";

    server.hears(one.repeat(1000));

    assertThat(server.verdicts()).hasSize(1000).containsOnly("200");
  }

  @Test
  void skipsNulsBetweenMessages() {
    Server server = Server.tcp();

    server.hears("\0\0VERSION=2.0.2\r\n\0\0\0AUTHENTICATE ANONYMOUS\r\n\0\0");
    server.hears("\0\r\n\0Content-length: 33\r\n" + INFO + "\r\n\0");

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "200", "200");
  }

  @Test
  void saysNothingMoreWhenClosed() {
    Server server = Server.tcp().hears("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

    server.hears("VERSION=2.0.2\r\n");
    server.session.timedOut();
    server.session.closed();

    assertThat(server.verdicts()).containsExactly("302");
    assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
  }

  /**
   * Random octets, and random pieces of sense, in every phase: nothing is thrown, all is bounded.
   */
  @ParameterizedTest
  @EnumSource(Transport.class)
  void staysInADefinedPhaseWhateverItHears(Transport transport) {
    Random random = new Random(SEED);
    List<String> sense =
        List.of(
            "VERSION=2.0.2\r\n",
            "VERSION=1.0.1\r\n",
            "AUTHENTICATE ANONYMOUS\r\n\0",
            "AUTHENTICATE PLAIN\r\n",
            "AUTHENTICATE DIGEST-MD5\r\b",
            "\0alice\0secret1\r\n",
            "dXNlcm5hbWU9ImJvYiI=\r\n",
            "Content-length: 33\r\n" + INFO + "\r\n",
            "Content-length: 35\r\n<tunnel action=\"accept\"></tunnel>\r\n",
            "Content-length: 35\r\n<tunnel action=\"delete\"></tunnel>\r\n",
            WorkedExamples.said("E2", 'C').get(0),
            "");
    int commands = 0;
    for (int round = 0; round < 2000; round++) {
      Server server = Server.over(transport);
      for (int step = 0; step < 12; step++) {
        int usual = step == 0 ? 0 : step == 1 ? 2 : 7 + random.nextInt(5);
        int chosen = random.nextInt(3) > 0 ? usual : random.nextInt(sense.size());
        byte[] message = sense.get(chosen).getBytes(StandardCharsets.US_ASCII);
        if (random.nextInt(4) == 0) {
          message = mutated(message, random);
        }
        boolean open = server.session.phase() != Phase.CLOSED;
        int replies = server.replies.size();

        server.hears(message);

        assertThat(server.session.phase()).isNotNull();
        assertThat(server.closed).isEqualTo(server.session.phase() == Phase.CLOSED);
        if (transport == Transport.UDP && open) {
          assertThat(server.replies).as("one reply a datagram").hasSize(replies + 1);
        }
      }
      commands += server.broker.calls().size();
    }
    assertThat(commands).as("some rounds come to commands").isGreaterThan(50);
  }

  private static byte[] mutated(byte[] message, Random random) {
    byte[] mutated = new byte[random.nextInt(message.length + 20)];
    random.nextBytes(mutated);
    int kept = Math.min(message.length, random.nextInt(mutated.length + 1));
    System.arraycopy(message, 0, mutated, 0, kept);
    return mutated;
  }

  @Test
  void aFaultOfItsOwnIsToldAndEndsTheSession() {
    Server server = Server.tcp();
    IllegalStateException fault = new IllegalStateException("broken");
    server.mechanisms =
        new AbstractList<>() {
          @Override
          public OfferedMechanism get(int index) {
            throw fault;
          }

          @Override
          public int size() {
            return 1;
          }
        };

    server.hears("VERSION=2.0.2\r\n");

    assertThat(server.verdicts()).containsExactly("310");
    assertThat(server.closed).isTrue();
    assertThat(server.faults).containsExactly(fault);
  }
}
