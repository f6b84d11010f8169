package org.culvert.conformance.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Judges how a client behaves over time, and not word by word. For one thread. */
final class Conduct {
  /** How long a tunnel is new. */
  private static final long PROVING_MILLIS = 10_000;

  /** Octets of a packet that every path of IPv6 carries (RFC 8200 section 5). */
  private static final int CARRIED_BY_ALL = 1280;

  private static final Range USUAL_RESEND = new Range(90, 35_000);
  private static final double SHRINKING = 0.5;
  private static final double GROWING = 1.6;

  private final Hearing hearing;
  private final Attention attention;
  private final Notes notes;
  private final Duration patience;
  private long mark = System.nanoTime();

  /**
   * @param patience how long to wait for a client to come again, where nothing else is said
   */
  Conduct(Hearing hearing, Attention attention, Notes notes, Duration patience) {
    this.hearing = hearing;
    this.attention = attention;
    this.notes = notes;
    this.patience = patience;
  }

  /** A span of milliseconds, {@code 100..8000}, {@code 100..}. */
  private record Range(long least, long most) {
    static Range parse(String text, long open) {
      String[] ends = text.split("\\.\\.", 2);
      return new Range(Long.parseLong(ends[0]), ends[1].isEmpty() ? open : Long.parseLong(ends[1]));
    }

    boolean contains(long millis) {
      return millis >= least && millis <= most;
    }
  }

  /** Takes note that the server has done something. */
  void mark() {
    mark = System.nanoTime();
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private long after(String milliseconds) {
    return mark + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(milliseconds));
  }

  /** {@code [at PLACE] [MIN..MAX]}. */
  void back(String text) throws Unmet, IOException, InterruptedException {
    Range range = new Range(0, patience.toMillis());
    String place = "";
    String[] words = text.split(" +", -1);
    for (int i = 0; i < words.length; i++) {
      if (words[i].equals("at")) {
        i++;
        place = words[i];
      } else if (!words[i].isEmpty()) {
        range = Range.parse(words[i], patience.toMillis());
      }
    }
    long deadline = after(Long.toString(range.most()));
    while (!hearing.hasFresh()) {
      if (!hearing.once(deadline)) {
        throw Unmet.violation("the client does not come again within " + range.most() + " ms");
      }
    }
    Session next = hearing.fresh().orElseThrow();
    long came = Math.max(0, millis(next.began() - mark));
    if (came < range.least()) {
      throw Unmet.violation("the client comes again after " + came + " ms already");
    }
    if (!place.isEmpty() && !next.line().place().equals(place)) {
      throw Unmet.violation("the client comes to " + next.line().place() + ", not " + place);
    }
    attention.turnTo(next);
  }

  /** {@code MILLIS}: nobody comes. */
  void calm(String text) throws Unmet, IOException, InterruptedException {
    most("0 " + text);
  }

  /** {@code N MILLIS}: no more than so many come. */
  void most(String text) throws Unmet, IOException, InterruptedException {
    String[] words = text.split(" +", 2);
    hearing.until(after(words[1]));
    int begun = hearing.untaken();
    if (begun > Long.parseLong(words[0])) {
      throw Unmet.violation("the client begins " + begun + " sessions within " + words[1] + " ms");
    }
  }

  /** {@code MILLIS}: neither accepts, nor goes on, nor comes again. */
  void givesUp(String text) throws Unmet, IOException, InterruptedException {
    Session session = attention.session();
    hearing.until(after(text));
    List<String> said = new ArrayList<>(session.heard());
    session.heard().clear();
    if (session.isTcp()) {
      said.add(session.stream().toString());
    }
    for (String message : said) {
      // What C clients send behind a line is judged where it is read.
      boolean leaves = message.replace("\0", "").isBlank() || message.contains("\"reject\"");
      if (message.contains("\"accept\"") || !leaves) {
        throw Unmet.violation("the client goes on: \"" + Words.shown(message) + "\"");
      }
      notes.note("C: " + (message.isEmpty() ? "(no more)" : Words.shown(message)));
    }
    calm(text);
  }

