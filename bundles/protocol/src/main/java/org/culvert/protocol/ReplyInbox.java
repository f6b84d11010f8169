package org.culvert.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.culvert.api.status.TspException;

/**
 * What has come from a broker and is not yet a whole message. Brokers in the field disagree on ends
 * of lines and on lengths, so when nothing more comes, what there is counts as a message.
 */
final class ReplyInbox {
  private static final int LIMIT = 16 * 1024;
  private static final String LIST_END = "</tunnel>";

  /**
   * A message in two.
   *
   * @param line its first line, without the end
   * @param rest what follows, XML or nothing
   */
  record Reply(String line, byte[] rest) {
    Optional<StatusLine> status() {
      return StatusLine.parse(line);
    }

    /** Makes what a message fails with that is no success. */
    TspException refusal() throws IOException {
      return status()
          .filter(status -> !status.isSuccess())
          .map(status -> status.refusal(rest))
          .orElseThrow(() -> new IOException("broker's reply is out of place"));
    }
  }

  private final Inbox octets = new Inbox(LIMIT);
  private boolean afterPadding;

  void append(ByteBuffer data) throws IOException {
    if (octets.isFull()) {
      throw new IOException("broker's message is longer than " + LIMIT + " octets");
    }
    octets.append(data);
  }

  void clear() {
    octets.take(octets.size());
  }

  /** Takes a line, and the list of brokers after it if its status promises one. */
  Optional<byte[]> line(boolean paused) {
    octets.skipNoise();
    String text = octets.text();
    int end = text.indexOf('\n') + 1;
    if (end == 0) {
      return paused ? everything() : Optional.empty();
    }
    if (StatusLine.parse(text.substring(0, end)).filter(StatusLine::isReferral).isPresent()) {
      int list = text.toLowerCase(Locale.ROOT).indexOf(LIST_END);
      if (list < 0) {
        return paused ? everything() : Optional.empty();
      }
      end = list + LIST_END.length();
    }
    return Optional.of(octets.take(end));
  }

  /** Takes a message of a SASL mechanism, or the verdict that came instead of it. */
  Optional<byte[]> saslMessage(boolean paused) {
    if (afterPadding) {
      octets.skipNoise();
      afterPadding = octets.size() == 0;
    }
    int padded = SaslDialect.paddedRun(octets.text());
    if (padded > 0) {
      afterPadding = true;
      return Optional.of(octets.take(padded));
    }
    // Not by line(): the first line may be empty, which is a message.
    int end = octets.indexOf((byte) '\n') + 1;
    if (end == 0) {
      return paused ? everything() : Optional.empty();
    }
    return startsWithReferral() ? line(paused) : Optional.of(octets.take(end));
  }

  private boolean startsWithReferral() {
    String text = octets.text();
    return StatusLine.parse(text.substring(0, text.indexOf('\n')))
        .filter(StatusLine::isReferral)
        .isPresent();
  }

  /** Takes the body of a framed reply, or a status line that came without a frame. */
  Optional<byte[]> reply(boolean paused) throws IOException {
    octets.skipNoise();
    if (!Frame.opens(octets.text())) {
      return line(paused);
    }
    try {
      Optional<byte[]> body = Frame.take(octets);
      return body.isEmpty() && paused ? everything().map(ReplyInbox::body) : body;
    } catch (TspException e) {
      throw new IOException("broker's Content-length is not one", e);
    }
  }

  /** Returns what follows the header of a datagram, whatever length it states. */
  static byte[] body(byte[] datagram) {
    byte[] message = Wire.trim(datagram);
    String text = Wire.text(message);
    return Frame.opens(text)
        ? Arrays.copyOfRange(message, text.indexOf('\n') + 1, message.length)
        : message;
  }

  /** Parts a message's first line from the rest. */
  static Reply split(byte[] message) {
    byte[] trimmed = Wire.trim(message);
    String text = Wire.text(trimmed);
    int end = text.indexOf('\n') + 1;
    return end == 0
        ? new Reply(text, Wire.NOTHING)
        : new Reply(
            text.substring(0, end).strip(), Arrays.copyOfRange(trimmed, end, trimmed.length));
  }

  private Optional<byte[]> everything() {
    return octets.size() == 0 ? Optional.empty() : Optional.of(octets.take(octets.size()));
  }
}
