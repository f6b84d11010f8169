package org.culvert.sasl.plain;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.security.sasl.SaslException;

/**
 * The one message of PLAIN: {@code [authzid] NUL authcid NUL password} in UTF-8 (RFC 4616 section
 * 2).
 *
 * <p>Whoever makes one closes it, which clears the password.
 */
final class PlainMessage implements AutoCloseable {
  /** The longest field in octets, as the RFC sets it. */
  static final int MAX_FIELD = 255;

  private final String authorizationId;
  private final String user;
  private final char[] password;

  /** Keeps the array of the password and not a copy. */
  PlainMessage(String authorizationId, String user, char[] password) {
    this.authorizationId = authorizationId;
    this.user = user;
    this.password = password;
  }

  /** Reads the message; exceptions never quote it. */
  static PlainMessage parse(byte[] message) throws SaslException {
    int first = find(message, 0);
    int second = find(message, first + 1);
    int end = message.length;
    for (int i = second + 1; i < end; i++) {
      if (message[i] == 0) {
        throw new SaslException("PLAIN message with more than three fields");
      }
    }
    char[] password = decode(message, second + 1, end);
    return new PlainMessage(
            new String(decode(message, 0, first)),
            new String(decode(message, first + 1, second)),
            password)
        .checked();
  }

  private PlainMessage checked() throws SaslException {
    if (user.isEmpty() || password.length == 0) {
      close();
      throw new SaslException("PLAIN message without a user or without a password");
    }
    return this;
  }

  /** Writes the message; the caller clears it. */
  byte[] octets() throws SaslException {
    ByteBuffer message = ByteBuffer.allocate(3 * MAX_FIELD + 2);
    try {
      put(message, authorizationId.toCharArray());
      message.put((byte) 0);
      put(message, user.toCharArray());
      message.put((byte) 0);
      put(message, password);
      return Arrays.copyOf(message.array(), message.position());
    } finally {
      Arrays.fill(message.array(), (byte) 0);
    }
  }

  /** Returns whom to act for; empty if for the user. */
  String authorizationId() {
    return authorizationId;
  }

  String user() {
    return user;
  }

  /** Returns the password; not a copy. */
  char[] password() {
    return password;
  }

  @Override
  public void close() {
    Arrays.fill(password, '\0');
  }

  private static int find(byte[] message, int from) throws SaslException {
    for (int i = from; i < message.length; i++) {
      if (message[i] == 0) {
        return i;
      }
    }
    throw new SaslException("PLAIN message with less than three fields");
  }

  private static char[] decode(byte[] message, int from, int to) throws SaslException {
    if (to - from > MAX_FIELD) {
      throw new SaslException("PLAIN field longer than " + MAX_FIELD + " octets");
    }
    try {
      CharBuffer decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message, from, to - from));
      char[] characters = new char[decoded.remaining()];
      decoded.get(characters);
      decoded.clear();
      decoded.put(new char[decoded.capacity()]);
      return characters;
    } catch (CharacterCodingException e) {
      throw new SaslException("PLAIN message that is not UTF-8", e);
    }
  }

  private static void put(ByteBuffer message, char[] field) throws SaslException {
    for (char character : field) {
      if (character == 0) {
        throw new SaslException("PLAIN field with a NUL in it");
      }
    }
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(field));
    try {
      if (encoded.remaining() > MAX_FIELD) {
        throw new SaslException("PLAIN field longer than " + MAX_FIELD + " octets");
      }
      message.put(encoded);
    } finally {
      encoded.clear();
      encoded.put(new byte[encoded.capacity()]);
    }
  }
}
