package org.culvert.protocol;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the messages of a mechanism look in TSP, and whose is the first. That is TSP's business, not
 * the mechanism's (RFC 5572 section 4.4.2.1).
 */
enum SaslDialect {
  /** ANONYMOUS: there are no messages. */
  SILENT,
  /** PLAIN: the client's one message is raw, and on TCP follows AUTHENTICATE unasked. */
  RAW,
  /** The server speaks first; base64, one line for each message. */
  SERVER_FIRST,
  /** The client speaks first, after an empty line of the server's; base64, as above. */
  CLIENT_FIRST;

  private static final List<String> CLIENT_FIRST_FAMILIES =
      List.of("SCRAM-", "GS2-", "EXTERNAL", "GSSAPI", "OAUTHBEARER", "XOAUTH2");

  /** Returns the dialect of a mechanism; one that is not known is taken to be like DIGEST-MD5. */
  static SaslDialect of(String mechanism) {
    String name = mechanism.toUpperCase(Locale.ROOT);
    return switch (name) {
      case "ANONYMOUS" -> SILENT;
      case "PLAIN" -> RAW;
      default ->
          CLIENT_FIRST_FAMILIES.stream().anyMatch(name::startsWith) ? CLIENT_FIRST : SERVER_FIRST;
    };
  }

  /** Writes a message of a mechanism that uses lines. */
  static byte[] encode(byte[] message) {
    return Wire.octets(Base64.getEncoder().encodeToString(message) + "\r\n");
  }

  /** Reads a line without its end; padding may be missing. Empty if it is not base64. */
  static Optional<byte[]> decode(byte[] line) {
    try {
      return Optional.of(Base64.getDecoder().decode(Wire.trim(line)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns how many octets at the front are surely one message although no line's end follows: a
   * run of base64 that ends in the right padding. 0 if that cannot be told.
   */
  static int paddedRun(String text) {
    int digits = 0;
    while (digits < text.length() && isDigit(text.charAt(digits))) {
      digits++;
    }
    int end = digits;
    while (end < text.length() && text.charAt(end) == '=' && end - digits < 2) {
      end++;
    }
    return end > digits && digits > 0 && end % 4 == 0 ? end : 0;
  }

  private static boolean isDigit(char c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || c == '+'
        || c == '/';
  }
}
