package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * Whatever a client sends, in whatever order and pieces, and whenever broker and mechanisms get
 * round to their answers: a session throws nothing, answers no datagram twice, stays in a phase
 * that there is, says and asks nothing once it is over, and ends every exchange that it began.
 */
class BrokerSessionPropertyTest {
  private static final String ANONYMOUS = "AUTHENTICATE ANONYMOUS\r\n\0";
  private static final List<String> SENSE =
      List.of(
          "VERSION=2.0.2\r\n",
          "VERSION=2.0\r\n",
          "VERSION=1.0.1\r\n",
          "VERSION=9.9\r\n",
          ANONYMOUS,
          "AUTHENTICATE PLAIN\r\n\0",
          "AUTHENTICATE DIGEST-MD5\r\n",
          "AUTHENTICATE SCRAM-SHA-256\r\b",
          "\0alice\0secret1\r\n",
          "dXNlcm5hbWU9ImJvYiI=\r\n",
          "\r\n",
          "",
          frame("<tunnel action=\"info\"></tunnel>"),
          frame("<tunnel action=\"accept\"></tunnel>"),
          frame("<tunnel action=\"reject\"></tunnel>"),
          frame("<tunnel action=\"delete\"></tunnel>"),
          frame(
              "<tunnel action=\"create\" type=\"v6v4\"><client><address type=\"ipv4\">"
                  + "198.51.100.2</address></client></tunnel>"));

  private static final int COMMANDS = 12;

  /** How far a session has come without a mistake before all else happens. */
  private static final List<List<String>> BEGINNINGS =
      List.of(
          List.of(),
          List.of("VERSION=2.0.2\r\n"),
          List.of("VERSION=2.0.2\r\n", "AUTHENTICATE PLAIN\r\n\0"),
          List.of("VERSION=2.0.2\r\n", "AUTHENTICATE SCRAM-SHA-256\r\n"),
          List.of("VERSION=2.0.2\r\n", ANONYMOUS),
          List.of("VERSION=2.0\r\n", ANONYMOUS),
          List.of("VERSION=2.0.2\r\n", ANONYMOUS, SENSE.get(SENSE.size() - 1)));

  /** Something that happens to a session. */
  sealed interface Event {
    /** Octets come; on a stream in two pieces. */
    record Heard(byte[] octets, int cut) implements Event {
      @Override
      public String toString() {
        return "heard \"" + Wire.text(octets) + "\" cut at " + cut;
      }
    }

    /** Something that waits to be done is done. */
    record Proceeds(int which) implements Event {}

    /** The phase has lasted too long. */
    record TimesOut() implements Event {}

    /** The connection goes. */
    record Goes() implements Event {}
  }

  /** A session, all that waits to happen around it, and what it may still say. */
  private static final class World {
    final Server server;
    final CountedMechanisms mechanisms = new CountedMechanisms();
    final List<Runnable> waiting = new ArrayList<>();
    final SlowBroker broker = new SlowBroker(waiting);
    final boolean stream;
    boolean owesReply;

    World(Transport transport) {
      stream = transport.isStream();
      server = Server.over(transport);
      server.blocking = waiting::add;
      server.confined = waiting::add;
      server.asked = broker;
      server.mechanisms =
          List.of(
              mechanisms.server("ANONYMOUS"),
              mechanisms.server("PLAIN"),
              mechanisms.server("DIGEST-MD5"),
              mechanisms.server("SCRAM-SHA-256"));
    }

    void happens(Event event) {
      boolean over = server.session.phase() == Phase.CLOSED;
      int said = server.replies.size();
      int asked = broker.calls;
      if (event instanceof Event.Heard heard) {
        hears(heard.octets, heard.cut);
      } else if (event instanceof Event.Proceeds proceeds) {
        if (!waiting.isEmpty()) {
          waiting.remove(Math.floorMod(proceeds.which, waiting.size())).run();
          answersLater(server.replies.size() - said);
        }
      } else if (event instanceof Event.TimesOut) {
        server.session.timedOut();
        assertThat(server.replies).as("nothing is said to the silent").hasSize(said);
      } else {
        server.session.closed();
        assertThat(server.replies).as("nothing is said to the gone").hasSize(said);
      }
      if (over) {
        assertThat(server.replies).as("nothing is said when all is over").hasSize(said);
        assertThat(broker.calls).as("nothing is asked when all is over").isEqualTo(asked);
        assertThat(server.session.phase()).isEqualTo(Phase.CLOSED);
      }
      stands();
    }

    private void hears(byte[] octets, int cut) {
      if (stream) {
        int at = octets.length == 0 ? 0 : Math.floorMod(cut, octets.length);
        server.session.received(ByteBuffer.wrap(Arrays.copyOf(octets, at)));
        server.session.received(ByteBuffer.wrap(Arrays.copyOfRange(octets, at, octets.length)));
        return;
      }
      boolean over = server.session.phase() == Phase.CLOSED;
      int said = server.replies.size();
      server.session.received(ByteBuffer.wrap(octets));
      int answers = server.replies.size() - said;
      assertThat(answers).as("one reply a datagram").isLessThanOrEqualTo(1);
      owesReply = !over && (answers == 0 || owesReply);
    }

