package org.culvert.conformance.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Plays the server's part of one script. For one use, by one thread. */
final class Play {
  private static final String USUAL_HEADER = "Content-length: ${length}\\r\\n";
  private static final String CAPABILITY =
      "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 TUNNEL=V4V6 AUTH=ANONYMOUS AUTH=DIGEST-MD5\r\n";
  private static final String BASE64 = "a message in base64";
  private static final int BETWEEN_REPLIES_MILLIS = 80;

  private final Script script;
  private final Profile profile;
  private final Notes notes = new Notes();
  private final Values values;
  private final Hearing hearing;
  private final Attention attention;
  private final Conduct conduct;
  private final Speech speech;
  private Optional<CommandView> command = Optional.empty();
  private String header = USUAL_HEADER;
  private boolean accepting;

  /**
   * @param first how long to wait for the client to come at first
   * @param patience how long to wait for each message
   */
  Play(
      Script script,
      Profile profile,
      Ears ears,
      Map<String, InetAddress> places,
      Duration first,
      Duration patience) {
    this.script = script;
    this.profile = profile;
    this.values = new Values(profile, places);
    this.hearing = new Hearing(ears, notes, !profile.adapts());
    this.attention = new Attention(hearing, notes, first, patience);
    this.conduct = new Conduct(hearing, attention, notes, first);
    this.speech = new Speech(notes);
  }

  /** Plays it to its end, or to the first thing that is not as it should be. */
  Verdict run(Way way) throws InterruptedException {
    long begin = System.nanoTime();
    String skipped = "";
    boolean late = false;
    try {
      for (Step step : script.steps()) {
        play(step);
      }
    } catch (Unmet e) {
      if (e.isSkip()) {
        skipped = e.why();
      } else {
        late = e.isLate();
        notes.end(script.level(), e.why());
      }
    } catch (IOException | RuntimeException e) {
      notes.end(script.level(), "the dialogue broke off: \"" + e + "\"");
    }
    return new Verdict(
        script,
        way,
        skipped,
        late && notes.findings().size() == 1,
        notes.findings(),
        List.of(),
        notes.transcript(),
        Duration.ofNanos(System.nanoTime() - begin));
  }

  private void play(Step step) throws Unmet, IOException, InterruptedException {
    String text = step.text();
    switch (step.act()) {
      case LINE -> line(text);
      case CREATE -> create(text);
      case ACCEPT, REJECT -> answer(step.act() == Act.ACCEPT ? "accept" : "reject");
      case ANSWER -> answer("accept|reject");
      case SEE -> see(text);
      case POLL -> poll();
      case MAYBE_POLL -> maybePoll(text);
      case PLAIN -> plain();
      case DIGEST -> values.digest().check(attention.line(BASE64));
      case AGAIN_OR_SILENT -> attention.dropEmpty();
      case SCRAM_FIRST -> values.scram().first(attention.line(BASE64));
      case SCRAM_LAST -> values.scram().last(attention.line(BASE64));
      case LOGIN -> login();
      case RESENT -> conduct.resent(text, false);
      case SLOWS -> conduct.resent(text, true);
      case BACK -> conduct.back(text);
      case CALM -> conduct.calm(text);
      case MOST -> conduct.most(text);
      case GIVES_UP -> conduct.givesUp(text);
      case QUIET -> conduct.quiet(text);
      case MEASURED -> conduct.measured(text);
      case SHUNS -> conduct.shuns(text);
      case PINGS -> pings(text);
      case HEADER -> header = text;
      case SPLIT -> speech.split(text);
      case JOIN -> speech.join();
      case TWICE -> speech.twice();
      case SEQUENCE -> speech.sequence(text);
      case STAMP -> speech.stamp((int) Long.parseLong(text));
      case LOSE -> hearing.lose(Integer.parseInt(text));
      case ECHO -> hearing.echoDelay(text.split(" +")[0], text.split(" +")[1]);
      case UNREACHABLE -> hearing.unreachable();
      case PLAY -> throw new IllegalStateException("parts are put in by the reader");
      default -> serve(step);
    }
  }

