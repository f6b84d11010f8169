package org.culvert.routing.bird;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts together replies of BIRD's control socket. A line is four digits, a hyphen where more lines
 * follow or a space where none does, and text; a line that begins with a space has the code of the
 * one before. No more is kept than a large BIRD needs.
 */
final class ReplyReader {
  static final int LONGEST_LINE = 4096;
  static final int LARGEST_REPLY = 32 * 1024 * 1024;
  static final int MOST_LINES = 300_000;

  private static final int DIGITS = 4;
  private static final int NO_CODE = -1;

  private final byte[] line = new byte[LONGEST_LINE];
  private int length;
  private List<Reply.Line> lines = new ArrayList<>();
  private int code = NO_CODE;
  private int octets;

  /**
   * Takes what came, up to the end of a reply.
   *
   * @return the reply, if it is whole
   * @throws UnexpectedReplyException if this is not how BIRD speaks, or too much
   */
  Optional<Reply> read(ByteBuffer input) throws UnexpectedReplyException {
    while (input.hasRemaining()) {
      byte octet = input.get();
      if (++octets > LARGEST_REPLY) {
        throw new UnexpectedReplyException("a reply of more than " + LARGEST_REPLY + " octets");
      }
      if (octet != '\n') {
        if (length == LONGEST_LINE) {
          throw new UnexpectedReplyException("a line of more than " + LONGEST_LINE + " octets");
        }
        line[length++] = octet;
      } else if (endsReply()) {
        Reply reply = new Reply(lines);
        lines = new ArrayList<>();
        code = NO_CODE;
        octets = 0;
        return Optional.of(reply);
      }
    }
    return Optional.empty();
  }

  private boolean endsReply() throws UnexpectedReplyException {
    String text = printable(new String(line, 0, length, StandardCharsets.UTF_8));
    length = 0;
    if (lines.size() == MOST_LINES) {
      throw new UnexpectedReplyException("a reply of more than " + MOST_LINES + " lines");
    }
    if (text.startsWith(" ") && code != NO_CODE) {
      lines.add(new Reply.Line(code, text.substring(1)));
      return false;
    }
    char after = text.length() > DIGITS ? text.charAt(DIGITS) : ' ';
    if (!text.matches("[0-9]{4}([ -].*)?")) {
      throw new UnexpectedReplyException("a line without a code");
    }
    code = Integer.parseInt(text.substring(0, DIGITS));
    lines.add(new Reply.Line(code, text.length() > DIGITS ? text.substring(DIGITS + 1) : ""));
    return after == ' ';
  }

  /** A neighbor can have BIRD show texts of its own, and these end in logs and on screens. */
  private static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point == '\t') {
                clean.append(' ');
              } else if (point >= ' ' && point < 0x7F) {
                clean.append((char) point);
              } else {
                clean.append('?');
              }
            });
    return clean.toString();
  }
}
