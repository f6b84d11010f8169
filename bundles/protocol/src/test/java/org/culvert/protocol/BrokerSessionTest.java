package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerSessionTest {
  private static final String CREATE =
      "<tunnel action=\"create\" type=\"v6v4\"><client><address type=\"ipv4\">198.51.100.2"
          + "</address></client></tunnel>\r\n";
  private static final String ACCEPT = "<tunnel action=\"accept\"></tunnel>\r\n";
  private static final String INFO = "<tunnel action=\"info\"></tunnel>\r\n";
  private static final String SUCCESS = "Content-length: 13\r\n200 Success\r\n";

  // VERSION.

  @ParameterizedTest
  @CsvSource({
    "2.0, true, true",
    "2.0.0, true, true",
    "2.0.1, true, true",
    "2.0.2, true, true",
    "2.0.9, true, true",
    "1.0, true, false",
    "1.0.0, true, false",
    "1.0.1, true, false",
    "1.0.2, false, false",
    "1.1, false, false",
    "0.1, false, false",
    "2.1.0, false, false",
    "3.0.0, false, false",
    "2, false, false",
    "2.0.2.1, false, false",
    "2.0.x, false, false"
  })
  void speaksCertainVersions(String version, boolean overTcp, boolean overUdp) {
    for (Transport transport : Transport.values()) {
      Server server = Server.over(transport);
      boolean spoken = transport.isStream() ? overTcp : overUdp;

      server.hears("VERSION=" + version + "\r\n");

      assertThat(server.verdicts()).containsExactly(spoken ? "CAPABILITY" : "302");
      assertThat(server.closed).isEqualTo(!spoken);
      assertThat(server.session.phase()).isEqualTo(spoken ? Phase.AUTHENTICATION : Phase.CLOSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n", "AUTHENTICATE ANONYMOUS\r\n", "VERSION\r\n", "x\n"})
  void answersAnyOtherFirstLineWith302(String line) {
    for (Server server : List.of(Server.tcp(), Server.udp())) {
      server.hears(line);

      assertThat(server.replies).containsExactly("302 Unsupported client version\r\n");
      assertThat(server.closed).isTrue();
      assertThat(server.refusals).containsExactly("unsupported version");
    }
  }

  @Test
  void sendsNoClientAwayThatMayComeBackByTcp() {
    Server server = Server.udp();
    server.referral = Optional.of(new Referral(List.of("ts1.isp1.example")));

    server.hears("VERSION=1.0.1\r\n");

    assertThat(server.verdicts()).containsExactly("302");
  }

  @Test
  void namesTypesInTheUsualOrder() {
    Server server = Server.udp();
    server.broker.types(
        TunnelType.V6UDPV4, TunnelType.V4V6, TunnelType.V6V4, new TunnelType("gre"));

    server.hears("VERSION=2.0.0\r\n");

    assertThat(server.replies.get(0))
        .isEqualTo(
            "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 TUNNEL=GRE TUNNEL=V4V6"
                + " AUTH=ANONYMOUS AUTH=PLAIN AUTH=DIGEST-MD5\r\n");
  }

  @Test
  void asksToComeBackLaterWhenItHasNothingToOffer() {
    Server noTypes = Server.udp();
    noTypes.broker.types();
    Server noMechanisms = Server.udp();
    noMechanisms.mechanisms = List.of();

    for (Server server : List.of(noTypes, noMechanisms)) {
      server.hears("VERSION=2.0.2\r\n");

      assertThat(server.replies).containsExactly("530 Server too busy\r\n");
      assertThat(server.closed).isTrue();
    }
  }

  @Test
  void beginsAnewWithAVersionInAnyPhaseOverUdp() {
    Server server = Server.inCommandPhase(Transport.UDP);
    server.broker.offers(request -> new CompletableFuture<>());
    CompletableFuture<TunnelOffer> slow = new CompletableFuture<>();
    server.broker.offers(request -> slow);
    server.hearsFrame(CREATE);

    server.hears("VERSION=2.0.1\r\n");
    slow.complete(Samples.E1);

    assertThat(server.verdicts()).containsExactly("CAPABILITY");
    assertThat(server.session.phase()).isEqualTo(Phase.AUTHENTICATION);
    assertThat(server.session.identity()).isEmpty();
    assertThat(server.closed).isFalse();
  }

  @Test
  void knowsWhichDatagramsOpenASession() {
    assertThat(BrokerSession.opens(ByteBuffer.wrap(Wire.octets("VERSION=2.0.2\r\n")))).isTrue();
    assertThat(BrokerSession.opens(ByteBuffer.wrap(Wire.octets("version=2.0.2")))).isTrue();
    assertThat(BrokerSession.opens(ByteBuffer.wrap(Wire.octets("AUTHENTICATE PLAIN")))).isFalse();
    assertThat(BrokerSession.opens(ByteBuffer.wrap(new byte[0]))).isFalse();
  }

  // AUTHENTICATE.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AUTHENTICATE CRAM-MD5\r\n",
        "AUTHENTICATE\r\n",
        "AUTHENTICATE PLAIN DIGEST-MD5\r\n",
        "PLAIN\r\n",
        "Content-length: 35\r\n" + ACCEPT
      })
  void refusesWhatItDidNotOffer(String line) {
    for (Server server : List.of(Server.tcp(), Server.udp())) {
      server.hears("VERSION=2.0.2\r\n").hears(line);

      assertThat(server.replies).last().isEqualTo("300 Authentication failed\r\n");
      assertThat(server.closed).isTrue();
      assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
      assertThat(server.broker.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AUTHENTICATE ANONYMOUS\r\n\0",
        "AUTHENTICATE ANONYMOUS\r\b",
        "AUTHENTICATE ANONYMOUS\n",
        "authenticate anonymous\r\n",
        "\0\0 AUTHENTICATE  ANONYMOUS \r\n"
      })
  void toleratesTheEndsOfLinesInTheField(String line) {
    for (Server server : List.of(Server.tcp(), Server.udp())) {
      server.hears("VERSION=2.0.2\r\n\0").hears(line);

      assertThat(server.replies).last().isEqualTo("200 Success\r\n");
      assertThat(server.session.identity()).map(Identity::anonymous).contains(true);
    }
  }

  @Test
  void givesEveryAnonymousSessionAnotherName() {
    assertThat(Server.inCommandPhase(Transport.UDP).session.identity())
        .isNotEqualTo(Server.inCommandPhase(Transport.UDP).session.identity());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0alice\0secret1\r\n",
        "\0\0alice\0secret1\r\n",
        "alice\0secret1\r\n",
        "\0alice\0secret1\n"
      })
  void takesPlainInAllItsForms(String credentials) {
    Server stream = Server.tcp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n\0");
    assertThat(stream.verdicts()).as("nothing before the verdict").containsExactly("CAPABILITY");
    Server datagrams = Server.udp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n\0");
    assertThat(datagrams.replies).last().asString().isEmpty();

    for (Server server : List.of(stream, datagrams)) {
      server.hears(credentials);

      assertThat(server.replies).last().isEqualTo("200 Success\r\n");
      assertThat(server.session.identity()).contains(Identity.of("alice"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0alice\0wrong\r\n",
        "alice\r\n",
        "\r\n",
        "a\0alice\0secret1\0\r\n",
        "AGFsaWNlAHNlY3JldDE=\r\n"
      })
  void refusesPlainThatIsWrong(String credentials) {
    for (Server server : List.of(Server.tcp(), Server.udp())) {
      server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n").hears(credentials);

      assertThat(server.replies).last().isEqualTo("300 Authentication failed\r\n");
      assertThat(server.closed).isTrue();
    }
  }

  @Test
  void tellsMechanismsOfTheZeroOctetDefect() {
    for (String version : List.of("2.0", "2.0.0", "2.0.1", "2.0.2")) {
      Server server = Server.udp().hears("VERSION=" + version + "\r\n");

      server.hears("AUTHENTICATE DIGEST-MD5\r\n");

      String challenge =
          Wire.text(SaslDialect.decode(Wire.octets(server.replies.get(1))).orElseThrow());
      assertThat(challenge)
          .isEqualTo(
              "realm=\"example.org\",service=tsp,defect="
                  + List.of("2.0", "2.0.0").contains(version));
    }
  }

  @Test
  void keepsTheProofAndTheSuccessApart() {
    String response = "dXNlcm5hbWU9ImJvYiI="; // username="bob"
    Server stream = Server.tcp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n\0");
    Server datagrams =
        Server.udp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n\0");

    stream.hears(response + "\r\n");
    datagrams.hears(response);

    assertThat(stream.replies.get(2)).endsWith("=\r\n");
    assertThat(stream.replies.get(3)).isEqualTo("apart: 200 Success\r\n");
    assertThat(datagrams.replies).hasSize(3);
    datagrams.hears("");
    assertThat(datagrams.replies.get(3)).isEqualTo("200 Success\r\n");
    datagrams.hears("");
    assertThat(datagrams.replies.get(4)).as("a poll for nothing").isEmpty();
    assertThat(datagrams.session.identity()).contains(Identity.of("bob"));
  }

  @Test
  void letsAClientForgetThePoll() {
    Server server = Server.udp().hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n");
    server.hears("dXNlcm5hbWU9ImJvYiI");

    server.hearsFrame(CREATE);

    assertThat(server.verdicts()).last().isEqualTo("200");
    assertThat(server.broker.calls()).containsExactly("offer bob v6v4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "???", "dXNlcm5hbWU9ImJvYiIscGFzc3dvcmQ9d3Jvbmc=", "\r\n"})
  void refusesABrokenSaslMessage(String message) {
    for (Server server : List.of(Server.tcp(), Server.udp())) {
      server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE DIGEST-MD5\r\n");

      server.hears(message + "\r\n");

      assertThat(server.replies).last().isEqualTo("300 Authentication failed\r\n");
      assertThat(server.closed).isTrue();
    }
  }

  @Test
  void answersAPollBeforeTheMechanismWithNothing() {
    Server server = Server.udp().hears("VERSION=2.0.2\r\n");

    server.hears("");

    assertThat(server.replies).last().asString().isEmpty();
    assertThat(server.session.phase()).isEqualTo(Phase.AUTHENTICATION);
  }

  @Test
  void evaluatesWhereItMayBlockAndWaits() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Server server = Server.tcp();
    server.blocking = tasks::add;
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n");

    server.hears("\0alice\0secret1\r\nContent-length: " + CREATE.length() + "\r\n" + CREATE);
    assertThat(server.verdicts()).containsExactly("CAPABILITY");
    tasks.remove().run();

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "200", "200");
    assertThat(server.broker.calls()).containsExactly("offer alice v6v4");
  }

  @Test
  void forgetsAnEvaluationWhosePeerHasGone() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Server server = Server.udp();
    server.blocking = tasks::add;
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n").hears("\0alice\0secret1");

    server.session.closed();
    tasks.forEach(Runnable::run);

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "");
    assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void refusesASecondMessageWhileOneIsEvaluatedOverUdp() {
    Server server = Server.udp();
    server.blocking = task -> {};
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE PLAIN\r\n").hears("\0alice\0secret1");

    server.hears("\0alice\0secret2");

    assertThat(server.replies).last().isEqualTo("300 Authentication failed\r\n");
    assertThat(server.closed).isTrue();
  }

  @Test
  @Demands("R-B-530")
  void isTooBusyWhenNothingMoreCanBeEvaluated() {
    Server server = Server.udp();
    server.blocking =
        task -> {
          throw new RejectedExecutionException();
        };

    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE ANONYMOUS\r\n");

    assertThat(server.replies).last().isEqualTo("530 Server too busy\r\n");
    assertThat(server.closed).isTrue();
  }

  // Commands.

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Demands("R-B-521")
  void answersASecondCommandWhileOneIsPendingWith521(Transport transport) {
    CompletableFuture<TunnelOffer> slow = new CompletableFuture<>();
    Server server = Server.inCommandPhase(transport);
    server.broker.offers(request -> slow);

    server.hearsFrame(CREATE).hearsFrame(INFO);
    assertThat(server.replies)
        .containsExactly("Content-length: 33\r\n521 Request already in progress\r\n");
    slow.complete(Samples.E1);

    assertThat(server.verdicts()).containsExactly("521", "200");
    assertThat(server.session.phase()).isEqualTo(Phase.RESPONSE);
    assertThat(server.broker.calls()).containsExactly("offer anonymous v6v4");
  }

  @Test
  void answersAPollWhileACommandIsPendingWithNothing() {
    Server server = Server.inCommandPhase(Transport.UDP);
    server.broker.offers(request -> new CompletableFuture<>());

    server.hearsFrame(CREATE).hears("");

    assertThat(server.replies).containsExactly("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"accept", "reject"})
  void refusesToEndWhatWasNotOffered(String action) {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.hearsFrame("<tunnel action=\"" + action + "\"></tunnel>\r\n");

    assertThat(server.replies).containsExactly("Content-length: 20\r\n514 Protocol error\r\n");
    assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
    assertThat(server.broker.calls()).isEmpty();
  }

  @Test
  void refusesAnAcceptThatComesTwice() {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.hearsFrame(CREATE).hearsFrame(ACCEPT).hearsFrame(ACCEPT);

    assertThat(server.verdicts()).containsExactly("200", "514");
    assertThat(server.broker.calls()).hasSize(2);
  }

  /** The next datagram from there may be somebody else's, whom a NAT gave the client's port. */
  @Test
  void isOverWithTheAcceptOnUdp() {
    Server server = Server.inCommandPhase(Transport.UDP);

    server.hearsFrame(CREATE).hearsFrame(ACCEPT);

    assertThat(server.verdicts()).containsExactly("200", "200");
    assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
    server.hearsFrame("<tunnel action=\"delete\"></tunnel>\r\n").hearsFrame(INFO);
    assertThat(server.broker.calls()).hasSize(2);
    assertThat(server.verdicts()).containsExactly("200", "200");
  }

  @Test
  void goesOnAfterAcceptWithoutHavingAnsweredIt() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    Server server = Server.inCommandPhase(Transport.TCP);
    server.broker.answers(slow);
    server.hearsFrame(CREATE);
    server.replies.clear();

    server.hearsFrame(ACCEPT).hearsFrame(INFO);
    assertThat(server.replies).as("the client cannot know how long accept takes").isEmpty();
    slow.complete(null);

    assertThat(server.verdicts()).containsExactly("200");
    assertThat(server.broker.calls()).last().isEqualTo("info anonymous");
  }

  @Test
  void acknowledgesAcceptOverUdpWhenTheTunnelIsUp() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    Server server = Server.inCommandPhase(Transport.UDP);
    server.broker.answers(slow);
    server.hearsFrame(CREATE);
    server.replies.clear();

    server.hearsFrame(ACCEPT);
    assertThat(server.replies).isEmpty();
    slow.complete(null);

    assertThat(server.replies).containsExactly(SUCCESS);
  }

  @Test
  void lettingAClientAskAgainReplacesTheOffer() {
    Server server = Server.inCommandPhase(Transport.UDP);

    server.hearsFrame(CREATE).hearsFrame(CREATE).hearsFrame(ACCEPT);

    assertThat(server.broker.calls())
        .containsExactly(
            "offer anonymous v6v4", "offer anonymous v6v4", "accept anonymous lease-1");
  }

  @Test
  void leavesAnOfferToTheBrokerWhenTheClientGoes() {
    Server server = Server.inCommandPhase(Transport.TCP);
    server.hearsFrame(CREATE);

    server.session.closed();

    assertThat(server.broker.calls()).containsExactly("offer anonymous v6v4");
    assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  void endsATunnelThatAnOldClientRejectsAfterIt() {
    Server server = Server.tcp().hears("VERSION=2.0\r\n").hears("AUTHENTICATE ANONYMOUS\r\n");

    server.hearsFrame(CREATE).hearsFrame("<tunnel action=\"reject\"></tunnel>\r\n");

    assertThat(server.broker.calls())
        .containsExactly("offer anonymous v6v4", "accept anonymous lease-1", "delete anonymous");
  }

  @Test
  @Demands("R-B-310")
  void saysThatItIsToBlameWhenTheBrokerBreaks() {
    for (RuntimeException broken :
        List.of(new IllegalStateException("bug"), new NullPointerException())) {
      Server later = Server.inCommandPhase(Transport.UDP);
      later.broker.refuses(broken);
      Server atOnce = Server.inCommandPhase(Transport.UDP);
      atOnce.broker.offers(
          request -> {
            throw broken;
          });

      for (Server server : List.of(later, atOnce)) {
        server.hearsFrame(CREATE);

        assertThat(server.replies)
            .containsExactly("Content-length: 23\r\n310 Server side error\r\n");
        assertThat(server.session.phase()).isEqualTo(Phase.COMMAND);
      }
    }
  }

  @Test
  void forgetsAnOfferThatCouldNotBeAccepted() {
    Server server = Server.inCommandPhase(Transport.TCP);
    server.hearsFrame(CREATE);
    server.broker.answers(
        CompletableFuture.failedStage(
            new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, "no device")));

    server.hearsFrame(ACCEPT).hearsFrame(ACCEPT);

    assertThat(server.verdicts()).containsExactly("200", "307", "514");
  }

  // The end.

  @Test
  void closesWithoutAWordWhenAPhaseLastsTooLong() {
    Server server = Server.inCommandPhase(Transport.TCP);

    server.session.timedOut();
    server.hearsFrame(CREATE);

    assertThat(server.replies).isEmpty();
    assertThat(server.closed).isTrue();
    assertThat(server.drops).containsExactly("phase timeout");
    assertThat(server.broker.calls()).isEmpty();
  }

  @Test
  void waitsLongEnoughForARetransmission() {
    for (Phase phase : List.of(Phase.AUTHENTICATION, Phase.COMMAND, Phase.RESPONSE)) {
      assertThat(phase.limit(Transport.UDP)).isGreaterThan(Duration.ofSeconds(66));
    }
    assertThat(Server.tcp().session.phaseLimit()).isEqualTo(Duration.ofSeconds(10));
    assertThat(Server.tcp().hears("VERSION=2.0.2\r\n").session.phaseLimit())
        .isEqualTo(Duration.ofSeconds(30));
  }
}