  private void serve(Step step) throws Unmet, IOException, InterruptedException {
    String text = step.text();
    Session session = attention.session();
    switch (step.act()) {
      case SAY -> say(fill(text) + "\r\n");
      case RAW -> say(fill(text));
      case HEX -> say(Words.hex(text));
      case FRAMED -> framed(fill(text) + "\r\n");
      case EMPTY -> {
        if (!session.isTcp()) {
          say("");
        }
      }
      case GO_AHEAD -> say(session.isTcp() ? "\r\n" : "");
      case ACKNOWLEDGE -> {
        if (!session.isTcp()) {
          framed("200 Success\r\n");
        }
      }
      case DATAGRAM -> {
        notes.note("S: (a datagram) " + text);
        session.line().send(Words.hex(text));
      }
      case STRANGER -> speech.stranger(session, fill(text) + "\r\n");
      case PAUSE ->
          hearing.until(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(text)));
      case CLOSE, RESET -> {
        conduct.mark();
        notes.note("S: (closes)");
        session.line().close(step.act() == Act.RESET);
      }
      default -> throw new IllegalStateException("no step " + step);
    }
  }

  // What the server says.

  private void say(String octets) throws Unmet, IOException, InterruptedException {
    Session session = attention.session();
    if (accepting) {
      session.acknowledged();
    }
    conduct.mark();
    speech.say(session, octets);
  }

  private void framed(String body) throws Unmet, IOException, InterruptedException {
    String filled = Words.fill(header, name -> length(name, body));
    header = USUAL_HEADER;
    say(filled + body);
  }

  /** {@code length}, {@code length+2}, {@code length-20}. */
  private String length(String name, String body) {
    if (!name.startsWith("length")) {
      return values.of(name);
    }
    String more = name.substring("length".length());
    return Integer.toString(body.length() + (more.isEmpty() ? 0 : Integer.parseInt(more)));
  }

  private String fill(String text) {
    return Words.fill(text, values::of);
  }

  // What the client says.

  private String line(String regex) throws Unmet, IOException, InterruptedException {
    String line = attention.line(regex);
    if (!Words.pattern(regex, values::of).matcher(line).matches()) {
      throw Unmet.violation("expected " + regex + ", got \"" + Words.shown(line) + "\"");
    }
    values.save("line", line);
    return line;
  }

  private void create(String type) throws Unmet, IOException, InterruptedException {
    CommandView view = command("create");
    String asked = view.value("tunnel@type");
    String[] words = type.split("\\|", -1);
    if (!type.isEmpty() && !List.of(words).contains(asked)) {
      throw Unmet.violation("a create of type " + asked + ", not " + type);
    }
    values.created(view, attention.session().line());
  }

  private void answer(String action) throws Unmet, IOException, InterruptedException {
    accepting = command(action).value("tunnel@action").equals("accept");
  }

  private CommandView command(String action) throws Unmet, IOException, InterruptedException {
    CommandView view = CommandView.read(attention.frame("a command " + action));
    if (!List.of(action.split("\\|", -1)).contains(view.value("tunnel@action"))) {
      throw Unmet.violation(
          "expected the action " + action + ", got \"" + view.value("tunnel@action") + "\"");
    }
    command = Optional.of(view);
    accepting = false;
    conduct.mark();
    return view;
  }

  /** {@code PATH}, {@code PATH = TEXT}, {@code PATH ~ REGEX}, {@code PATH absent}. */
  private void see(String text) throws Unmet {
    String[] words = text.split(" +", 3);
    List<String> found =
        command.orElseThrow(() -> Unmet.violation("there is no command yet")).values(words[0]);
    String operator = words.length > 1 ? words[1] : "present";
    String operand = words.length > 2 ? words[2] : "";
    boolean right =
        switch (operator) {
          case "present" -> !found.isEmpty();
          case "absent" -> found.isEmpty();
          case "=" -> found.contains(fill(operand));
          case "~" -> {
            var pattern = Words.pattern(operand, values::of);
            yield !found.isEmpty() && found.stream().allMatch(pattern.asMatchPredicate());
          }
          default -> throw new IllegalArgumentException("no operator is called " + operator);
        };
    if (!right) {
      throw Unmet.violation("expected " + text + ", got " + found);
    }
  }

  private void poll() throws Unmet, IOException, InterruptedException {
    if (!attention.session().isTcp()) {
      String line = attention.line("a bare header");
      if (!line.isEmpty()) {
        throw Unmet.violation("expected a bare header, got \"" + Words.shown(line) + "\"");
      }
    }
  }

  /** Servers that answer two messages at once are asked for the second one, or not. */
  private void maybePoll(String text) throws Unmet, IOException, InterruptedException {
    if (!attention.session().isTcp() && attention.comesEmpty("a message, or a bare header")) {
      say(fill(text) + "\r\n");
    }
  }

  /** {@code TIMES MIN..MAX [ADDRESS]}; the address is the offer's, if none is written. */
  private void pings(String text) throws Unmet, IOException, InterruptedException {
    String[] words = fill(text).split(" +", 3);
    String address = words.length > 2 ? words[2] : values.of("ping");
    conduct.pings(words[0] + " " + words[1], plainAddress(address));
  }

  private void plain() throws Unmet, IOException, InterruptedException {
    String line = attention.credentials("the credentials of PLAIN");
    if (!line.matches("[^\\x00]*\\x00[^\\x00]+\\x00[^\\x00]+")
        || !line.endsWith("\0" + profile.user() + "\0" + profile.password())) {
      throw Unmet.violation("not the credentials of PLAIN, raw: \"" + Words.shown(line) + "\"");
    }
  }

  private void login() throws Unmet, IOException, InterruptedException {
    line("VERSION=.*");
    say(CAPABILITY);
    if (line("AUTHENTICATE (ANONYMOUS|DIGEST-MD5)").endsWith("DIGEST-MD5")) {
      say(values.digest().challenge("") + "\r\n");
      values.digest().check(attention.line("a response to the challenge"));
      say(values.digest().proof("") + "\r\n");
      poll();
      if (attention.session().isTcp()) {
        Thread.sleep(BETWEEN_REPLIES_MILLIS);
      }
    }
    say("200 Success\r\n");
  }

  private static String plainAddress(String text) {
    try {
      return InetAddress.getByName(text).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + text, e);
    }
  }
}
