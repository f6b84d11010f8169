package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.xml.ReplyWriter;

/**
 * Whatever a broker says, in whatever order and pieces: a client session throws nothing, says one
 * thing for each datagram at most and nothing once it is over, comes to an offer or fails, and ends
 * every exchange that it began.
 */
class ClientSessionPropertyTest {
  private static final String CAPABILITY =
      "CAPABILITY TUNNEL=V6V4 AUTH=ANONYMOUS AUTH=PLAIN AUTH=DIGEST-MD5 AUTH=SCRAM-SHA-256\r\n";
  private static final String CHALLENGE = "cmVhbG09IngiLG5vbmNlPSIxIg==\r\n";
  private static final String PROOF = "cnNwYXV0aD0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==";
  private static final String OFFER = frame("200 Success\r\n" + ReplyWriter.offer(Samples.E1));

  private static final List<String> SENSE =
      List.of(
          CAPABILITY,
          CHALLENGE,
          PROOF,
          PROOF + "\r\n",
          "\r\n",
          "",
          "200 Success\r\n",
          "300 Authentication failed\r\n",
          "1302 Elsewhere\r\n<tunnel><broker><address type=\"dn\">a.b</address></broker></tunnel>",
          OFFER,
          frame("200 Success\r\n"),
          frame("507 Requested prefix length cannot be assigned\r\n"),
          "Content-length: 4000\r\n200 Success\r\n");

  /** What a broker says in the four mechanisms up to its offer, and in none. */
  private static final List<List<String>> TALKS =
      List.of(
          List.of(CAPABILITY, CHALLENGE, PROOF + "\r\n", "200 Success\r\n", OFFER),
          List.of(CAPABILITY, "\r\n", PROOF + "\r\n", "200 Success\r\n", OFFER),
          List.of(CAPABILITY, "200 Success\r\n", OFFER),
          List.of(CAPABILITY, "", "200 Success\r\n", OFFER),
          List.of());

  private static final List<String> MECHANISMS =
      List.of("DIGEST-MD5", "SCRAM-SHA-256", "ANONYMOUS", "PLAIN", "DIGEST-MD5");

  /** Something that happens to a session. */
  sealed interface Event {
    /** Octets come; on a stream in two pieces. */
    record Heard(byte[] octets, int cut) implements Event {
      @Override
      public String toString() {
        return "heard \"" + Wire.text(octets) + "\" cut at " + cut;
      }
    }

    /** Something else. */
    enum Other implements Event {
      PAUSES,
      GOES,
      IS_ACCEPTED,
      IS_REJECTED
    }
  }

  /** A session and what it says. */
  private static final class World implements ClientSession.ClientOutput {
    final CountedMechanisms mechanisms = new CountedMechanisms();
    final List<CompletableFuture<?>> answers = new ArrayList<>();
    final ClientSession session;
    final boolean stream;
    int said;
    boolean closed;
    boolean gone;

    World(Transport transport, String mechanism) {
      stream = transport.isStream();
      session =
          new ClientSession(
              new SignalingTarget(
                  new InetSocketAddress(Samples.ip("192.0.2.1"), 3653),
                  "broker.example",
                  transport,
                  "2.0.2"),
              mechanism.equals("ANONYMOUS")
                  ? Credentials.anonymous()
                  : Credentials.of("alice", "secret1").evenInClear(),
              List.of(mechanisms.client(mechanism)),
              callbacks -> {},
              () -> Samples.asked(Samples.HOST),
              this);
      session.start();
    }

    void happens(Event event) {
      int before = said;
      boolean over = closed || gone;
      if (event instanceof Event.Heard heard) {
        hears(heard.octets, heard.cut);
      } else {
        switch ((Event.Other) event) {
          case PAUSES -> session.paused();
          case GOES -> {
            session.closed(new IOException("gone"));
            gone = true;
          }
          case IS_ACCEPTED -> answers.add(session.accept().toCompletableFuture());
          case IS_REJECTED -> answers.add(session.reject().toCompletableFuture());
        }
      }
      if (over) {
        assertThat(said).as("nothing is said when all is over").isEqualTo(before);
      }
      assertThat(said - before).as("one message for each datagram").isLessThanOrEqualTo(limit());
    }

