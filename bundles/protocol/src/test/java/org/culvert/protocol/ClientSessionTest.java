package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client session against the words of brokers in the field. */
class ClientSessionTest implements ClientSession.ClientOutput {
  private static final String CAPABILITY =
      "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 AUTH=ANONYMOUS AUTH=PLAIN AUTH=DIGEST-MD5\r\n";
  private static final String CHALLENGE = "cmVhbG09IngiLG5vbmNlPSIxIg"; // realm="x",nonce="1"
  private static final String PROOF = "cnNwYXV0aD0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";

  private static final Credentials ALICE = Credentials.of("alice", "secret1");

  private final List<String> sent = new ArrayList<>();
  private boolean closed;

  // Capabilities.

  @ParameterizedTest
  @ValueSource(
      strings = {
        CAPABILITY,
        "CAPABILITY AUTH=ANONYMOUS TUNNEL=V6V4\n",
        "capability tunnel=v6v4  auth=anonymous future=x\r\n",
        "CAPABILITY AUTH=ANONYMOUS\r\n"
      })
  @Demands({
    "R-4.4.2-1",
    "R-4.4.2-17",
    "R-4.3-2",
    "D-4.4-1",
    "D-4.4-11",
    "R-3-3",
    "D-3-2",
    "R-4.3-1",
    "R-4.4.2-2"
  })
  void readsCapabilitiesInAnyOrder(String line) {
    for (Transport transport : Transport.values()) {
      sent.clear();
      ClientSession session = session(transport, Credentials.anonymous(), "ANONYMOUS");

      hear(session, line);

      assertThat(sent).containsExactly("VERSION=2.0.2\r\n", "AUTHENTICATE ANONYMOUS\r\n");
    }
  }

  @Test
  void readsACapabilityLineWithoutAnEnd() {
    ClientSession session = session(Transport.TCP, Credentials.anonymous(), "ANONYMOUS");

    hear(session, CAPABILITY.strip());
    assertThat(sent).hasSize(1);
    session.paused();

    assertThat(sent).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void failsOnGibberish(Transport transport) {
    ClientSession session = session(transport, Credentials.anonymous(), "ANONYMOUS");

    hear(session, "SSH-2.0-OpenSSH_9.2\r\n");

    assertThat(failure(session.offer())).isInstanceOf(IOException.class);
    assertThat(closed).isTrue();
  }

  @Test
  @Demands("R-B-7")
  void takesAnUnknownCodeForTheBrokersFault() {
    ClientSession session = session(Transport.UDP, Credentials.anonymous(), "ANONYMOUS");

    hear(session, "599 Timeout\r\n");

    assertThat(failure(session.offer()))
        .isInstanceOfSatisfying(
            TspException.class, e -> assertThat(e.code()).isEqualTo(StatusCode.SERVER_ERROR))
        .hasMessageContaining("599 Timeout");
  }

  @Test
  void takesAReferralWithoutAReadableListForAPlainRefusal() {
    ClientSession session = session(Transport.UDP, Credentials.anonymous(), "ANONYMOUS");

    hear(session, "1301 No more tunnels\r\n<broker><address type=\"ipv4\">1.2.3.4</address>");

    assertThat(failure(session.offer()))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> {
              assertThat(e.code()).isEqualTo(StatusCode.NO_MORE_TUNNELS);
              assertThat(e.referral()).isEmpty();
            });
  }

  @Test
  void limitsTheBrokersOfAReferral() {
    StringBuilder list = new StringBuilder("1301 No more tunnels\r\n<tunnel><broker>");
    for (int i = 0; i < 60; i++) {
      list.append("<address type=\"ipv4\">192.0.2.").append(i).append("</address>");
    }
    ClientSession session = session(Transport.TCP, Credentials.anonymous(), "ANONYMOUS");

    hear(session, list + "</broker></tunnel>\r\n");

    assertThat(failure(session.offer()))
        .isInstanceOfSatisfying(
            TspException.class, e -> assertThat(e.referral().orElseThrow().brokers()).hasSize(50));
  }

  // SASL.

