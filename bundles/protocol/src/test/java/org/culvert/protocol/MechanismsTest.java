package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.culvert.api.broker.Identity;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sessions back to back with the mechanisms that brokers and clients really use. */
class MechanismsTest {
  private static final Credentials ALICE = RealMechanisms.ALICE;
  private static final Referral ELSEWHERE = new Referral(List.of("ts1.isp1.example"));

  static Stream<Arguments> paths() {
    List<Arguments> paths = new ArrayList<>();
    for (String mechanism :
        List.of(
            "ANONYMOUS",
            "PLAIN",
            "DIGEST-MD5",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256",
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256-PLUS",
            "EXTERNAL")) {
      boolean tlsOnly = mechanism.endsWith("-PLUS") || mechanism.equals("EXTERNAL");
      for (Transport transport : Transport.values()) {
        for (Pipe.Cut cut : Pipe.Cut.values()) {
          boolean possible = transport == Transport.TLS || !tlsOnly;
          if (possible && (transport.isStream() || cut == Pipe.Cut.WHOLE)) {
            paths.add(Arguments.of(mechanism, transport, cut));
          }
        }
      }
    }
    return paths.stream();
  }

  @ParameterizedTest
  @MethodSource("paths")
  void leadToATunnel(String mechanism, Transport transport, Pipe.Cut cut) {
    Pipe pipe = RealMechanisms.pipe(transport, cut, credentials(mechanism), mechanism);

    pipe.client.start();
    pipe.carry();
    CompletionStage<Void> accepted = pipe.client.accept();
    pipe.carry();

    assertThat(accepted.toCompletableFuture()).isCompleted();
    String user = mechanism.equals("ANONYMOUS") ? "anonymous" : "alice";
    assertThat(pipe.server.broker.calls())
        .containsExactly("offer " + user + " v6v4", "accept " + user + " lease-1");
    assertThat(pipe.server.refusals).isEmpty();
    assertThat(pipe.sent).contains("AUTHENTICATE " + mechanism + "\r\n");
  }

  // What stands on the wire.