    private void answersLater(int answers) {
      if (!stream && answers > 0) {
        assertThat(answers).as("one reply a datagram").isEqualTo(1);
        assertThat(owesReply).as("there is a datagram without a reply").isTrue();
        owesReply = false;
      }
    }

    private void stands() {
      BrokerSession session = server.session;
      assertThat(session.phase()).isNotNull();
      assertThat(session.phaseLimit()).isNotNull();
      assertThat(session.identity().isPresent())
          .isEqualTo(session.phase() == Phase.COMMAND || session.phase() == Phase.RESPONSE);
      if (server.closed) {
        assertThat(session.phase()).isEqualTo(Phase.CLOSED);
      }
    }

    void end() {
      happens(new Event.Goes());
      while (!waiting.isEmpty()) {
        happens(new Event.Proceeds(0));
      }
      assertThat(mechanisms.ended).as("every exchange is ended").isEqualTo(mechanisms.begun);
    }

    void settle() {
      while (!waiting.isEmpty()) {
        happens(new Event.Proceeds(0));
      }
    }
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aDatagramSessionKeepsItsPromises(
      @ForAll("beginnings") List<String> beginning, @ForAll("events") List<Event> events) {
    keepsItsPromises(Transport.UDP, beginning, events);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aStreamSessionKeepsItsPromises(
      @ForAll("beginnings") List<String> beginning, @ForAll("events") List<Event> events) {
    keepsItsPromises(Transport.TCP, beginning, events);
  }

  private static void keepsItsPromises(
      Transport transport, List<String> beginning, List<Event> events) {
    World world = new World(transport);
    for (String message : beginning) {
      world.happens(new Event.Heard(octets(message), 0));
      world.settle();
    }
    for (Event event : events) {
      world.happens(event);
    }
    Statistics.label("phase")
        .collect(world.server.session.phase())
        .coverage(
            phases -> {
              phases.check(Phase.AUTHENTICATION).percentage(part -> part > 1);
              phases.check(Phase.COMMAND).percentage(part -> part > 4);
              phases.check(Phase.RESPONSE).percentage(part -> part > 1);
            });
    Statistics.label("asked twice")
        .collect(world.broker.calls > 1)
        .coverage(asked -> asked.check(true).percentage(part -> part > 10));
    world.end();
  }

  @Provide
  Arbitrary<List<String>> beginnings() {
    return Arbitraries.of(BEGINNINGS);
  }

  @Provide
  Arbitrary<List<Event>> events() {
    Arbitrary<String> anything = Arbitraries.of(SENSE);
    Arbitrary<String> commands = Arbitraries.of(SENSE.subList(COMMANDS, SENSE.size()));
    Arbitrary<byte[]> whole =
        Arbitraries.frequencyOf(Tuple.of(1, anything), Tuple.of(4, commands)).map(m -> octets(m));
    Arbitrary<byte[]> damaged =
        Combinators.combine(whole, Arbitraries.integers(), Arbitraries.bytes())
            .as(BrokerSessionPropertyTest::damage);
    Arbitrary<byte[]> shortened =
        Combinators.combine(whole, Arbitraries.integers())
            .as((m, i) -> Arrays.copyOf(m, m.length == 0 ? 0 : Math.floorMod(i, m.length)));
    Arbitrary<byte[]> two =
        Combinators.combine(whole, whole).as((one, other) -> octets(text(one) + text(other)));
    Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
    Arbitrary<byte[]> heard =
        Arbitraries.frequencyOf(
            Tuple.of(24, whole),
            Tuple.of(1, damaged),
            Tuple.of(1, shortened),
            Tuple.of(1, two),
            Tuple.of(1, noise));
    Arbitrary<Event> event =
        Arbitraries.frequencyOf(
            Tuple.of(
                20,
                Combinators.combine(heard, Arbitraries.integers().between(0, 200))
                    .as(Event.Heard::new)),
            Tuple.of(28, Arbitraries.integers().between(0, 5).map(Event.Proceeds::new)),
            Tuple.of(1, Arbitraries.of(new Event.TimesOut(), new Event.Goes())));
    return event.list().ofMaxSize(30);
  }

  private static byte[] damage(byte[] message, int where, byte what) {
    byte[] damaged = message.clone();
    if (damaged.length > 0) {
      damaged[Math.floorMod(where, damaged.length)] = what;
    }
    return damaged;
  }

  private static String frame(String body) {
    return "Content-length: " + (body.length() + 2) + "\r\n" + body + "\r\n";
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }
}
