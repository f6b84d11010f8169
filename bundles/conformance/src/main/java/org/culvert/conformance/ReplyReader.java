package org.culvert.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.conformance.Conversation.Arrival;

/**
 * Cuts replies out of what a server sends, and holds it to what old clients need of segments and
 * lengths.
 */
final class ReplyReader {
  private static final Pattern HEADER =
      Pattern.compile("content-length:[ \\t]*(\\d{1,9})[ \\t]*\\r?\\n", Pattern.CASE_INSENSITIVE);
  private static final Pattern REFERRAL = Pattern.compile("1\\d{3}( .*)?");
  private static final Pattern NEEDS_END = Pattern.compile("(\\d{3,4} |CAPABILITY)");
  private static final String ROOT_END = "</tunnel>";
  private static final Duration MORE = Duration.ofMillis(400);

  private final Conversation conversation;
  private final boolean tcp;
  private final Duration limit;
  private final Consumer<Finding> findings;
  private byte[] pending = new byte[0];
  private boolean mayShare;

  ReplyReader(Conversation conversation, boolean tcp, Duration limit, Consumer<Finding> findings) {
    this.conversation = conversation;
    this.tcp = tcp;
    this.limit = limit;
    this.findings = findings;
  }

  /** Returns whatever comes next, a part of a reply as it may be. */
  Arrival raw(Duration atMost, boolean insist) throws IOException {
    if (pending.length > 0) {
      byte[] left = pending;
      pending = new byte[0];
      return new Arrival.Octets(left);
    }
    return conversation.receive(atMost, insist);
  }

  /** Tells whether anything comes in time; what does is kept. */
  boolean comes(Duration atMost) throws IOException {
    if (pending.length == 0 && conversation.receive(atMost, false) instanceof Arrival.Octets some) {
      pending = some.octets();
    }
    return pending.length > 0;
  }

  /** Tells whether the server ends the session in this time; what else comes is kept. */
  boolean ends(Duration atMost) throws IOException {
    if (pending.length > 0) {
      return false;
    }
    Arrival arrival = conversation.receive(atMost, false);
    if (arrival instanceof Arrival.Octets some) {
      pending = some.octets();
    }
    return arrival instanceof Arrival.End;
  }

  /** Lets replies share a segment from here on. */
  void letShare() {
    mayShare = true;
  }

  /** Returns the next reply, which has no Content-length; on UDP it may be empty. */
  Reply line() throws IOException, Unmet {
    byte[] octets = next();
    int end = endOfLine(octets);
    while (tcp && end < 0) {
      Arrival more = conversation.receive(MORE, false);
      if (!(more instanceof Arrival.Octets some)) {
        end = octets.length;
        break;
      }
      field("a reply came in more than one segment");
      octets = join(octets, some.octets());
      end = endOfLine(octets);
    }
    if (tcp && end < octets.length) {
      keep(octets, end);
      octets = Arrays.copyOf(octets, end);
    }
    String said = Text.latin(octets);
    if (NEEDS_END.matcher(said).lookingAt() && !said.endsWith("\r\n")) {
      field("a reply does not end in CR LF");
    }
    return Reply.of(octets, false, said);
  }

  private static int endOfLine(byte[] octets) {
    String text = Text.latin(octets);
    int end = text.indexOf('\n') + 1;
    if (end > 0 && REFERRAL.matcher(text.substring(0, end).strip()).matches()) {
      int root = text.indexOf(ROOT_END, end);
      end = root < 0 ? 0 : text.indexOf('\n', root) + 1;
    }
    return end == 0 ? -1 : end;
  }

  /** Returns the next reply, which has a Content-length. */
  Reply frame() throws IOException, Unmet {
    byte[] octets = next();
    while (tcp && Text.latin(octets).indexOf('\n') < 0) {
      octets = join(octets, more("a header line"));
      field("the Content-length line came in more than one segment");
    }
    String text = Text.latin(octets);
    Matcher header = HEADER.matcher(text);
    if (!header.lookingAt()) {
      throw Unmet.violation("a reply has no Content-length: \"" + Text.shown(octets) + "\"");
    }
    int start = header.end();
    int length = Integer.parseInt(header.group(1));
    while (tcp && octets.length - start < length) {
      octets =
          join(octets, more(length + " octets, of which " + (octets.length - start) + " came"));
    }
    int present = octets.length - start;
    if (present < length) {
      throw Unmet.violation("Content-length is " + length + ", but " + present + " octets came");
    }
    if (present > length) {
      int extra = present - length;
      boolean uncounted = Text.latin(octets).substring(start + length).isBlank();
      if (!tcp || uncounted) {
        findings.accept(
            new Finding(
                Level.MUST, "Content-length is " + length + " and " + extra + " octets too small"));
      } else {
        keep(octets, start + length);
        octets = Arrays.copyOf(octets, start + length);
      }
    }
    return Reply.of(octets, true, Text.latin(octets).substring(start));
  }

  private byte[] next() throws IOException, Unmet {
    Arrival arrival = raw(limit, true);
    if (arrival instanceof Arrival.Octets some) {
      return some.octets();
    }
    throw Unmet.violation(
        arrival instanceof Arrival.End end
            ? "the server ended the session (" + end.how() + ") where an answer was due"
            : "no answer within " + limit.toMillis() + " ms");
  }

  private byte[] more(String what) throws IOException, Unmet {
    if (conversation.receive(limit, false) instanceof Arrival.Octets some) {
      return some.octets();
    }
    throw Unmet.violation("the rest of a reply did not come: " + what);
  }

  private void keep(byte[] octets, int from) {
    pending = Arrays.copyOfRange(octets, from, octets.length);
    if (!mayShare) {
      findings.accept(Finding.together(Text.shown(pending)));
    }
  }

  private void field(String what) {
    findings.accept(new Finding(Level.FIELD, what));
  }

  private static byte[] join(byte[]... parts) {
    StringBuilder joined = new StringBuilder();
    List.of(parts).forEach(part -> joined.append(Text.latin(part)));
    return Text.octets(joined.toString());
  }
}
