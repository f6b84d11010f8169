package org.culvert.protocol;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.protocol.xml.ReplyReader;
import org.culvert.protocol.xml.ReplyWriter;

/**
 * A status line, and the referral after it (RFC 5572 sections 4.4.5 and 9). Here and nowhere else a
 * referral adds 1000 to a code.
 *
 * @param number as on the wire
 * @param text whatever follows the number
 */
record StatusLine(int number, String text) {
  private static final int REFERRAL = 1000;
  private static final int SUCCESSES = 300;
  private static final int LONGEST_WORDS = 200;
  private static final Pattern LINE = Pattern.compile("(\\d{3,4})(?: +(.*))?");

  /** Writes a code, its CR LF included. */
  static String of(StatusCode code) {
    return code.number() + " " + code.text() + "\r\n";
  }

  /** Writes a refusal, with the list of brokers if it names any, CR LF included. */
  static String of(StatusCode code, Optional<Referral> referral) {
    return of(code, code.text(), referral);
  }

  /** Writes a refusal with a text of its own. */
  static String of(StatusCode code, String text, Optional<Referral> referral) {
    int number = code.number() + (referral.isPresent() ? REFERRAL : 0);
    return number + " " + text + "\r\n" + referral.map(ReplyWriter::referral).orElse("");
  }

  /** Reads a line without its end; empty if it is no status line. */
  static Optional<StatusLine> parse(String line) {
    String bare = line.strip();
    Matcher matcher = LINE.matcher(bare);
    if (matcher.matches()) {
      String text = matcher.group(2);
      return Optional.of(
          new StatusLine(Integer.parseInt(matcher.group(1)), text == null ? "" : text));
    }
    // Both documents print this one example of a success without its number.
    return bare.startsWith("OK ")
        ? Optional.of(new StatusLine(StatusCode.SUCCESS.number(), bare.substring(3)))
        : Optional.empty();
  }

  boolean isSuccess() {
    return number < SUCCESSES;
  }

  boolean isReferral() {
    return number >= REFERRAL;
  }

  /** Returns this refusal as the client's caller shall see it, with the list that came after it. */
  TspException refusal(byte[] list) {
    Optional<StatusCode> known = StatusCode.of(isReferral() ? number - REFERRAL : number);
    StatusCode code = known.orElse(StatusCode.SERVER_ERROR);
    String words = printable(known.isPresent() ? text : number + " " + text);
    if (!isReferral()) {
      return TspException.ofPeer(code, words, Optional.empty());
    }
    try {
      return TspException.ofPeer(code, words, ReplyReader.referral(list));
    } catch (IOException e) {
      return new TspException(code, "said by the broker, with an unreadable list", e);
    }
  }

  private static String printable(String text) {
    String bare = text.replaceAll("[^ -~]", "?");
    return bare.length() <= LONGEST_WORDS ? bare : bare.substring(0, LONGEST_WORDS) + "…";
  }
}