  @Test
  void readsBase64WithoutALinesEndOverTcp() {
    ClientSession session = session(Transport.TCP, ALICE, "DIGEST-MD5");
    hear(session, CAPABILITY);

    hear(session, CHALLENGE);
    assertThat(sent).as("not padded, more may come").hasSize(2);
    session.paused();
    assertThat(sent).hasSize(3);
    hear(session, PROOF);
    hear(session, "200 Success\r\n");

    assertThat(sent).hasSize(4).last().asString().startsWith("Content-length: 130\r\n<tunnel");
  }

  @Test
  void partsTheProofFromTheSuccessInOneSegment() {
    for (String between : List.of("", "\r\n")) {
      sent.clear();
      ClientSession session = session(Transport.TCP, ALICE, "DIGEST-MD5");
      hear(session, CAPABILITY);
      hear(session, CHALLENGE + "\r\n");

      hear(session, PROOF + between + "200 Success\r\n");

      assertThat(sent).hasSize(4);
    }
  }

  @Test
  void pollsEvenIfTheSuccessCameWithTheProof() {
    ClientSession session = session(Transport.UDP, ALICE, "DIGEST-MD5");
    hear(session, CAPABILITY);
    hear(session, CHALLENGE);

    hear(session, PROOF + "200 Success\r\n");
    assertThat(sent).last().asString().isEmpty();
    hear(session, "200 Success\r\n");

    assertThat(sent).last().asString().contains("<tunnel action=\"create\"");
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Demands("R-4.4.2-15")
  void trustsNoBrokerThatDoesNotProveItself(Transport transport) {
    ClientSession session = session(transport, ALICE, "DIGEST-MD5");
    hear(session, CAPABILITY);
    hear(session, CHALLENGE + "\r\n");

    hear(session, "200 Success\r\n");

    assertThat(failure(session.offer()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("before the mechanism is complete");
    assertThat(sent).noneMatch(message -> message.contains("create"));
  }

  @Test
  void sendsPlainUnaskedOnTcpAndAskedOnUdp() {
    ClientSession stream = session(Transport.TCP, ALICE.evenInClear(), "PLAIN");
    hear(stream, CAPABILITY);
    assertThat(sent)
        .containsExactly("VERSION=2.0.2\r\n", "AUTHENTICATE PLAIN\r\n", "\0alice\0secret1\r\n");

    sent.clear();
    ClientSession datagrams = session(Transport.UDP, ALICE.evenInClear(), "PLAIN");
    hear(datagrams, CAPABILITY);
    assertThat(sent).last().isEqualTo("AUTHENTICATE PLAIN\r\n");
    hear(datagrams, "");
    assertThat(sent).last().isEqualTo("\0alice\0secret1\r\n");
  }

  // The offer.

  @ParameterizedTest
  @EnumSource(Transport.class)
  void readsAnOfferWithoutLifetimeAndKeepalive(Transport transport) {
    ClientSession session = commanding(transport);

    hear(session, frame("200 OK\r\n" + offer("v6v4", "")));

    TunnelOffer offer = result(session.offer());
    assertThat(offer.lifetime()).isEmpty();
    assertThat(offer.keepAlive()).isEmpty();
    assertThat(offer.server().inner()).isEqualTo(Samples.ip("3ffe:b00:c18:ffff::1"));
  }

  @Test
  void fillsInTheAddressToPing() {
    for (String keepAlive :
        List.of(
            "<keepalive interval=\"30\"/>",
            "<keepalive interval=\"30\"><address type=\"ipv6\">::</address></keepalive>")) {
      ClientSession session = commanding(Transport.UDP);

      hear(session, frame("200 OK\r\n" + offer("v6v4", keepAlive)));

      assertThat(result(session.offer()).keepAlive())
          .isEqualTo(Samples.keepAlive("3ffe:b00:c18:ffff::1", 30));
    }
  }

  @Test
  void takesNoKeepaliveFromAnIntervalOfZero() {
    ClientSession session = commanding(Transport.UDP);

    hear(session, frame("200 OK\r\n" + offer("v6v4", "<keepalive interval=\"0\"/>")));

    assertThat(result(session.offer()).keepAlive()).isEmpty();
  }

  @Test
  void passesOverResolversThatAreNone() {
    ClientSession session = commanding(Transport.UDP);

    hear(
        session,
        frame(
            "200 OK\r\n"
                + offer(
                    "v6v4",
                    "<dns_server><address type=\"ipv6\">x</address><address type=\"ipv6\">"
                        + "2001:db8::53</address></dns_server>")));

    assertThat(result(session.offer()).resolvers()).containsExactly(Samples.ip("2001:db8::53"));
  }

  @Test
  void doesNotInsistOnTheFrame() {
    ClientSession datagram = commanding(Transport.UDP);
    hear(datagram, "Content-length: 12\r\n200 Success\r\n" + offer("v6v4", ""));
    assertThat(result(datagram.offer()).type()).isEqualTo(TunnelType.V6V4);

    for (Transport transport : Transport.values()) {
      ClientSession session = commanding(transport);
      hear(session, "310 TSP status error\r\n");
      assertThat(failure(session.offer()))
          .isInstanceOfSatisfying(
              TspException.class, e -> assertThat(e.code()).isEqualTo(StatusCode.SERVER_ERROR));
    }
  }

  @Test
  void takesWhatThereIsWhenAStreamPromisesMore() {
    ClientSession session = commanding(Transport.TCP);

    hear(session, "Content-length: 4000\r\n200 Success\r\n" + offer("v6v4", ""));
    assertThat(session.offer().toCompletableFuture()).isNotDone();
    session.paused();

    assertThat(result(session.offer()).type()).isEqualTo(TunnelType.V6V4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200 Success\r\n",
        "200 Success\r\n<tunnel action=\"info\"></tunnel>\r\n",
        "200 Success\r\n<tunnel action=\"info\" type=\"no type\"></tunnel>\r\n",
        "nothing\r\n"
      })
  void failsOnAnOfferThatIsNone(String body) {
    ClientSession session = commanding(Transport.UDP);

    hear(session, frame(body));

    assertThat(failure(session.offer())).isInstanceOf(IOException.class);
    assertThat(closed).isTrue();
  }

  @Test
  void pollsForAReplyAndGivesUp() {
    ClientSession session = commanding(Transport.UDP);
    sent.clear();

    for (int i = 0; i < ClientSession.MAX_POLLS; i++) {
      hear(session, "");
    }
    assertThat(sent).hasSize(ClientSession.MAX_POLLS).containsOnly("");
    hear(session, "");

    assertThat(failure(session.offer())).isInstanceOf(IOException.class);
  }

  @Test
  void limitsAReply() {
    ClientSession session = session(Transport.TCP, Credentials.anonymous(), "ANONYMOUS");

    for (int i = 0; i < 100; i++) {
      hear(session, "A".repeat(1000));
    }

    assertThat(failure(session.offer())).isInstanceOf(IOException.class);
  }

  // Accept.

  @ParameterizedTest
  @ValueSource(strings = {"", "Content-length: 13\r\n200 Success\r\n", "200 Success\r\n", "noise"})
  @Demands({"R-4.4.3-6", "R-4.7.1-6"})
  void takesAnyAcknowledgementOfAccept(String acknowledgement) {
    ClientSession session = commanding(Transport.UDP);
    hear(session, frame("200 OK\r\n" + offer("v6v4", "")));

    CompletionStage<Void> accepted = session.accept();
    assertThat(sent)
        .last()
        .isEqualTo("Content-length: 35\r\n<tunnel action=\"accept\"></tunnel>\r\n");
    hear(session, acknowledgement);

    assertThat(accepted.toCompletableFuture()).isCompleted();
    assertThat(closed).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-length: 38\r\n307 Tunnel endpoint configuration error\r\n",
        "307 Tunnel endpoint configuration error\r\n"
      })
  void hearsOnTcpThatTheAcceptIsRefusedAfterAll(String refusal) {
    ClientSession session = commanding(Transport.TCP);
    hear(session, frame("200 OK\r\n" + offer("v6v4", "")));
    CompletionStage<Void> accepted = session.accept();
    assertThat(accepted.toCompletableFuture()).isCompleted();
    assertThat(session.ended().toCompletableFuture()).isNotDone();

    hear(session, refusal);
    session.paused();

    assertThat(failure(session.ended()))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.ENDPOINT_CONFIGURATION_ERROR));
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void endsWithoutARefusalWhereNoneCame(Transport transport) {
    ClientSession closedHere = commanding(transport);
    hear(closedHere, frame("200 OK\r\n" + offer("v6v4", "")));
    closedHere.accept();
    closedHere.close();
    ClientSession closedThere = commanding(transport);
    hear(closedThere, frame("200 OK\r\n" + offer("v6v4", "")));
    closedThere.accept();
    closedThere.closed(new IOException("closed by the broker"));

    assertThat(closedHere.ended().toCompletableFuture()).isCompleted();
    assertThat(closedThere.ended().toCompletableFuture()).isCompleted();
  }

  @Test
  void doesNotMindWhatComesAfterAcceptOnTcp() {
    ClientSession session = commanding(Transport.TCP);
    hear(session, frame("200 OK\r\n" + offer("v6v4", "")));
    session.accept();

    hear(session, "Content-length: 13\r\n200 Success\r\n");
    session.closed(new IOException("closed by the broker"));

    assertThat(closed).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void endsOneWayOrTheOtherWhateverItHears(Transport transport) {
    Random random = new Random(5572);
    List<String> sense =
        List.of(
            CAPABILITY,
            CHALLENGE + "\r\n",
            PROOF + "\r\n",
            "200 Success\r\n",
            frame("200 OK\r\n" + offer("v6v4", "")),
            "1302 Elsewhere\r\n<tunnel><broker><address type=\"dn\">a.b</address></broker></tunnel>",
            "");
    int offers = 0;
    for (int round = 0; round < 1000; round++) {
      ClientSession session = session(transport, Credentials.of("a", "b"), "DIGEST-MD5");
      for (int step = 0; step < 8; step++) {
        String message = sense.get(step < 5 && random.nextInt(4) > 0 ? step : random.nextInt(7));
        byte[] octets = message.getBytes(StandardCharsets.US_ASCII);
        if (random.nextInt(10) == 0 && octets.length > 0) {
          octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
        }
        session.received(ByteBuffer.wrap(octets));
        session.paused();
      }
      session.closed(new IOException("the end"));
      assertThat(session.offer().toCompletableFuture()).isDone();
      offers += session.offer().toCompletableFuture().isCompletedExceptionally() ? 0 : 1;
    }
    assertThat(offers).as("some rounds come to an offer").isGreaterThan(10);
  }

  private ClientSession session(Transport transport, Credentials credentials, String mechanism) {
    ClientSession session =
        new ClientSession(
            new SignalingTarget(
                new InetSocketAddress(Samples.ip("192.0.2.1"), 3653),
                "broker.example",
                transport,
                "2.0.2"),
            credentials,
            List.of(TestMechanisms.client(mechanism)),
            callbacks -> {},
            () -> Samples.asked(Samples.HOST),
            this);
    session.start();
    return session;
  }

  private ClientSession commanding(Transport transport) {
    ClientSession session = session(transport, Credentials.anonymous(), "ANONYMOUS");
    hear(session, CAPABILITY);
    hear(session, "200 Authentication successful\r\n");
    return session;
  }

  private static void hear(ClientSession session, String data) {
    session.received(ByteBuffer.wrap(data.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static String frame(String body) {
    return "Content-length: " + body.length() + "\r\n" + body;
  }

  private static String offer(String type, String more) {
    return "<tunnel action=\"info\" type=\""
        + type
        + "\"><server><address type=\"ipv4\"> 192.0.2.114 </address><address type=\"ipv6\">\n"
        + "3ffe:b00:c18:ffff::0000:0000:0000:0001\n</address></server><client>"
        + "<address type=\"ipv4\">1.1.1.1</address><address type=\"ipv6\">2001:db8::2</address>"
        + more
        + "</client></tunnel>\r\n";
  }

  private static <T> T result(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    assertThat(future).isCompleted();
    return future.join();
  }

  private static Throwable failure(CompletionStage<?> stage) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    assertThat(future).isCompletedExceptionally();
    return future.handle((result, failure) -> failure).join();
  }

  @Override
  public void send(byte[] data) {
    sent.add(new String(data, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void sendWithoutReply(byte[] data) {
    send(data);
  }

  @Override
  public void close() {
    closed = true;
  }
}
