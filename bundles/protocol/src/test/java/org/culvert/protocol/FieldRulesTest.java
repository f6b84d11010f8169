package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.culvert.api.broker.Identity;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What old clients do and expect before the command phase, line by line. */
class FieldRulesTest {
  private static final String CREATE =
      frame(
          "<tunnel action=\"create\" type=\"v6v4\"><client><address type=\"ipv4\">198.51.100.2"
              + "</address></client></tunnel>");
  private static final Referral ELSEWHERE = new Referral(List.of("198.51.100.7"));

  // Versions.

  @ParameterizedTest
  @CsvSource({
    "3.0.0, TCP, 1302",
    "3.0.0, UDP, 1302",
    "2.1.0, TCP, 1302",
    "1.1, UDP, 1302",
    "1.1, TCP, 1302",
    "0.1, UDP, 1302",
    "1.0.1, UDP, 302",
    "1.0, UDP, 302",
    "2, UDP, 302",
    "2.0.x, TCP, 302",
    "'', TCP, 302"
  })
  void namesOtherBrokersToVersionsSpokenNowhereHere(
      String version, Transport transport, String code) {
    Server with = Server.over(transport);
    with.referral = Optional.of(ELSEWHERE);
    Server without = Server.over(transport);

    with.hears("VERSION=" + version + "\r\n");
    without.hears("VERSION=" + version + "\r\n");

    assertThat(with.verdicts()).containsExactly(code);
    assertThat(with.replies.get(0).contains("198.51.100.7")).isEqualTo(code.equals("1302"));
    assertThat(without.replies).containsExactly("302 Unsupported client version\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n", "\0\0\r\nSSH-2.0-x\r\n", "VERSION\r\n", "V\r\n"})
  void namesNoOtherBrokersToWhatIsNoClient(String line) {
    for (Transport transport : Transport.values()) {
      Server server = Server.over(transport);
      server.referral = Optional.of(ELSEWHERE);

      server.hears(line);

      assertThat(server.replies).containsExactly("302 Unsupported client version\r\n");
    }
  }

  @Test
  void namesNotItself() {
    Server alone = Server.udp();
    alone.referral = Optional.of(new Referral(List.of("198.51.100.1")));
    Server oneOfThree = Server.udp();
    oneOfThree.referral =
        Optional.of(new Referral(List.of("ts1.isp1.example", "198.51.100.1", "2001:db8::7")));

    alone.hears("VERSION=3.0.0\r\n");
    oneOfThree.hears("VERSION=3.0.0\r\n");

    assertThat(alone.replies).containsExactly("302 Unsupported client version\r\n");
    assertThat(oneOfThree.replies.get(0))
        .startsWith("1302 ")
        .contains("ts1.isp1.example", "2001:db8::7")
        .doesNotContain("198.51.100.1<");
  }

