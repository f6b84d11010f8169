package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.protocol.Samples.asRead;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both sessions back to back. */
class SessionsTest {
  private static final Credentials ALICE =
      Credentials.of(TestMechanisms.USER, TestMechanisms.PASSWORD).evenInClear();

  static Stream<Arguments> pipes() {
    return Stream.of("ANONYMOUS", "PLAIN", "DIGEST-MD5", "SCRAM-SHA-256", "X-OTHER")
        .flatMap(
            mechanism ->
                Stream.concat(
                    Stream.of(Arguments.of(mechanism, Transport.UDP, Pipe.Cut.WHOLE)),
                    Stream.of(Pipe.Cut.values())
                        .map(cut -> Arguments.of(mechanism, Transport.TCP, cut))));
  }

  @ParameterizedTest
  @MethodSource("pipes")
  @Demands({
    "R-2-1",
    "R-2-2",
    "R-4.3-2",
    "R-4.3-3",
    "R-4.4.2-8",
    "R-4.4.2-17",
    "D-2-1",
    "D-2-2",
    "D-4.3-1",
    "D-4.3-3",
    "D-4.4-11",
    "R-8-1",
    "D-7-1"
  })
  void agreeOnATunnel(String mechanism, Transport transport, Pipe.Cut cut) {
    Pipe pipe = pipe(mechanism, transport, cut, "2.0.2");

    pipe.client.start();
    pipe.carry();

    assertThat(result(pipe.client.offer())).isEqualTo(asRead(Samples.E1));
    assertThat(pipe.server.session.phase()).isEqualTo(Phase.RESPONSE);

    CompletionStage<Void> accepted = pipe.client.accept();
    pipe.carry();

    assertThat(accepted.toCompletableFuture()).isCompleted();
    assertThat(pipe.server.session.phase())
        .isEqualTo(transport == Transport.UDP ? Phase.CLOSED : Phase.COMMAND);
    String user = mechanism.equals("ANONYMOUS") ? "anonymous" : "alice";
    assertThat(pipe.server.broker.calls())
        .containsExactly("offer " + user + " v6v4", "accept " + user + " lease-1");
    assertThat(pipe.server.session.version()).contains("2.0.2");
  }

