package org.culvert.protocol;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the messages of a mechanism look in TSP, and whose is the first. That is TSP's business, not
 * the mechanism's (RFC 5572 section 4.4.2.1), but the documents show DIGEST-MD5 only; what clients
 * in the field do with PLAIN and DIGEST-MD5, and what follows from it for all others, stands here.
 *
 * <ol>
 *   <li>{@code AUTHENTICATE}, a space and a mechanism's name are a line; nothing may follow in it,
 *       so a mechanism's first message never stands there.
 *   <li>Messages are base64 without line breaks, each a line; over UDP each is a datagram, whose
 *       line's end may be missing. PLAIN alone is sent raw.
 *   <li>A message of no octets is an empty line: over TCP CR LF, over UDP a datagram with CR LF.
 *       Over UDP a datagram without data is no message, but the question for the next one.
 *   <li>Where the client speaks first, the server first tells it to go ahead: over TCP by an empty
 *       line, over UDP by a datagram without data. PLAIN differs over TCP, where the server says
 *       nothing before its verdict, since clients would take it for that.
 *   <li>Over TCP a client need not wait until it is told to go ahead: it may send its first message
 *       right after {@code AUTHENTICATE}. It is told nevertheless, and reads past the empty line.
 *   <li>A mechanism that succeeds with a last message of the server's sends it as any other. {@code
 *       200} follows over TCP in a later segment, and over UDP as the answer to a datagram without
 *       data. Where there is no last message {@code 200} stands alone, and a refusal always does.
 * </ol>
 */
enum SaslDialect {
  /** ANONYMOUS: there are no messages. */
  SILENT,
  /** PLAIN: the client's one message is raw, and on TCP follows AUTHENTICATE unasked. */
  RAW,
  /** The server speaks first. */
  SERVER_FIRST,
  /** The client speaks first, when it is told to. */
  CLIENT_FIRST;

  private static final String PLUS = "-PLUS";

  /** How the names of mechanisms begin whose client speaks first. */
  private static final List<String> CLIENT_FIRST_FAMILIES =
      List.of("SCRAM-", "EXTERNAL", "GS2-", "GSS", "NTLM", "OAUTHBEARER", "XOAUTH2", "OTP", "SRP");

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

  /** Returns what a server says to let the client speak; absent where that is nothing at all. */
  Optional<byte[]> goAhead(boolean stream) {
    return switch (this) {
      case SILENT, SERVER_FIRST -> Optional.empty();
      case RAW -> stream ? Optional.empty() : Optional.of(Wire.NOTHING);
      case CLIENT_FIRST -> Optional.of(stream ? encode(Wire.NOTHING) : Wire.NOTHING);
    };
  }

  /**
   * Tells whether a client that passes has sent back a nonce of the server's, and so receives what
   * is sent to its address. Of mechanisms that are not known that cannot be said.
   */
  static boolean echoesNonce(String mechanism) {
    String name = mechanism.toUpperCase(Locale.ROOT);
    return name.startsWith("SCRAM-") || name.equals("DIGEST-MD5") || name.equals("CRAM-MD5");
  }

  /** Tells whether a mechanism is one with channel binding. */
  static boolean binds(String mechanism) {
    return mechanism.endsWith(PLUS);
  }

  /** Returns the name of a mechanism with channel binding. */
  static String binding(String mechanism) {
    return mechanism + PLUS;
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
