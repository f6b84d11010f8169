package org.culvert.protocol;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * The Content-length framing of the command phase (RFC 5572 section 4.4.3). A length counts from
 * the first octet after the header's line to the last octet sent.
 *
 * <p>Lengths that are wrong by a line's end are taken as they are meant: one old client counts an
 * end that it does not send.
 */
final class Frame {
  /** Octets of a body. */
  static final int MAX_BODY = 8 * 1024;

  /** Octets of a header line. */
  static final int MAX_HEADER = 128;

  /** Octets of a whole message. */
  static final int MAX_MESSAGE = MAX_HEADER + MAX_BODY;

  private static final int LINE_END = 2;
  private static final Pattern HEADER =
      Pattern.compile("content-length\\s*:\\s*(\\d{1,9})\\s*", Pattern.CASE_INSENSITIVE);

  private Frame() {}

  /** Writes a message around a body that has its final CR LF. */
  static byte[] write(String body) {
    byte[] octets = Wire.octets(body);
    byte[] header = Wire.octets("Content-length: " + octets.length + "\r\n");
    byte[] message = Arrays.copyOf(header, header.length + octets.length);
    System.arraycopy(octets, 0, message, header.length, octets.length);
    return message;
  }

  /**
   * Takes the body of the next message off a stream; empty while it is not complete.
   *
   * @throws TspException if there is no header, or the body is too large: the stream is then of no
   *     further use
   */
  static Optional<byte[]> take(Inbox stream) {
    stream.skipNoise();
    int header = stream.indexOf((byte) '\n') + 1;
    if (header == 0) {
      if (stream.size() > MAX_HEADER) {
        throw invalid("no Content-length in the first " + MAX_HEADER + " octets");
      }
      return Optional.empty();
    }
    int length = length(Wire.text(stream.peek(header)));
    int present = stream.size() - header;
    if (present < length && !(present >= length - LINE_END && endsElement(stream))) {
      return Optional.empty();
    }
    stream.take(header);
    return Optional.of(stream.take(Math.min(length, present)));
  }

  /**
   * Returns the body of a message that is a whole datagram.
   *
   * @throws TspException if there is no header, or its length is wrong by more than a line's end
   */
  static byte[] ofDatagram(byte[] datagram) {
    byte[] message = Wire.trim(datagram);
    int header = Wire.text(message).indexOf('\n') + 1;
    if (header == 0) {
      throw invalid("no Content-length");
    }
    int length = length(Wire.text(Arrays.copyOf(message, header)));
    byte[] body = Arrays.copyOfRange(message, header, message.length);
    int cut = datagram.length - message.length;
    if (length < body.length - LINE_END || length > body.length + cut + LINE_END) {
      throw invalid("Content-length is not the datagram's");
    }
    return body;
  }

  /** Tells whether text begins, as far as it goes, like a header. */
  static boolean opens(String text) {
    String name = "content-length";
    return text.regionMatches(true, 0, name, 0, Math.min(name.length(), text.length()));
  }

  private static int length(String header) {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches()) {
      throw invalid("no Content-length");
    }
    int length = Integer.parseInt(matcher.group(1));
    if (length > MAX_BODY) {
      throw invalid("Content-length above " + MAX_BODY);
    }
    return length;
  }

  private static boolean endsElement(Inbox stream) {
    return stream.text().stripTrailing().endsWith(">");
  }

  private static TspException invalid(String why) {
    return new TspException(StatusCode.INVALID_REQUEST, why);
  }
}