  @ParameterizedTest
  @MethodSource("pipes")
  void sendNoNulButInPlain(String mechanism, Transport transport, Pipe.Cut cut) {
    Pipe pipe = pipe(mechanism, transport, cut, "2.0.2");

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.sent)
        .filteredOn(message -> message.indexOf('\0') >= 0)
        .hasSize(mechanism.equals("PLAIN") ? 1 : 0);
  }

  @Test
  @Demands("R-4.7.1-7")
  void agreeToRejectTheOffer() {
    for (Transport transport : Transport.values()) {
      Pipe pipe = pipe("ANONYMOUS", transport, Pipe.Cut.WHOLE, "2.0.2");
      pipe.client.start();
      pipe.carry();

      CompletionStage<Void> rejected = pipe.client.reject();
      assertThat(rejected.toCompletableFuture()).isNotDone();
      pipe.carry();

      assertThat(rejected.toCompletableFuture()).isCompleted();
      assertThat(pipe.server.broker.calls()).last().isEqualTo("reject anonymous lease-1");
    }
  }

  @Test
  void givePlainAwayOnlyIfThereIsNothingElse() {
    Pipe pipe =
        new Pipe(
            Transport.UDP,
            Pipe.Cut.WHOLE,
            "2.0.2",
            ALICE,
            List.of(TestMechanisms.client("PLAIN"), TestMechanisms.client("DIGEST-MD5")),
            Samples.HOST);

    pipe.client.start();
    pipe.carry();

    assertThat(pipe.sent.get(1)).isEqualTo("AUTHENTICATE DIGEST-MD5\r\n");
    assertThat(pipe.sent.get(3)).as("the poll").isEmpty();
  }

  @Test
  @Demands({"R-4.4.2-9", "R-4.4.2-10", "D-4.4-7", "D-4.4-8"})
  void neverTakeAnonymousForAUserNorAUserForAnonymous() {
    for (Credentials credentials : List.of(ALICE, Credentials.anonymous())) {
      String other = credentials == ALICE ? "ANONYMOUS" : "PLAIN";
      Pipe pipe =
          new Pipe(
              Transport.UDP,
              Pipe.Cut.WHOLE,
              "2.0.2",
              credentials,
              List.of(TestMechanisms.client(other)),
              Samples.HOST);

      pipe.client.start();
      pipe.carry();

      assertThat(failure(pipe.client.offer()))
          .isInstanceOfSatisfying(
              TspException.class,
              e -> assertThat(e.code()).isEqualTo(StatusCode.AUTHENTICATION_FAILED));
      assertThat(pipe.clientClosed).isTrue();
    }
  }

  @Test
  void endWithTheWrongPassword() {
    for (Transport transport : Transport.values()) {
      for (String mechanism : List.of("PLAIN", "DIGEST-MD5")) {
        Pipe pipe =
            new Pipe(
                transport,
                Pipe.Cut.WHOLE,
                "2.0.2",
                Credentials.of(TestMechanisms.USER, "wrong").evenInClear(),
                List.of(TestMechanisms.client(mechanism)),
                Samples.HOST);

        pipe.client.start();
        pipe.carry();

        assertThat(failure(pipe.client.offer()))
            .isInstanceOfSatisfying(
                TspException.class,
                e -> assertThat(e.code()).isEqualTo(StatusCode.AUTHENTICATION_FAILED));
        assertThat(pipe.server.session.phase()).isEqualTo(Phase.CLOSED);
        assertThat(pipe.server.closed).isTrue();
        assertThat(pipe.server.refusals).containsExactly("authentication failed");
      }
    }
  }

  @Test
  void carryReferralsOfEveryPhase() {
    Referral referral = new Referral(List.of("198.51.100.7", "2001:db8::7", "ts1.isp1.example"));
    for (Transport transport : Transport.values()) {
      for (Pipe.Cut cut : Pipe.Cut.values()) {
        Pipe early = pipe("ANONYMOUS", transport, cut, "3.0.0");
        early.server.referral = Optional.of(referral);
        early.client.start();
        early.carry();

        assertThat(failure(early.client.offer()))
            .isInstanceOfSatisfying(
                TspException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(StatusCode.UNSUPPORTED_VERSION);
                  assertThat(e.referral()).contains(referral);
                });

        Pipe late = pipe("ANONYMOUS", transport, cut, "2.0.2");
        late.server.broker.refuses(new TspException(StatusCode.NO_MORE_TUNNELS, "full", referral));
        late.client.start();
        late.carry();

        assertThat(failure(late.client.offer()))
            .isInstanceOfSatisfying(
                TspException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(StatusCode.NO_MORE_TUNNELS);
                  assertThat(e.referral()).contains(referral);
                });
      }
    }
  }

  @Test
  @Demands({"R-4.4.2-9", "D-4.4-7"})
  void askForNoTypeThatIsNotOffered() {
    Pipe pipe =
        new Pipe(
            Transport.UDP,
            Pipe.Cut.WHOLE,
            "2.0.2",
            Credentials.anonymous(),
            List.of(TestMechanisms.client("ANONYMOUS")),
            Samples.DSTM);

    pipe.client.start();
    pipe.carry();

    assertThat(failure(pipe.client.offer()))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE));
  }

  @Test
  @Demands("D-4.5-5")
  void needNoAcceptBeforeVersionTwo() {
    Pipe pipe = pipe("ANONYMOUS", Transport.TCP, Pipe.Cut.WHOLE, "1.0.1");
    pipe.client.start();
    pipe.carry();

    assertThat(pipe.server.broker.calls())
        .containsExactly("offer anonymous v6v4", "accept anonymous lease-1");
    int sent = pipe.sent.size();

    assertThat(pipe.client.accept().toCompletableFuture()).isCompleted();
    assertThat(pipe.sent).hasSize(sent);
  }

  @Test
  @Demands({"D-4.5-5", "D-4.4-2"})
  void letTheDraftsVersionAcceptOrNot() {
    for (Transport transport : Transport.values()) {
      Pipe pipe = pipe("ANONYMOUS", transport, Pipe.Cut.WHOLE, "2.0");
      pipe.client.start();
      pipe.carry();

      assertThat(pipe.server.broker.calls()).last().isEqualTo("accept anonymous lease-1");

      CompletionStage<Void> accepted = pipe.client.accept();
      pipe.carry();

      assertThat(accepted.toCompletableFuture()).isCompleted();
      assertThat(pipe.server.broker.calls()).hasSize(2);
      assertThat(pipe.server.refusals).isEmpty();
    }
  }

  @Test
  void failWhenTheConnectionGoes() {
    Pipe pipe = pipe("ANONYMOUS", Transport.TCP, Pipe.Cut.WHOLE, "2.0.2");
    pipe.client.start();
    IOException cause = new IOException("connection reset");

    pipe.client.closed(cause);

    assertThat(failure(pipe.client.offer())).isSameAs(cause);
  }

  @Test
  void needNoConnectionForAnAcceptThatNeedNotBeSaid() {
    for (String version : List.of("2.0", "1.0.1")) {
      Pipe pipe = pipe("ANONYMOUS", Transport.TCP, Pipe.Cut.WHOLE, version);
      pipe.client.start();
      pipe.carry();
      int sent = pipe.sent.size();

      pipe.client.closed(new IOException("closed by the broker"));

      assertThat(pipe.client.accept().toCompletableFuture()).isCompleted();
      assertThat(pipe.sent).hasSize(sent);
    }
  }

  @Test
  void failAnAcceptThatIsNeverAnswered() {
    Pipe pipe = pipe("ANONYMOUS", Transport.UDP, Pipe.Cut.WHOLE, "2.0.2");
    pipe.client.start();
    pipe.carry();
    CompletionStage<Void> accepted = pipe.client.accept();

    pipe.client.closed(new IOException("no answer"));

    assertThat(failure(accepted)).hasMessage("no answer");
  }

  @Test
  void tellTheClientThatItsAcceptFailed() {
    Pipe pipe = pipe("ANONYMOUS", Transport.UDP, Pipe.Cut.WHOLE, "2.0.2");
    pipe.server.broker.answers(
        CompletableFuture.failedStage(
            new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, "no device")));
    pipe.client.start();
    pipe.carry();
    CompletionStage<Void> accepted = pipe.client.accept();
    pipe.carry();

    assertThat(failure(accepted))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.ENDPOINT_CONFIGURATION_ERROR));
  }

  @Test
  void refuseToAnswerAnOfferTwice() {
    Pipe pipe = pipe("ANONYMOUS", Transport.TCP, Pipe.Cut.WHOLE, "2.0.2");
    assertThatThrownBy(() -> pipe.client.accept().toCompletableFuture().get())
        .hasCauseInstanceOf(IllegalStateException.class);
    pipe.client.start();
    pipe.carry();
    pipe.client.accept();

    assertThatThrownBy(() -> pipe.client.reject().toCompletableFuture().get())
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  @Demands({"R-2-12", "R-5.4-1"})
  void followTheBrokersChoiceOfType() {
    Pipe pipe =
        new Pipe(
            Transport.UDP,
            Pipe.Cut.WHOLE,
            "2.0.2",
            Credentials.anonymous(),
            List.of(TestMechanisms.client("ANONYMOUS")),
            Samples.ANY);
    pipe.server.broker.offers(Samples.E3);

    pipe.client.start();
    pipe.carry();

    assertThat(result(pipe.client.offer()).type()).isEqualTo(TunnelType.V6UDPV4);
  }

  private static Pipe pipe(String mechanism, Transport transport, Pipe.Cut cut, String version) {
    boolean anonymous = mechanism.equals("ANONYMOUS");
    Pipe pipe =
        new Pipe(
            transport,
            cut,
            version,
            anonymous ? Credentials.anonymous() : ALICE,
            List.of(TestMechanisms.client(mechanism)),
            Samples.HOST);
    pipe.server.mechanisms = List.of(TestMechanisms.server(mechanism));
    return pipe;
  }

  private static <T> T result(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    assertThat(future).isCompleted();
    return future.join();
  }

  private static Throwable failure(CompletionStage<?> stage) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    assertThat(future).isDone();
    try {
      future.get();
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("the stage did not fail");
  }
}
