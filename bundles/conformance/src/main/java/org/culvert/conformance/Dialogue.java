package org.culvert.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Runs one case: plays the client in a {@link Session}, has a {@link Judgement} made of what the
 * server says. For one use, by one thread.
 */
final class Dialogue {
  private static final String USUAL_VERSION = "2.0.2";
  private static final String USUAL_HEADER = "Content-length: ${length}\\r\\n";

  /** Clients of these versions are given the tunnel with the offer. */
  private static final String ACCEPT_NOTHING = "2\\.0|1\\..*";

  private final Case tested;
  private final Leg leg;
  private final Target target;
  private final Capabilities offered;
  private final Values values;
  private final Session session;
  private final Judgement judgement;
  private String header = USUAL_HEADER;

  Dialogue(Case tested, Leg leg, Target target, Capabilities offered) {
    this.tested = tested;
    this.leg = leg;
    this.target = target;
    this.offered = offered;
    this.values = new Values(target);
    this.session = new Session(leg, target, values);
    this.judgement = new Judgement(tested, leg, target, values, session);
  }

  /** Runs the case. */
  Result run() {
    long begin = System.nanoTime();
    Result.Outcome outcome = Result.Outcome.PASSED;
    String reason = "";
    try {
      for (Step step : tested.steps()) {
        play(step);
      }
    } catch (Unmet e) {
      outcome = e.outcome();
      if (outcome == Result.Outcome.VIOLATION) {
        session.findings().add(new Finding(tested.level(), e.why(), true));
      } else {
        reason = e.why();
      }
    } catch (IOException | RuntimeException e) {
      session
          .findings()
          .add(new Finding(tested.level(), "the dialogue broke off: \"" + e + "\"", true));
    }
    session.close();
    if (!session.findings().isEmpty()) {
      outcome = Result.Outcome.VIOLATION;
    }
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    return new Result(
        tested, leg, outcome, reason, session.findings(), List.of(), session.transcript(), time);
  }

  private void play(Step step) throws IOException, Unmet {
    String text = step.text();
    switch (step.verb()) {
      case SAY -> session.send(fill(text) + "\r\n");
      case RAW -> session.send(fill(text));
      case HEX -> session.send(Text.latin(Text.hex(text)));
      case XML -> command(fill(text) + "\r\n");
      case DATAGRAM, POLL, AGAIN, AGAIN_EXACT, SEQUENCE, STAMP, LITTLE_ENDIAN -> datagram(step);
      case LINE -> judgement.line(text);
      case FRAMED -> judgement.framed(text);
      case ACCEPTED -> judgement.accepted();
      case SEE -> judgement.see(text);
      case SAVE -> judgement.save(text);
      case DIFFER -> judgement.differ(text);
      case MATCH -> judgement.match(text);
      case CLOSED -> judgement.closed();
      case SILENT -> judgement.quiet(text, false);
      case NO_ANSWER -> judgement.quiet(text, true);
      case SAME -> judgement.same();
      case EMPTY -> judgement.empty();
      case GO_AHEAD -> judgement.goAhead();
      case ANY -> judgement.any(text);
      case ALIVE -> judgement.alive();
      case TOGETHER -> session.reader().letShare();
      case LOGIN -> login(text);
      case CONNECT -> session.connect();
      case RECONNECT -> session.reconnect();
      case STAY -> session.stay();
      case CROWD -> {
        String[] words = text.split(" +", 2);
        session.crowd(Integer.parseInt(words[0]), fill(words[1]));
      }
      case KEEP -> {
        String[] words = text.split(" +", 2);
        values.save(words[0], fill(words[1]));
      }
      case SPLIT -> split(text);
      case PAUSE -> Pause.millis(Integer.parseInt(text));
      case HEADER -> header = text;
    }
  }

  private void datagram(Step step) throws IOException {
    switch (step.verb()) {
      case DATAGRAM -> {
        byte[] whole = Text.hex(step.text());
        session.udp().datagram(whole);
        session.note("C: (a datagram) " + Text.shown(whole));
      }
      case POLL -> {
        if (!leg.isTcp()) {
          session.send("");
        }
      }
      case AGAIN -> {
        session.udp().again();
        session.note("C: (again, under a new timestamp)");
      }
      case AGAIN_EXACT -> {
        session.udp().againExactly();
        session.note("C: (again, octet for octet)");
      }
      case SEQUENCE -> session.udp().sequence(step.text());
      case STAMP -> session.udp().stamp(step.text());
      default -> session.udp().littleEndian();
    }
  }

  private void split(String text) throws IOException {
    String[] words = text.split(" ", 2);
    if (session.conversation() instanceof TcpConversation tcp) {
      tcp.split(Integer.parseInt(words[0]), words.length > 1 ? Integer.parseInt(words[1]) : 0);
    }
  }

  private void command(String body) throws IOException {
    String framed = Text.fill(header, name -> length(name, body)) + body;
    header = USUAL_HEADER;
    session.command(framed);
  }

  /** {@code length}, {@code length+2}, {@code length-20}. */
  private String length(String name, String body) {
    if (!name.startsWith("length")) {
      return values.of(name);
    }
    String more = name.substring("length".length());
    return Integer.toString(body.length() + (more.isEmpty() ? 0 : Integer.parseInt(more)));
  }

  private void login(String text) throws IOException, Unmet {
    String[] words = text.split(" ", 2);
    String version = words.length > 1 ? words[1] : USUAL_VERSION;
    if (version.matches(ACCEPT_NOTHING)) {
      session.acceptsUnasked();
    }
    for (String line : Logins.steps(words[0], version, offered.mechanisms(), target)) {
      play(Step.parse(line));
    }
  }

  private String fill(String text) {
    return Text.fill(text, values::of);
  }
}