  @Test
  void sayScramOverUdp() {
    Pipe pipe = RealMechanisms.pipe(Transport.UDP, Pipe.Cut.WHOLE, ALICE, "SCRAM-SHA-256");

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.server.replies).hasSize(6);
    assertThat(pipe.server.replies.get(1)).as("the go-ahead").isEmpty();
    assertThat(decoded(pipe.sent.get(2))).startsWith("n,,n=alice,r=");
    assertThat(decoded(pipe.server.replies.get(2))).startsWith("r=").contains(",s=", ",i=4096");
    assertThat(decoded(pipe.sent.get(3))).startsWith("c=biws,r=").contains(",p=");
    assertThat(decoded(pipe.server.replies.get(3))).startsWith("v=");
    assertThat(pipe.sent.get(4)).as("the poll").isEmpty();
    assertThat(pipe.server.replies.get(4)).isEqualTo("200 Success\r\n");
    assertThat(pipe.server.verdicts().get(5)).isEqualTo("200");
  }

  @ParameterizedTest
  @EnumSource(names = {"TCP", "TLS"})
  void sayScramOverStreams(Transport transport) {
    Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, ALICE, "SCRAM-SHA-256");

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.server.replies).hasSize(6);
    assertThat(pipe.server.replies.get(1)).as("the go-ahead").isEqualTo("\r\n");
    assertThat(decoded(pipe.server.replies.get(3))).startsWith("v=");
    assertThat(pipe.server.replies.get(4))
        .as("not in the segment of the signature")
        .isEqualTo("apart: 200 Success\r\n");
    assertThat(pipe.sent).hasSize(5);
  }

  @Test
  void sayExternalWithAnEmptyLine() {
    Pipe pipe =
        RealMechanisms.pipe(Transport.TLS, Pipe.Cut.WHOLE, Credentials.certificate(), "EXTERNAL");

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.sent.subList(1, 3)).containsExactly("AUTHENTICATE EXTERNAL\r\n", "\r\n");
    assertThat(pipe.server.replies.subList(1, 3)).containsExactly("\r\n", "200 Success\r\n");
  }

  @Test
  void takeAnEmptyMessageForOneOverUdpToo() {
    Server server = Server.udp();
    server.mechanisms = List.of(RealMechanisms.server("EXTERNAL"));
    server.callbackHandler = RealMechanisms.users(new byte[0]);
    server.hears("VERSION=2.0.2\r\n").hears("AUTHENTICATE EXTERNAL\r\n\0");
    assertThat(server.replies).last().asString().isEmpty();

    server.hears("");
    assertThat(server.replies).as("a poll is no message").last().asString().isEmpty();
    server.hears("\r\n");

    assertThat(server.replies).last().isEqualTo("200 Success\r\n");
    assertThat(server.session.identity()).contains(Identity.of("alice"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice", "root"})
  void letNobodyActForAnotherByExternal(String authorizationId) {
    Server server = Server.over(Transport.TLS);
    server.mechanisms = List.of(RealMechanisms.server("EXTERNAL"));
    server.callbackHandler = RealMechanisms.users(new byte[0]);

    server.hears("VERSION=2.0.2\r\nAUTHENTICATE EXTERNAL\r\n" + encoded(authorizationId));

    assertThat(server.verdicts()).last().isEqualTo(authorizationId.equals("alice") ? "200" : "300");
  }

  @Test
  void neverStandInTheLineOfAuthenticate() {
    Server server = Server.tcp();
    server.mechanisms = List.of(RealMechanisms.server("SCRAM-SHA-256"));
    server.callbackHandler = RealMechanisms.users(new byte[0]);

    server.hears("VERSION=2.0.2\r\nAUTHENTICATE SCRAM-SHA-256 " + encoded("n,,n=alice,r=abc"));

    assertThat(server.verdicts()).containsExactly("CAPABILITY", "300");
  }

  @Test
  void mayFollowAuthenticateAtOnceOverTcp() {
    Server server = Server.tcp();
    server.mechanisms = List.of(RealMechanisms.server("SCRAM-SHA-256"));
    server.callbackHandler = RealMechanisms.users(new byte[0]);

    server
        .hears("VERSION=2.0.2\r\n")
        .hears("AUTHENTICATE SCRAM-SHA-256\r\n\0" + encoded("n,,n=alice,r=abc"));

    assertThat(server.replies).hasSize(3);
    assertThat(server.replies.get(1)).isEqualTo("\r\n");
    assertThat(decoded(server.replies.get(2))).startsWith("r=abc");
  }

  // Choice.

  @ParameterizedTest
  @CsvSource({
    "TLS, 'PLAIN DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS',"
        + " SCRAM-SHA-256-PLUS",
    "TLS, 'PLAIN DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256', SCRAM-SHA-1-PLUS",
    "TLS, 'PLAIN DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS', SCRAM-SHA-1-PLUS",
    "TCP, 'PLAIN DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS', SCRAM-SHA-1",
    "UDP, 'ANONYMOUS PLAIN DIGEST-MD5', DIGEST-MD5",
    "UDP, 'ANONYMOUS EXTERNAL PLAIN', PLAIN"
  })
  void areChosenByStrength(Transport transport, String names, String chosen) {
    Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, ALICE, names.split(" ", -1));

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.sent.get(1)).isEqualTo("AUTHENTICATE " + chosen + "\r\n");
    assertThat(pipe.client.offer().toCompletableFuture()).isCompleted();
  }

  @Test
  void areExternalForACertificateAndAnonymousForNobody() {
    String[] names = {"SCRAM-SHA-256", "EXTERNAL", "ANONYMOUS", "PLAIN"};
    Pipe certified =
        RealMechanisms.pipe(Transport.TLS, Pipe.Cut.WHOLE, Credentials.certificate(), names);
    Pipe nobody =
        RealMechanisms.pipe(Transport.TLS, Pipe.Cut.WHOLE, Credentials.anonymous(), names);

    for (Pipe pipe : List.of(certified, nobody)) {
      pipe.client.start();
      pipe.carry();
    }

    assertThat(certified.sent).contains("AUTHENTICATE EXTERNAL\r\n");
    assertThat(nobody.sent).contains("AUTHENTICATE ANONYMOUS\r\n");
  }

  // Somebody on the way.

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Demands({"R-8-1", "D-7-1"})
  @Threat("T10")
  void areNotWeakenedBelowWhatTheOperatorDemands(Transport transport) {
    Pipe pipe =
        RealMechanisms.pipe(
            transport,
            Pipe.Cut.WHOLE,
            ALICE.onlyBy(Set.of("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")),
            "PLAIN",
            "DIGEST-MD5",
            "SCRAM-SHA-1",
            "SCRAM-SHA-256");
    pipe.onTheWay = reply -> reply.replace(" AUTH=SCRAM-SHA-256", "");

    pipe.client.start();
    pipe.carry();

    assertThat(refusal(pipe)).isEqualTo(StatusCode.AUTHENTICATION_FAILED);
    assertThat(pipe.sent).containsExactly("VERSION=2.0.2\r\n");
    assertThat(pipe.clientClosed).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Threat("T10")
  void thatWereNotOfferedAreNotTaken(Transport transport) {
    Server server =
        RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, ALICE, "SCRAM-SHA-256", "DIGEST-MD5").server;

    server.hears("VERSION=2.0.2\r\n");
    server.hears("AUTHENTICATE PLAIN\r\n");

    assertThat(server.verdicts()).last().isEqualTo("300");
    assertThat(server.refusals).containsExactly("mechanism not offered");
    assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
  }

  @Test
  @Threat("T11")
  void doNotSendThePasswordInTheClearUnlessTold() {
    for (Transport transport : Transport.values()) {
      Pipe pipe =
          RealMechanisms.pipe(
              transport, Pipe.Cut.WHOLE, Credentials.of("alice", "secret1"), "PLAIN");

      pipe.client.start();
      pipe.carry();

      assertThat(pipe.sent.stream().anyMatch(message -> message.contains("secret1")))
          .isEqualTo(transport == Transport.TLS);
      assertThat(pipe.client.offer().toCompletableFuture().isCompletedExceptionally())
          .isEqualTo(transport != Transport.TLS);
    }
  }

  @Test
  @Threat("T10")
  void noticeThatChannelBindingWasTakenAway() {
    Pipe pipe =
        RealMechanisms.pipe(
            Transport.TLS, Pipe.Cut.WHOLE, ALICE, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS");
    pipe.onTheWay = reply -> reply.replace(" AUTH=SCRAM-SHA-256-PLUS", "");

    pipe.client.start();
    pipe.carry();

    assertThat(decoded(pipe.sent.get(2))).startsWith("y,,");
    assertThat(refusal(pipe)).isEqualTo(StatusCode.AUTHENTICATION_FAILED);
    assertThat(pipe.server.broker.calls()).isEmpty();
  }

  @Test
  @Threat("T10")
  void bindByAnotherHashIfTheStrongestWasTakenAway() {
    Pipe pipe =
        RealMechanisms.pipe(
            Transport.TLS,
            Pipe.Cut.WHOLE,
            ALICE,
            "SCRAM-SHA-1",
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256",
            "SCRAM-SHA-256-PLUS");
    pipe.onTheWay = reply -> reply.replace(" AUTH=SCRAM-SHA-256-PLUS", "");

    pipe.client.start();
    pipe.carry();

    assertThat(decoded(pipe.sent.get(2))).startsWith("p=");
  }

  @Test
  @Threat("T10")
  void noticeThatTheirOwnChannelBindingAloneWasTakenAway() {
    Pipe pipe =
        RealMechanisms.pipe(
            Transport.TLS,
            Pipe.Cut.WHOLE,
            ALICE.onlyBy(Set.of("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS")),
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256",
            "SCRAM-SHA-256-PLUS");
    pipe.onTheWay = reply -> reply.replace(" AUTH=SCRAM-SHA-256-PLUS", "");

    pipe.client.start();
    pipe.carry();

    assertThat(decoded(pipe.sent.get(2))).startsWith("y,,");
    assertThat(refusal(pipe)).isEqualTo(StatusCode.AUTHENTICATION_FAILED);
    assertThat(pipe.server.broker.calls()).isEmpty();
  }

  @Test
  @Threat("T10")
  void noticeAnotherChannel() {
    Pipe pipe = RealMechanisms.pipe(Transport.TLS, Pipe.Cut.WHOLE, ALICE, "SCRAM-SHA-256-PLUS");
    pipe.server.callbackHandler = RealMechanisms.users(new byte[] {2, 0, 0, 1});

    pipe.client.start();
    pipe.carry();

    assertThat(refusal(pipe)).isEqualTo(StatusCode.AUTHENTICATION_FAILED);
    assertThat(pipe.server.broker.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "DIGEST-MD5"})
  @Threat("T21")
  void trustNoBrokerThatOnlyClaimsSuccess(String mechanism) {
    for (Transport transport : Transport.values()) {
      Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, ALICE, mechanism);
      pipe.onTheWay =
          reply -> {
            String text = reply.endsWith("\r\n") ? decodedOrNothing(reply) : "";
            return text.startsWith("v=") || text.startsWith("rspauth=") ? "200 Success\r\n" : reply;
          };

      pipe.client.start();
      pipe.carry();

      assertThat(failure(pipe)).isInstanceOf(IOException.class);
      assertThat(pipe.sent).noneMatch(message -> message.contains("create"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "DIGEST-MD5"})
  @Threat("T18")
  void refuseAWholeSessionSaidAgain(String mechanism) {
    Transport transport = mechanism.endsWith("-PLUS") ? Transport.TLS : Transport.UDP;
    Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, ALICE, mechanism);
    pipe.client.start();
    pipe.carry();
    pipe.client.accept();
    pipe.carry();
    assertThat(pipe.server.broker.calls()).hasSize(2);

    Server another = Server.over(transport);
    another.mechanisms = pipe.server.mechanisms;
    another.callbackHandler = pipe.server.callbackHandler;
    pipe.sent.forEach(another::hears);

    assertThat(another.verdicts()).contains("300");
    assertThat(another.broker.calls()).isEmpty();
    assertThat(another.session.phase()).isEqualTo(Phase.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "DIGEST-MD5", "SCRAM-SHA-256"})
  @Threat("T9")
  void refuseWrongPasswordsAndUnknownUsersInOneWay(String mechanism) {
    for (Credentials wrong :
        List.of(Credentials.of("alice", "wrong"), Credentials.of("nobody", "secret1"))) {
      for (Transport transport : Transport.values()) {
        Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, wrong.evenInClear(), mechanism);

        pipe.client.start();
        pipe.carry();

        assertThat(refusal(pipe)).isEqualTo(StatusCode.AUTHENTICATION_FAILED);
        assertThat(pipe.server.replies).last().isEqualTo("300 Authentication failed\r\n");
        assertThat(pipe.server.refusals).containsExactly("authentication failed");
      }
    }
  }

  // Whose word a refusal is.

  @ParameterizedTest
  @CsvSource({
    "UDP, ANONYMOUS, false",
    "UDP, PLAIN, false",
    "UDP, DIGEST-MD5, true",
    "TCP, SCRAM-SHA-256, true",
    "TLS, ANONYMOUS, true",
    "TLS, PLAIN, true"
  })
  void tellWhetherAReferralIsTheWordOfAProvedBroker(
      Transport transport, String mechanism, boolean proved) {
    Pipe pipe = RealMechanisms.pipe(transport, Pipe.Cut.WHOLE, credentials(mechanism), mechanism);
    pipe.server.broker.refuses(new TspException(StatusCode.NO_MORE_TUNNELS, "full", ELSEWHERE));

    pipe.client.start();
    pipe.carry();

    assertThat(failure(pipe))
        .isInstanceOfSatisfying(
            TspException.class,
            refusal -> {
              assertThat(refusal.referral()).contains(ELSEWHERE);
              assertThat(refusal.isOfProvedPeer()).isEqualTo(proved);
            });
  }

  @Test
  void tellThatNobodyHasProvedHimselfBeforeHeHas() {
    for (Transport transport : Transport.values()) {
      Pipe pipe =
          new Pipe(
              transport,
              Pipe.Cut.WHOLE,
              "3.0.0",
              ALICE,
              List.of(RealMechanisms.client("SCRAM-SHA-256")),
              Samples.HOST);
      pipe.server.referral = Optional.of(ELSEWHERE);

      pipe.client.start();
      pipe.carry();

      assertThat(failure(pipe))
          .isInstanceOfSatisfying(
              TspException.class,
              refusal ->
                  assertThat(refusal.isOfProvedPeer()).isEqualTo(transport == Transport.TLS));
    }
  }

  private static Credentials credentials(String mechanism) {
    return switch (mechanism) {
      case "ANONYMOUS" -> Credentials.anonymous();
      case "EXTERNAL" -> Credentials.certificate();
      default -> ALICE;
    };
  }

  private static StatusCode refusal(Pipe pipe) {
    assertThat(failure(pipe)).isInstanceOf(TspException.class);
    return ((TspException) failure(pipe)).code();
  }

  private static Throwable failure(Pipe pipe) {
    CompletableFuture<?> offer = pipe.client.offer().toCompletableFuture();
    assertThat(offer).isCompletedExceptionally();
    return offer.handle((result, failure) -> failure).join();
  }

  private static String encoded(String message) {
    return Wire.text(SaslDialect.encode(Wire.octets(message)));
  }

  private static String decoded(String line) {
    return new String(Base64.getDecoder().decode(line.strip()), StandardCharsets.UTF_8);
  }

  private static String decodedOrNothing(String line) {
    return SaslDialect.decode(Wire.octets(line)).map(Wire::text).orElse("");
  }
}