    private int limit() {
      return stream ? 20 : 1;
    }

    private void hears(byte[] octets, int cut) {
      if (stream) {
        int at = octets.length == 0 ? 0 : Math.floorMod(cut, octets.length);
        session.received(ByteBuffer.wrap(Arrays.copyOf(octets, at)));
        session.received(ByteBuffer.wrap(Arrays.copyOfRange(octets, at, octets.length)));
      } else {
        session.received(ByteBuffer.wrap(octets));
      }
    }

    void end() {
      happens(Event.Other.GOES);
      assertThat(session.offer().toCompletableFuture()).isDone();
      assertThat(answers).as("every answer to an offer comes to an end").allMatch(a -> a.isDone());
      assertThat(mechanisms.ended).as("every exchange is ended").isEqualTo(mechanisms.begun);
    }

    @Override
    public void send(byte[] data) {
      assertThat(closed).as("nothing is said after closing").isFalse();
      said++;
    }

    @Override
    public void sendWithoutReply(byte[] data) {
      assertThat(stream).as("every datagram has a reply").isTrue();
      send(data);
    }

    @Override
    public void close() {
      assertThat(closed).as("it is closed once").isFalse();
      closed = true;
    }
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aDatagramSessionKeepsItsPromises(
      @ForAll("events") List<Event> events,
      @ForAll @IntRange(max = 4) int talk,
      @ForAll @IntRange(max = 5) int said) {
    keepsItsPromises(Transport.UDP, events, talk, said);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aStreamSessionKeepsItsPromises(
      @ForAll("events") List<Event> events,
      @ForAll @IntRange(max = 4) int talk,
      @ForAll @IntRange(max = 5) int said) {
    keepsItsPromises(Transport.TCP, events, talk, said);
  }

  /**
   * @param talk which of the talks the broker begins with
   * @param said how much of it is said before all else happens
   */
  private static void keepsItsPromises(
      Transport transport, List<Event> events, int talk, int said) {
    World world = new World(transport, MECHANISMS.get(talk));
    TALKS.get(talk).stream()
        .limit(said)
        .forEach(message -> world.happens(new Event.Heard(octets(message), 1)));
    events.forEach(world::happens);
    CompletableFuture<?> offer = world.session.offer().toCompletableFuture();
    boolean offered = offer.isDone() && !offer.isCompletedExceptionally();
    world.end();
    Statistics.label("came to an offer")
        .collect(offered)
        .coverage(offers -> offers.check(true).percentage(part -> part > 10));
  }

  @Provide
  Arbitrary<List<Event>> events() {
    Arbitrary<byte[]> whole = Arbitraries.of(SENSE).map(m -> octets(m));
    Arbitrary<byte[]> damaged =
        Combinators.combine(whole, Arbitraries.integers(), Arbitraries.bytes())
            .as(ClientSessionPropertyTest::damage);
    Arbitrary<byte[]> shortened =
        Combinators.combine(whole, Arbitraries.integers())
            .as((m, i) -> Arrays.copyOf(m, m.length == 0 ? 0 : Math.floorMod(i, m.length)));
    Arbitrary<byte[]> two =
        Combinators.combine(whole, whole)
            .as((one, other) -> octets(Wire.text(one) + Wire.text(other)));
    Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
    Arbitrary<byte[]> heard =
        Arbitraries.frequencyOf(
            Tuple.of(6, whole),
            Tuple.of(1, damaged),
            Tuple.of(1, shortened),
            Tuple.of(1, two),
            Tuple.of(1, noise));
    Arbitrary<Event> event =
        Arbitraries.frequencyOf(
            Tuple.of(
                8,
                Combinators.combine(heard, Arbitraries.integers().between(0, 200))
                    .as(Event.Heard::new)),
            Tuple.of(4, Arbitraries.of(Event.Other.values())));
    return event.list().ofMaxSize(12);
  }

  private static byte[] damage(byte[] message, int where, byte what) {
    byte[] damaged = message.clone();
    if (damaged.length > 0) {
      damaged[Math.floorMod(where, damaged.length)] = what;
    }
    return damaged;
  }

  private static String frame(String body) {
    return "Content-length: " + body.length() + "\r\n" + body;
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