  @Test
  void endsTheLadderOfVersionsAtTheFirstStepThatItKnows() {
    for (String version : List.of("2.0.2", "2.0.1", "2.0.0", "2.0")) {
      Server server = Server.udp();

      server.hears("VERSION=" + version + "\r\n").hears("AUTHENTICATE ANONYMOUS\r\n\0");

      assertThat(server.verdicts()).containsExactly("CAPABILITY", "200");
    }
    assertThat(Server.udp().hears("VERSION=1.0.1\r\n").verdicts()).containsExactly("302");
    assertThat(Server.tcp().hears("VERSION=1.0.1\r\n").verdicts()).containsExactly("CAPABILITY");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VERSION=2.0.2\n",
        "version=2.0.2\r\n",
        "Version = 2.0.2 \r\n",
        "\r\n\0 VERSION=2.0.2\r\n\0",
        "VERSION=2.0.2\r\b"
      })
  void readsVersionLinesAsOldClientsWriteThem(String line) {
    for (Transport transport : Transport.values()) {
      Server server = Server.over(transport);

      server.hears(line);

      assertThat(server.verdicts()).containsExactly("CAPABILITY");
      assertThat(server.session.version()).contains("2.0.2");
    }
  }

  @Test
  void needsNoEndOfLineInADatagram() {
    Server server = Server.udp();

    server.hears("VERSION=2.0.2").hears("AUTHENTICATE ANONYMOUS");

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "200");
  }

  @Test
  void takesTheLongestLineAndNoLonger() {
    String line = "VERSION" + " ".repeat(BrokerSession.MAX_LINE - 15) + "=2.0.2";

    assertThat(Server.tcp().hears(line).hears("\r\n").verdicts()).containsExactly("CAPABILITY");
    assertThat(Server.tcp().hears(" " + line + "\r\n").verdicts())
        .as("white space in front does not count")
        .containsExactly("CAPABILITY");
    assertThat(Server.tcp().hears(line + " \r\n").verdicts()).containsExactly("302");
    assertThat(Server.tcp().hears(line + "  x").verdicts()).containsExactly("302");
  }

  /** What has been said when a version begins the session anew. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "VERSION=2.0.2",
        "VERSION=2.0.2|AUTHENTICATE PLAIN",
        "VERSION=2.0.2|AUTHENTICATE DIGEST-MD5",
        "VERSION=2.0.2|AUTHENTICATE DIGEST-MD5|dXNlcm5hbWU9ImJvYiI=",
        "VERSION=2.0.2|AUTHENTICATE ANONYMOUS",
        "VERSION=2.0.2|AUTHENTICATE ANONYMOUS|CREATE"
      })
  void beginsAnewOverUdpWhereverItStood(String said) {
    Server server = Server.udp();
    for (String line : said.split("\\|", -1)) {
      if (!line.isEmpty()) {
        server.hears(line.equals("CREATE") ? CREATE : line + "\r\n");
      }
    }
    server.replies.clear();

    server.hears("VERSION=2.0.1\r\n").hears("AUTHENTICATE PLAIN\r\n").hears("\0alice\0secret1\r\n");

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "", "200");
    assertThat(server.session.version()).contains("2.0.1");
    assertThat(server.session.identity()).contains(Identity.of("alice"));
    assertThat(server.closed).isFalse();
  }

  @Test
  void beginsAnewOverUdpWhileAPasswordIsChecked() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Server server = Server.udp();
    server.blocking = tasks::add;
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n").hears("\0alice\0secret1");

    server.hears("VERSION=2.0.2\r\n");
    tasks.forEach(Runnable::run);

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "", "CAPABILITY");
    assertThat(server.session.phase()).isEqualTo(Phase.AUTHENTICATION);
  }

  // The line of AUTHENTICATE, and what clients leave behind it.

  @ParameterizedTest
  @ValueSource(strings = {"\r\n", "\r\n\0", "\r\b", "\r\b\0", "\n", "\r\n\0\0\0"})
  void doesNotMindWhatFollowsAuthenticate(String end) {
    for (Transport transport : Transport.values()) {
      for (Pipe.Cut cut : Pipe.Cut.values()) {
        for (String mechanism :
            List.of("ANONYMOUS", "PLAIN", "DIGEST-MD5", "SCRAM-SHA-256", "EXTERNAL")) {
          Credentials credentials =
              switch (mechanism) {
                case "ANONYMOUS" -> Credentials.anonymous();
                case "EXTERNAL" -> Credentials.certificate();
                default -> RealMechanisms.ALICE;
              };
          Pipe pipe = RealMechanisms.pipe(transport, cut, credentials, mechanism);
          pipe.onTheWayOut = said -> said.startsWith("AUTHENTICATE") ? said.strip() + end : said;

          pipe.client.start();
          pipe.carry();

          assertThat(pipe.client.offer().toCompletableFuture())
              .as("%s over %s, cut %s", mechanism, transport, cut)
              .isCompleted();
        }
      }
    }
  }

  @Test
  void takesCredentialsThatAreSentWithoutWaiting() {
    Server server = Server.tcp().hears("VERSION=2.0.2\r\n");

    server.hears("AUTHENTICATE PLAIN\r\n\0" + "\0alice\0secret1\r\n" + CREATE);

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "200", "200");
    assertThat(server.broker.calls()).containsExactly("offer alice v6v4");
  }

  @Test
  void takesAWholeSessionInOneSegment() {
    Server server = Server.tcp();

    server.hears(
        "VERSION=2.0.2\r\nAUTHENTICATE ANONYMOUS\r\n\0"
            + CREATE
            + frame("<tunnel action=\"accept\"></tunnel>"));

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "200", "200");
    assertThat(server.broker.calls())
        .containsExactly("offer anonymous v6v4", "accept anonymous lease-1");
  }

  @Test
  void letsTheTunnelBeWhenTheConnectionGoesOrGrowsOld() {
    for (Transport transport : Transport.values()) {
      Server gone = Server.inCommandPhase(transport);
      Server old = Server.inCommandPhase(transport);
      for (Server server : List.of(gone, old)) {
        server.hears(CREATE).hears(frame("<tunnel action=\"accept\"></tunnel>"));
      }

      gone.session.closed();
      old.session.timedOut();

      for (Server server : List.of(gone, old)) {
        assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
        assertThat(server.broker.calls())
            .containsExactly("offer anonymous v6v4", "accept anonymous lease-1");
      }
    }
  }

  @Test
  void answersPollsInEveryPhase() {
    Server server = Server.udp().hears("VERSION=2.0.2\r\n");
    for (String said : List.of("AUTHENTICATE DIGEST-MD5\r\n", "dXNlcm5hbWU9ImJvYiI=", "", CREATE)) {
      server.hears("").hears(said);
    }
    server.hears("");

    assertThat(server.replies).hasSize(10);
    assertThat(server.verdicts().subList(1, 10))
        .containsExactly(
            "", server.verdicts().get(2), "", server.verdicts().get(4), "200", "", "", "200", "");
  }

  // The zero octet.

  /**
   * The secret of this user has a zero octet. Clients of version 2.0.0 and before hash what stands
   * in front of it; to them the server proves itself in the same way.
   */
  @ParameterizedTest
  @CsvSource({
    "1.0.1, true, true",
    "1.0.1, false, true",
    "2.0, true, true",
    "2.0.0, true, true",
    "2.0.0, false, true",
    "2.0.1, true, false",
    "2.0.1, false, true",
    "2.0.2, true, false",
    "2.0.2, false, true"
  })
  void takesSecretsCutAtAZeroOctetFromOldClientsOnly(String version, boolean cut, boolean taken)
      throws GeneralSecurityException {
    Server server = Server.tcp();
    server.realm = "hexos";
    server.mechanisms = List.of(RealMechanisms.server("DIGEST-MD5"));
    server.callbackHandler = new Users(Map.of("alice", "pw11"), new byte[0], "");
    server.hears("VERSION=" + version + "\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n\0");
    String challenge = decoded(server.replies.get(1));
    String nonce = challenge.split("nonce=\"", -1)[1].split("\"", -1)[0];

    String proof = digest(cut, nonce, "AUTHENTICATE:tsp/198.51.100.1");
    server.hears(
        encoded(
            "charset=utf-8,username=\"alice\",realm=\"hexos\",nonce=\""
                + nonce
                + "\",nc=00000001,cnonce=\"1795479167\",digest-uri=\"tsp/198.51.100.1\",response="
                + proof
                + ",qop=auth"));

    if (taken) {
      assertThat(decoded(server.replies.get(2)))
          .isEqualTo("rspauth=" + digest(cut, nonce, ":tsp/198.51.100.1"));
      assertThat(server.session.identity()).contains(Identity.of("alice"));
    } else {
      assertThat(server.replies.get(2)).isEqualTo("300 Authentication failed\r\n");
    }
  }

  private static String digest(boolean cut, String nonce, String a2)
      throws GeneralSecurityException {
    byte[] secret = md5(octets("alice:hexos:pw11"));
    assertThat(secret).isEqualTo(HexFormat.of().parseHex("c77f1474a8529921a849aee008120018"));
    byte[] sessionKey =
        cut
            ? md5(Arrays.copyOf(secret, 14))
            : md5(octets(Wire.text(secret) + ":" + nonce + ":1795479167"));
    return hex(
        md5(
            octets(
                hex(sessionKey)
                    + ":"
                    + nonce
                    + ":00000001:1795479167:auth:"
                    + hex(md5(octets(a2))))));
  }

  private static byte[] md5(byte[] octets) throws GeneralSecurityException {
    return MessageDigest.getInstance("MD5").digest(octets);
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String encoded(String message) {
    return Wire.text(SaslDialect.encode(octets(message)));
  }

  private static String decoded(String line) {
    return SaslDialect.decode(octets(line)).map(Wire::text).orElseThrow();
  }

  // Headers of old clients.

  @Test
  void answersInWhicheverByteOrderTheClientCounts() {
    for (int sequence : new int[] {0, 1, 15, 240, 255, 256, 65_536}) {
      byte[] old =
          ByteBuffer.allocate(ReliableHeader.LENGTH)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(0xF0000000 | sequence)
              .putInt(805)
              .array();
      ReliableHeader header = ReliableHeader.take(ByteBuffer.wrap(old));

      assertThat(header.sequence() == sequence || (old[0] & 0xF0) == 0xF0)
          .as("a low octet of 0xF. reads as the new order, and is echoed all the same")
          .isTrue();
      assertThat(header.before(new byte[0])).isEqualTo(old);
    }
  }

  private static String frame(String body) {
    return "Content-length: " + (body.length() + 2) + "\r\n" + body + "\r\n";
  }
}
