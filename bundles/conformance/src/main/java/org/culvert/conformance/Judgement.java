package org.culvert.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.culvert.conformance.Conversation.Arrival;

/** Holds what a server says in a session to the steps of a case. For one thread. */
final class Judgement {
  private static final int SUCCESS = 200;
  private static final int SERVER_ERROR = 310;
  private static final String INFO = "<tunnel action=\"info\"></tunnel>\r\n";
  private static final Duration AT_ONCE = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofMillis(250);

  private final Case tested;
  private final Leg leg;
  private final Target target;
  private final Values values;
  private final Session session;

  private Optional<Reply> last = Optional.empty();

  Judgement(Case tested, Leg leg, Target target, Values values, Session session) {
    this.tested = tested;
    this.leg = leg;
    this.target = target;
    this.values = values;
    this.session = session;
  }

  /** {@code 200|300}, {@code REGEX}, either one followed by {@code absent 302}. */
  void line(String text) throws IOException, Unmet {
    Optional<Statuses> statuses = Statuses.parse(text);
    if (statuses.isPresent() && statuses.get().mayBeNone() && !session.reader().comes(SOON)) {
      session.note("S: (nothing)");
      return;
    }
    Reply reply = judged(session.reader().line());
    values.hear(reply.line());
    if (tested.needs(Need.Kind.ZERO_OCTET) && values.digest().lacksZeroOctet()) {
      throw Unmet.skipped("the hash of the user's password has no zero octet");
    }
    if (statuses.isPresent()) {
      statuses.get().check(reply.status(), shown(reply));
      return;
    }
    String[] halves = text.split(" absent ", 2);
    if (halves.length == 2 && Pattern.matches(halves[1], Integer.toString(reply.status()))) {
      throw Unmet.absent("the server says " + shown(reply));
    }
    if (!Pattern.matches(Text.pattern(halves[0], values::of), reply.line())) {
      throw Unmet.violation("expected " + text + ", got \"" + shown(reply) + "\"");
    }
  }

  void framed(String text) throws IOException, Unmet {
    Reply reply = judged(session.reader().frame());
    session.answered(reply.status());
    Statuses.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a status: " + text))
        .check(reply.status(), shown(reply));
    if (reply.status() == SERVER_ERROR && leg.isTcp() && session.reader().ends(AT_ONCE)) {
      session
          .findings()
          .add(new Finding(Level.FIELD, "310, and the end: the server failed inside"));
    }
  }

  /**
   * Over TCP accept may have no answer; so that what follows, in other sessions too, finds the
   * tunnel, this one asks about it, and gets its answer only after accept is done with.
   */
  void accepted() throws IOException, Unmet {
    if (!leg.isTcp() || session.reader().comes(SOON)) {
      framed("200");
      return;
    }
    session.command("Content-length: " + INFO.length() + "\r\n" + INFO);
    Reply reply = judged(session.reader().frame());
    if (reply.status() == SUCCESS && reply.xml().isEmpty()) {
      // The answer to accept, after all.
      reply = judged(session.reader().frame());
    }
    if (reply.status() != SUCCESS) {
      throw Unmet.violation("accepted, but there is no tunnel: \"" + shown(reply) + "\"");
    }
  }

  private Reply judged(Reply reply) {
    session.note("S: " + (reply.isEmpty() ? "(a bare header)" : Text.shown(reply.octets())));
    if (!reply.isEmpty()) {
      OldClientReader.complaints(reply, session.awaitsOffer())
          .forEach(complaint -> session.findings().add(new Finding(Level.FIELD, complaint)));
    }
    last = Optional.of(reply);
    return reply;
  }

  /** {@code PATH}, {@code PATH = TEXT}, {@code PATH ~ REGEX}, {@code PATH absent|offered}. */
  void see(String text) throws Unmet {
    String[] words = text.split(" +", 3);
    List<String> found = xml().values(words[0]);
    String operator = words.length > 1 ? words[1] : "present";
    String operand = words.length > 2 ? words[2] : "";
    if (operator.equals("offered") && found.isEmpty()) {
      throw Unmet.absent("there is no " + words[0]);
    }
    boolean right =
        switch (operator) {
          case "present", "offered" -> !found.isEmpty();
          case "absent" -> found.isEmpty();
          case "=" -> found.contains(Text.fill(operand, values::of));
          case "~" -> {
            Pattern pattern = Pattern.compile(Text.pattern(operand, values::of));
            yield found.stream().anyMatch(pattern.asMatchPredicate());
          }
          default -> throw new IllegalArgumentException("no operator is called " + operator);
        };
    if (!right) {
      throw Unmet.violation(
          "expected " + words[0] + " " + operator + " " + operand + ", got " + found);
    }
  }

