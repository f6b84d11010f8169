package org.culvert.sasl.digestmd5;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.security.sasl.SaslException;

/**
 * The directives of one message: {@code name=value} pairs between commas (RFC 2831 section 7).
 *
 * <p>Values are kept as octets, one in each character, because the character set is itself a
 * directive. Quotes are optional, the order is free, white space may stand around every part and
 * NULs behind the last one. Messages are bounded in length, and no directive may occur twice.
 */
final class Directives {
  /** The longest message in octets; RFC 2831 sets 2048 for challenges and 4096 for responses. */
  static final int MAX_LENGTH = 4096;

  /** The most directives in one message; the RFC knows fifteen. */
  static final int MAX_COUNT = 32;

  private final String text;
  private final Map<String, String> values = new LinkedHashMap<>();
  private int position;

  private Directives(String text) {
    this.text = text;
  }

  /** Reads a message. */
  static Directives parse(byte[] message) throws SaslException {
    if (message.length > MAX_LENGTH) {
      throw new SaslException("DIGEST-MD5 message longer than " + MAX_LENGTH + " octets");
    }
    Directives directives = new Directives(new String(message, StandardCharsets.ISO_8859_1));
    directives.read();
    return directives;
  }

  /** Returns the octets of a directive's value. */
  Optional<String> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Returns the octets of a directive's value, which must be there. */
  String require(String name) throws SaslException {
    String value = values.get(name);
    if (value == null) {
      throw new SaslException("DIGEST-MD5 message without " + name);
    }
    return value;
  }

  /**
   * Tells whether text directives are in UTF-8; without the directive they are in ISO 8859-1.
   *
   * @throws SaslException if the directive names anything but UTF-8, in one of its two spellings
   */
  boolean isUtf8() throws SaslException {
    String charset = values.get("charset");
    if (charset == null) {
      return false;
    }
    if (!charset.equalsIgnoreCase("utf-8") && !charset.equalsIgnoreCase("utf8")) {
      throw new SaslException("DIGEST-MD5 message in an unknown character set");
    }
    return true;
  }

  /** Returns a directive's octets as text in the message's character set. */
  String decode(String octets) throws SaslException {
    if (!isUtf8()) {
      return octets;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new SaslException("DIGEST-MD5 message is not UTF-8 as it says", e);
    }
  }

  /** Writes a quoted value: quotes and backslashes are escaped. */
  static String quote(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private void read() throws SaslException {
    while (true) {
      skip(", \t\r\n\0");
      if (position == text.length()) {
        return;
      }
      String name = readName();
      skip(" \t\r\n");
      expect('=');
      skip(" \t\r\n");
      String value = peek() == '"' ? readQuoted() : readToken();
      if (values.size() == MAX_COUNT) {
        throw new SaslException("DIGEST-MD5 message with over " + MAX_COUNT + " directives");
      }
      if (values.putIfAbsent(name, value) != null) {
        throw new SaslException("DIGEST-MD5 message with a directive twice");
      }
      skip(" \t\r\n\0");
      if (position < text.length()) {
        expect(',');
      }
    }
  }

  private String readName() throws SaslException {
    int start = position;
    while (peek() == '-' || (peek() < 128 && Character.isLetterOrDigit(peek()))) {
      position++;
    }
    if (position == start) {
      throw malformed();
    }
    return text.substring(start, position).toLowerCase(Locale.ROOT);
  }

  private String readToken() throws SaslException {
    int start = position;
    while (peek() > ' ' && peek() != ',' && peek() != '"' && peek() != 0x7F) {
      position++;
    }
    return text.substring(start, position);
  }

  private String readQuoted() throws SaslException {
    StringBuilder value = new StringBuilder();
    position++;
    while (peek() != '"') {
      if (peek() == '\\') {
        position++;
      }
      if (peek() == 0) {
        throw malformed();
      }
      value.append(peek());
      position++;
    }
    position++;
    return value.toString();
  }

  /** Returns the next character, or NUL at the end: no value may hold one. */
  private char peek() {
    return position < text.length() ? text.charAt(position) : 0;
  }

  private void skip(String characters) {
    while (position < text.length() && characters.indexOf(text.charAt(position)) >= 0) {
      position++;
    }
  }

  private void expect(char character) throws SaslException {
    if (peek() != character) {
      throw malformed();
    }
    position++;
  }

  private static SaslException malformed() {
    return new SaslException("malformed DIGEST-MD5 message");
  }
}
