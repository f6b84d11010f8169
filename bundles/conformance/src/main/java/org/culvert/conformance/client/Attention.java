package org.culvert.conformance.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Waits for what the client says next in its session. For one thread. */
final class Attention {
  private static final Pattern HEADER =
      Pattern.compile("^content-length: *(\\d{1,5}) *\\r?\\n", Pattern.CASE_INSENSITIVE);
  private static final Duration MOMENT = Duration.ofMillis(60);
  private static final String CR_LF = "\r\n";

  private final Hearing hearing;
  private final Notes notes;
  private final Duration first;
  private final Duration patience;
  private Optional<Session> current = Optional.empty();

  Attention(Hearing hearing, Notes notes, Duration first, Duration patience) {
    this.hearing = hearing;
    this.notes = notes;
    this.first = first;
    this.patience = patience;
  }

  /** Returns the session that is being held, and waits for the first one. */
  Session session() throws Unmet, IOException, InterruptedException {
    if (current.isEmpty()) {
      long deadline = System.nanoTime() + first.toNanos();
      current = hearing.fresh();
      while (current.isEmpty()) {
        if (!hearing.once(deadline)) {
          throw Unmet.violation("no client comes within " + first.toMillis() + " ms");
        }
        current = hearing.fresh();
      }
    }
    return current.get();
  }

  /** Turns to another session. */
  void turnTo(Session session) {
    current = Optional.of(session);
  }

  /** Returns the next line, without its end. */
  String line(String awaited) throws Unmet, IOException, InterruptedException {
    return ended(withoutNul(heardLine(awaited), 0));
  }

  /** Returns the next line, which may begin with one NUL of its own. */
  String credentials(String awaited) throws Unmet, IOException, InterruptedException {
    return ended(withoutNul(heardLine(awaited), 1));
  }

  private String heardLine(String awaited) throws Unmet, IOException, InterruptedException {
    Session session = session();
    String raw = session.isTcp() ? streamLine(session, awaited) : message(session, awaited);
    notes.note("C: " + (raw.isEmpty() ? "(a bare header)" : Words.shown(raw)));
    return raw;
  }

  /** Takes a line's end off. That of the oldest clients is a CR with a backspace, over UDP. */
  private String ended(String raw) {
    if (!raw.endsWith(CR_LF) && raw.matches("(?s)(VERSION|AUTHENTICATE).*")) {
      notes.find(Level.MUST, "a line that does not end in CR LF: \"" + Words.shown(raw) + "\"");
    }
    return raw.replaceFirst("\\r?\\n$|\\r\\x08?$", "");
  }

  /** Returns the next command, whose header is judged. */
  String frame(String awaited) throws Unmet, IOException, InterruptedException {
    Session session = session();
    String raw = session.isTcp() ? streamFrame(session, awaited) : message(session, awaited);
    notes.note("C: " + (raw.isEmpty() ? "(a bare header)" : Words.shown(raw)));
    String clean = withoutNul(raw, 0);
    Matcher header = HEADER.matcher(clean);
    if (!header.find()) {
      throw Unmet.violation("expected " + awaited + ", got \"" + Words.shown(raw) + "\"");
    }
    String body = clean.substring(header.end());
    int length = Integer.parseInt(header.group(1));
    if (length != body.length()) {
      notes.find(
          Level.MUST, "a Content-length of " + length + " before " + body.length() + " octets");
    }
    if (!clean.startsWith("Content-length: ")) {
      notes.find(Level.FIELD, "a header that is not written \"Content-length: N\"");
    }
    if (!body.endsWith(CR_LF)) {
      notes.find(Level.FIELD, "a command that does not end in CR LF");
    }
    return body;
  }

  /** UDP: takes the next message if it is a bare header. */
  boolean comesEmpty(String awaited) throws Unmet, IOException, InterruptedException {
    Session session = session();
    long deadline = System.nanoTime() + patience.toNanos();
    while (session.heard().isEmpty()) {
      await(session, deadline, awaited);
    }
    boolean empty = session.heard().element().isEmpty();
    if (empty) {
      session.heard().remove();
      notes.note("C: (a bare header)");
    }
    return empty;
  }

  /** UDP: takes a bare header if one comes within a moment. */
  void dropEmpty() throws Unmet, IOException, InterruptedException {
    Session session = session();
    long deadline = System.nanoTime() + MOMENT.toNanos();
    boolean more = true;
    while (more && session.heard().isEmpty()) {
      more = hearing.once(deadline);
    }
    if (!session.heard().isEmpty() && session.heard().element().isEmpty()) {
      session.heard().remove();
      notes.note("C: (a bare header)");
    }
  }

  /**
   * Takes down a NUL where there should be none, and takes it off, as servers do. The C clients of
   * the field send the one that ends a text: over UDP it stands behind the message, over TCP before
   * the next one.
   *
   * @param own how many a message may begin with
   */
  private String withoutNul(String raw, int own) {
    int from = 0;
    int to = raw.length();
    while (to > 0 && raw.charAt(to - 1) == '\0') {
      to--;
    }
    while (from < to && raw.charAt(from) == '\0') {
      from++;
    }
    String clean = raw.substring(Math.max(0, from - own), to);
    if (clean.length() < raw.length() || clean.indexOf('\0', own) >= 0 && own == 0) {
      notes.find(Level.FIELD, "a NUL in \"" + Words.shown(raw) + "\"");
    }
    return clean;
  }

  private String message(Session session, String awaited)
      throws Unmet, IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (session.heard().isEmpty()) {
      await(session, deadline, awaited);
    }
    return session.heard().remove();
  }

  private String streamLine(Session session, String awaited)
      throws Unmet, IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    StringBuilder stream = session.stream();
    while (stream.indexOf("\n") < 0) {
      await(session, deadline, awaited);
    }
    return take(stream, stream.indexOf("\n") + 1);
  }

  private String streamFrame(Session session, String awaited)
      throws Unmet, IOException, InterruptedException {
    String header = streamLine(session, awaited);
    // A NUL in front is judged by whoever takes the whole.
    Matcher matcher = HEADER.matcher(header.replaceFirst("^\\x00+", ""));
    if (!matcher.find()) {
      return header;
    }
    int length = Integer.parseInt(matcher.group(1));
    long deadline = System.nanoTime() + patience.toNanos();
    StringBuilder stream = session.stream();
    while (stream.length() < length) {
      await(session, deadline, "the rest of a command of " + length + " octets");
    }
    return header + take(stream, length);
  }

  private static String take(StringBuilder stream, int count) {
    String taken = stream.substring(0, count);
    stream.delete(0, count);
    return taken;
  }

  private void await(Session session, long deadline, String awaited)
      throws Unmet, IOException, InterruptedException {
    String instead =
        session.isGone()
            ? "the client closed the connection"
            : hearing.hasFresh() ? "the client began another session" : "";
    if (instead.isEmpty() && !hearing.once(deadline)) {
      String rest = session.isTcp() ? Words.shown(session.stream().toString()) : "";
      instead =
          "the client said nothing for "
              + patience.toMillis()
              + " ms"
              + (rest.isEmpty() ? "" : " but \"" + rest + "\"");
    }
    if (!instead.isEmpty()) {
      throw Unmet.violation("expected " + awaited + "; " + instead);
    }
  }
}