  void save(String text) throws Unmet {
    String[] words = text.split(" +", 2);
    List<String> found = xml().values(words[1]);
    if (found.isEmpty()) {
      throw Unmet.violation("there is no " + words[1]);
    }
    values.save(words[0], found.get(0));
  }

  private XmlView xml() throws Unmet {
    try {
      return XmlView.read(last.map(Reply::xml).orElse(""));
    } catch (IOException e) {
      throw Unmet.violation(e.getMessage() == null ? "no XML" : e.getMessage());
    }
  }

  void differ(String text) throws Unmet {
    String[] words = Text.fill(text, values::of).split(" +", -1);
    if (words[0].equals(words[1])) {
      throw Unmet.violation("twice the same: " + words[0]);
    }
  }

  void match(String text) throws Unmet {
    int end = text.lastIndexOf(' ');
    String value = Text.fill(text.substring(0, end), values::of);
    if (!Pattern.matches(text.substring(end + 1), value)) {
      throw Unmet.violation("\"" + value + "\" is not " + text.substring(end + 1));
    }
  }

  /** On UDP the end of a session cannot be seen. */
  void closed() throws IOException, Unmet {
    if (!leg.isTcp()) {
      return;
    }
    Arrival arrival = session.reader().raw(target.limit(), false);
    if (arrival instanceof Arrival.Octets some) {
      throw Unmet.violation("expected the end, got \"" + Text.shown(some.octets()) + "\"");
    } else if (arrival instanceof Arrival.Nothing) {
      throw Unmet.violation("the server did not close the connection");
    }
    session.note("S: (closes)");
  }

  void quiet(String millis, boolean mayClose) throws IOException, Unmet {
    Duration time = Duration.ofMillis(Integer.parseInt(millis));
    Arrival arrival = session.reader().raw(time, false);
    if (arrival instanceof Arrival.Octets some) {
      throw Unmet.violation("expected silence, got \"" + Text.shown(some.octets()) + "\"");
    } else if (arrival instanceof Arrival.End && !mayClose) {
      throw Unmet.violation("expected silence, but the server closed");
    }
    session.note("S: (nothing)");
  }

  void same() throws IOException, Unmet {
    byte[] before = last.map(Reply::octets).orElse(new byte[0]);
    Arrival arrival = session.reader().raw(target.limit(), false);
    if (!(arrival instanceof Arrival.Octets some)) {
      throw Unmet.violation("a retransmission got no answer");
    }
    session.note("S: " + Text.shown(some.octets()));
    if (!Arrays.equals(before, some.octets())) {
      throw Unmet.violation(
          "a retransmission got another answer: \"" + Text.shown(some.octets()) + "\"");
    }
  }

  void empty() throws IOException, Unmet {
    if (leg.isTcp()) {
      return;
    }
    Reply reply = judged(session.reader().line());
    if (!reply.isEmpty()) {
      throw Unmet.violation("expected a bare header, got \"" + shown(reply) + "\"");
    }
  }

  /** An empty line over TCP, a bare header over UDP. */
  void goAhead() throws IOException, Unmet {
    if (!leg.isTcp()) {
      empty();
      return;
    }
    Reply reply = judged(session.reader().line());
    if (!reply.line().isEmpty()) {
      throw Unmet.violation("expected an empty line, got \"" + shown(reply) + "\"");
    }
  }

  void any(String millis) throws IOException {
    long end = System.nanoTime() + Duration.ofMillis(Integer.parseInt(millis)).toNanos();
    long left = end - System.nanoTime();
    while (left > 0) {
      Arrival arrival = session.reader().raw(Duration.ofNanos(left), false);
      if (!(arrival instanceof Arrival.Octets some)) {
        return;
      }
      session.note("S: " + Text.shown(some.octets()));
      left = end - System.nanoTime();
    }
  }

  void alive() throws IOException, Unmet {
    try (Conversation other = Conversations.open(leg, target, session::violation)) {
      other.send(Text.octets("VERSION=2.0.2\r\n"));
      Reply reply =
          new ReplyReader(other, leg.isTcp(), target.limit(), session.findings()::add).line();
      if (!reply.line().startsWith("CAPABILITY")) {
        throw Unmet.violation("after this, another client is told \"" + shown(reply) + "\"");
      }
    }
  }

  private static String shown(Reply reply) {
    return reply.isEmpty() ? "(a bare header)" : Text.shown(Text.octets(reply.line()));
  }
}