  /** {@code MILLIS}: says nothing new, and stays. */
  void quiet(String text) throws Unmet, IOException, InterruptedException {
    Session session = attention.session();
    hearing.until(after(text));
    if (!session.heard().isEmpty() || session.stream().chars().anyMatch(octet -> octet != 0)) {
      throw Unmet.violation(
          "the client says something unasked: \""
              + Words.shown(session.heard() + session.stream().toString())
              + "\"");
    }
    if (session.isGone() || hearing.hasFresh()) {
      throw Unmet.violation("the client leaves its session");
    }
  }

  /** {@code TIMES [MIN..MAX]}: the last message was sent so often, at such distances. */
  void resent(String text, boolean slows) throws Unmet, IOException, InterruptedException {
    Session session = attention.session();
    if (session.isTcp()) {
      return;
    }
    String[] words = text.split(" +", 2);
    Range range = words.length > 1 ? Range.parse(words[1], patience.toMillis()) : USUAL_RESEND;
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < session.sends().size(); i++) {
      gaps.add(millis(session.sends().get(i) - session.sends().get(i - 1)));
    }
    notes.note("-- sent again after " + gaps + " ms");
    if (gaps.size() + 1 < Integer.parseInt(words[0])) {
      throw Unmet.violation("the client sends only " + (gaps.size() + 1) + " times");
    }
    for (int i = 0; i < gaps.size(); i++) {
      if (!range.contains(gaps.get(i))) {
        throw Unmet.late("a retransmission after " + gaps.get(i) + " ms");
      }
      if (i > 0 && gaps.get(i) < gaps.get(i - 1) * SHRINKING) {
        throw Unmet.late("retransmissions come faster and faster: " + gaps + " ms");
      }
    }
    if (slows && gaps.get(gaps.size() - 1) < gaps.get(0) * GROWING) {
      throw Unmet.late("retransmissions do not back off: " + gaps + " ms");
    }
  }

  /**
   * {@code TIMES MIN..MAX ADDRESS}: so many echo requests come, at such distances. While a tunnel
   * is new, more may come in between, so that NATs see traffic both ways. What is larger than every
   * path carries searches the path's MTU (RFC 8899) and is no keepalive.
   */
  void pings(String text, String address) throws Unmet, IOException, InterruptedException {
    String[] words = text.split(" +", 2);
    Range range = Range.parse(words[1], patience.toMillis());
    int times = Integer.parseInt(words[0]);
    List<Ping> pings = hearing.pings();
    pings.clear();
    long previous = mark;
    int seen = 0;
    int regular = 0;
    while (regular < times) {
      while (pings.size() <= seen) {
        if (!hearing.once(previous + TimeUnit.MILLISECONDS.toNanos(range.most()))) {
          throw Unmet.violation("no keepalive for " + range.most() + " ms");
        }
      }
      Ping ping = pings.get(seen++);
      if (ping.length() > CARRIED_BY_ALL) {
        continue;
      }
      if (!ping.destination().equals(address)) {
        throw Unmet.violation("a keepalive goes to " + ping.destination() + ", not to " + address);
      }
      long gap = millis(ping.nanos() - previous);
      boolean proving = millis(ping.nanos() - mark) < PROVING_MILLIS;
      if (regular > 0 && !range.contains(gap) && !(proving && gap < range.most())) {
        throw Unmet.violation("a keepalive after " + gap + " ms");
      }
      regular += regular == 0 || range.contains(gap) ? 1 : 0;
      previous = ping.nanos();
    }
  }

  void measured(String place) throws Unmet {
    if (!hearing.isMeasured(place)) {
      throw Unmet.violation("the client does not measure the way to " + place);
    }
  }

  void shuns(String place) throws Unmet {
    if (hearing.begunAt(place) > 0) {
      throw Unmet.violation("the client has asked " + place);
    }
  }
}
