package org.culvert.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.culvert.conformance.Conversation.Arrival;

/** Plays the client's part of one case, and judges the server's. For one use, by one thread. */
final class Dialogue {
  private static final Duration NONE = Duration.ofMillis(250);
  private static final Duration CLEAN_UP = Duration.ofMillis(1500);
  private static final String VERSION = "2.0.2";
  private static final String USUAL_HEADER = "Content-length: ${length}\\r\\n";

  private final Case tested;
  private final Leg leg;
  private final Target target;
  private final Capabilities offered;
  private final Values values;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> transcript = new ArrayList<>();

  private final List<Conversation> crowd = new ArrayList<>();

  private Optional<Conversation> open = Optional.empty();
  private Optional<ReplyReader> reader = Optional.empty();
  private Optional<Reply> last = Optional.empty();
  private String header = USUAL_HEADER;
  private boolean toCreate;
  private boolean holdsOffer;
  private boolean holdsTunnel;

  Dialogue(Case tested, Leg leg, Target target, Capabilities offered) {
    this.tested = tested;
    this.leg = leg;
    this.target = target;
    this.offered = offered;
    this.values = new Values(target);
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
        findings.add(new Finding(tested.level(), e.why()));
      } else {
        reason = e.why();
      }
    } catch (IOException | IllegalArgumentException e) {
      findings.add(new Finding(tested.level(), "the dialogue broke off: " + e));
    }
    leaveNothing();
    disperse();
    if (!findings.isEmpty()) {
      outcome = Result.Outcome.VIOLATION;
    }
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    return new Result(tested, leg, outcome, reason, findings, transcript, time);
  }

  private void play(Step step) throws IOException, Unmet {
    String text = step.text();
    switch (step.verb()) {
      case SAY -> send(fill(text) + "\r\n");
      case RAW -> send(fill(text));
      case HEX -> send(Text.latin(Text.hex(text)));
      case XML -> command(fill(text) + "\r\n");
      case DATAGRAM -> datagram(Text.hex(text));
      case POLL -> {
        if (!leg.isTcp()) {
          send("");
        }
      }
      case AGAIN -> {
        udp().again();
        note("C: (again, under a new timestamp)");
      }
      case AGAIN_EXACT -> {
        udp().againExactly();
        note("C: (again, octet for octet)");
      }
      case LINE -> line(text);
      case FRAMED -> framed(text);
      case SEE -> see(text);
      case SAVE -> save(text);
      case CLOSED -> closed();
      case SILENT -> quiet(text, false);
      case NO_ANSWER -> quiet(text, true);
      case SAME -> same();
      case EMPTY -> empty();
      case ANY -> any(text);
      case ACCEPTED -> accepted();
      case TOGETHER -> reader().letShare();
      case ALIVE -> alive();
      case LOGIN -> login(text);
      case CONNECT -> connect();
      case RECONNECT -> reconnect();
      case CROWD -> crowd(text);
      case KEEP -> {
        String[] words = text.split(" +", 2);
        values.save(words[0], fill(words[1]));
      }
      case DIFFER -> {
        String[] words = fill(text).split(" +", -1);
        if (words[0].equals(words[1])) {
          throw Unmet.violation("twice the same: " + words[0]);
        }
      }
      case MATCH -> match(text);
      case SPLIT -> {
        String[] words = text.split(" ", 2);
        if (conversation() instanceof TcpConversation tcp) {
          tcp.split(Integer.parseInt(words[0]), words.length > 1 ? Integer.parseInt(words[1]) : 0);
        }
      }
      case PAUSE -> Pause.millis(Integer.parseInt(text));
      case SEQUENCE -> udp().sequence(text);
      case STAMP -> udp().stamp(text);
      case LITTLE_ENDIAN -> udp().littleEndian();
      case HEADER -> header = text;
    }
  }

  // What the client says.

  private void send(String text) throws IOException {
    byte[] octets = Text.octets(text);
    note("C: " + (octets.length == 0 ? "(a bare header)" : Text.shown(octets)));
    conversation().send(octets);
  }

  private void datagram(byte[] whole) throws IOException {
    note("C: (a datagram) " + Text.shown(whole));
    udp().datagram(whole);
  }

  private void command(String body) throws IOException {
    String framed = Text.fill(header, name -> length(name, body)) + body;
    header = USUAL_HEADER;
    toCreate = body.contains("\"create\"");
    if (body.contains("\"accept\"")) {
      holdsTunnel = holdsOffer;
    }
    send(framed);
  }

  private String length(String name, String body) {
    if (!name.startsWith("length")) {
      return values.of(name);
    }
    String more = name.substring("length".length());
    return Integer.toString(body.length() + (more.isEmpty() ? 0 : Integer.parseInt(more)));
  }

  private void login(String text) throws IOException, Unmet {
    String[] words = text.split(" ", 2);
    String version = words.length > 1 ? words[1] : VERSION;
    if (version.matches("2\\.0|1\\..*")) {
      // These clients are given the tunnel with the offer.
      holdsTunnel = true;
    }
    for (String line : Logins.steps(words[0], version, offered.mechanisms(), target)) {
      play(Step.parse(line));
    }
  }

  private void connect() throws IOException {
    leaveNothing();
    holdsTunnel = false;
    conversation();
  }

  private void reconnect() throws IOException {
    Optional<Conversation> left = open;
    open = Optional.empty();
    if (left.isPresent()) {
      left.get().close();
    }
    conversation();
  }

  private void crowd(String text) throws IOException {
    String[] words = text.split(" +", 2);
    byte[] octets = Text.octets(fill(words[1]));
    for (int i = 0; i < Integer.parseInt(words[0]); i++) {
      Conversation other = Conversations.open(leg, target, this::violation);
      crowd.add(other);
      other.send(octets);
    }
  }

  // What the server says.

  private void line(String text) throws IOException, Unmet {
    Optional<Statuses> statuses = Statuses.parse(text);
    if (statuses.isPresent() && statuses.get().mayBeNone() && !reader().comes(NONE)) {
      note("S: (nothing)");
      return;
    }
    Reply reply = judged(reader().line());
    values.digest().hear(reply.line());
    if (tested.needs(Need.Kind.ZERO_OCTET) && values.digest().lacksZeroOctet()) {
      throw Unmet.skipped("the hash of the user's password has no zero octet");
    }
    if (statuses.isPresent()) {
      statuses.get().check(reply.status(), shown(reply));
      return;
    }
    String[] halves = text.split(" absent ", 2);
    if (halves.length == 2) {
      Optional<Statuses> absent = Statuses.parse("200 absent " + halves[1]);
      if (absent.isPresent() && reply.status() > 0) {
        absent.get().check(reply.status(), shown(reply));
      }
    }
    if (!Pattern.matches(Text.pattern(halves[0], values::of), reply.line())) {
      throw Unmet.violation("expected " + text + ", got \"" + shown(reply) + "\"");
    }
  }

  private void framed(String text) throws IOException, Unmet {
    Reply reply = judged(reader().frame());
    if (toCreate && reply.status() == 200) {
      holdsOffer = true;
    }
    toCreate = false;
    Statuses.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a status: " + text))
        .check(reply.status(), shown(reply));
  }

  private Reply judged(Reply reply) {
    note("S: " + (reply.isEmpty() ? "(a bare header)" : Text.shown(reply.octets())));
    if (!reply.isEmpty()) {
      OldClientReader.complaints(reply, toCreate)
          .forEach(complaint -> findings.add(new Finding(Level.FIELD, complaint)));
    }
    last = Optional.of(reply);
    return reply;
  }

  /** {@code PATH}, {@code PATH = TEXT}, {@code PATH ~ REGEX}, {@code PATH absent}. */
  private void see(String text) throws IOException, Unmet {
    String[] words = text.split(" +", 3);
    List<String> found = xml().values(words[0]);
    String operator = words.length > 1 ? words[1] : "present";
    String operand = words.length > 2 ? words[2] : "";
    boolean right =
        switch (operator) {
          case "present" -> !found.isEmpty();
          case "absent" -> found.isEmpty();
          case "offered" -> {
            if (found.isEmpty()) {
              throw Unmet.absent("there is no " + words[0]);
            }
            yield true;
          }
          case "=" -> found.contains(fill(operand));
          case "~" ->
              found.stream()
                  .anyMatch(Pattern.compile(Text.pattern(operand, values::of)).asMatchPredicate());
          default -> throw new IllegalArgumentException("no operator is called " + operator);
        };
    if (!right) {
      throw Unmet.violation(
          "expected " + words[0] + " " + operator + " " + operand + ", got " + found);
    }
  }

  private void save(String text) throws IOException, Unmet {
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

  /** On UDP the end of a session cannot be seen. */
  private void closed() throws IOException, Unmet {
    if (!leg.isTcp()) {
      return;
    }
    Arrival arrival = reader().raw(target.limit(), false);
    if (arrival instanceof Arrival.Octets some) {
      throw Unmet.violation("expected the end, got " + Text.shown(some.octets()));
    } else if (arrival instanceof Arrival.Nothing) {
      throw Unmet.violation("the server did not close the connection");
    }
    note("S: (closes)");
  }

  private void quiet(String text, boolean mayClose) throws IOException, Unmet {
    Arrival arrival = reader().raw(Duration.ofMillis(Integer.parseInt(text)), false);
    if (arrival instanceof Arrival.Octets some) {
      throw Unmet.violation("expected silence, got " + Text.shown(some.octets()));
    } else if (arrival instanceof Arrival.End && !mayClose) {
      throw Unmet.violation("expected silence, but the server closed");
    }
    note("S: (nothing)");
  }

  private void same() throws IOException, Unmet {
    byte[] before = last.map(Reply::octets).orElse(new byte[0]);
    Arrival arrival = reader().raw(target.limit(), false);
    if (!(arrival instanceof Arrival.Octets some)) {
      throw Unmet.violation("a retransmission got no answer");
    }
    note("S: " + Text.shown(some.octets()));
    if (!Arrays.equals(before, some.octets())) {
      throw Unmet.violation("a retransmission got another answer: " + Text.shown(some.octets()));
    }
  }

  private void empty() throws IOException, Unmet {
    if (leg.isTcp()) {
      return;
    }
    Reply reply = judged(reader().line());
    if (!reply.isEmpty()) {
      throw Unmet.violation("expected a bare header, got " + shown(reply));
    }
  }

  private void any(String text) throws IOException {
    long end = System.nanoTime() + Duration.ofMillis(Integer.parseInt(text)).toNanos();
    long left = end - System.nanoTime();
    while (left > 0) {
      Arrival arrival = reader().raw(Duration.ofNanos(left), false);
      if (!(arrival instanceof Arrival.Octets some)) {
        return;
      }
      note("S: " + Text.shown(some.octets()));
      left = end - System.nanoTime();
    }
  }

  private void accepted() throws IOException, Unmet {
    if (!leg.isTcp() || reader().comes(NONE)) {
      framed("200");
    }
  }

  private void match(String text) throws Unmet {
    int end = text.lastIndexOf(' ');
    String value = fill(text.substring(0, end));
    if (!Pattern.matches(text.substring(end + 1), value)) {
      throw Unmet.violation("\"" + value + "\" is not " + text.substring(end + 1));
    }
  }

  private void alive() throws IOException, Unmet {
    try (Conversation other = Conversations.open(leg, target, this::violation)) {
      other.send(Text.octets("VERSION=" + VERSION + "\r\n"));
      Reply reply = new ReplyReader(other, leg.isTcp(), target.limit(), findings::add).line();
      if (!reply.line().startsWith("CAPABILITY")) {
        throw Unmet.violation("after this, another client is told " + shown(reply));
      }
    }
  }

  // The session.

  private Conversation conversation() throws IOException {
    if (open.isEmpty()) {
      Conversation opened = Conversations.open(leg, target, this::violation);
      open = Optional.of(opened);
      reader = Optional.of(new ReplyReader(opened, leg.isTcp(), target.limit(), findings::add));
      values.local(opened.local().getAddress().getHostAddress().replaceAll("%.*", ""));
      note("-- " + leg + " from " + opened.local());
    }
    return open.get();
  }

  private ReplyReader reader() throws IOException {
    conversation();
    return reader.orElseThrow();
  }

  private UdpConversation udp() throws IOException {
    if (conversation() instanceof UdpConversation udp) {
      return udp;
    }
    throw new IllegalArgumentException("this step is for UDP");
  }

  /** Gives back what the server granted, so that the next case finds nothing of it. */
  private void leaveNothing() {
    Optional<Conversation> left = open;
    open = Optional.empty();
    last = Optional.empty();
    if (left.isEmpty()) {
      return;
    }
    try (Conversation leaving = left.get()) {
      if (holdsOffer) {
        String action = holdsTunnel ? "delete" : "reject";
        String body = "<tunnel action=\"" + action + "\"></tunnel>\r\n";
        leaving.send(Text.octets("Content-length: " + body.length() + "\r\n" + body));
        leaving.receive(CLEAN_UP, false);
      }
    } catch (IOException e) {
      note("-- could not clean up: " + e);
    }
    holdsOffer = false;
  }

  private void disperse() {
    for (Conversation other : crowd) {
      try {
        other.close();
      } catch (IOException e) {
        note("-- could not close: " + e);
      }
    }
  }

  private void violation(String what) {
    findings.add(new Finding(Level.MUST, what));
  }

  private String fill(String text) {
    return Text.fill(text, values::of);
  }

  private void note(String what) {
    transcript.add(what);
  }

  private static String shown(Reply reply) {
    String text = Text.shown(Text.octets(reply.line()));
    return reply.isEmpty() ? "(a bare header)" : text;
  }
}
