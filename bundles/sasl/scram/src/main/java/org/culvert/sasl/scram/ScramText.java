package org.culvert.sasl.scram;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.security.sasl.SaslException;

/** What SCRAM messages are written with: UTF-8, base64, and names without comma and equals sign. */
final class ScramText {
  /** Octets of a message; nobody has more to say. */
  static final int MAX_MESSAGE = 4096;

  /** Characters of a name as it is written. */
  static final int MAX_NAME = 512;

  private static final Pattern NAME = Pattern.compile("(?:[^\\x00,=]|=2C|=3D)+");

  private ScramText() {}

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads a message. */
  static String decode(byte[] message) throws SaslException {
    if (message.length > MAX_MESSAGE) {
      throw new SaslException("SCRAM message longer than " + MAX_MESSAGE + " octets");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
    } catch (CharacterCodingException e) {
      throw new SaslException("SCRAM message that is not UTF-8", e);
    }
  }

  static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  /** Reads base64 that has one form only: padded, and without stray bits at its end. */
  static byte[] unbase64(String text) throws SaslException {
    try {
      byte[] octets = Base64.getDecoder().decode(text);
      if (base64(octets).equals(text)) {
        return octets;
      }
    } catch (IllegalArgumentException e) {
      throw new SaslException("SCRAM attribute that is not base64", e);
    }
    throw new SaslException("SCRAM attribute that is not base64");
  }

  /** Writes a name as a saslname. */
  static String escape(String name) {
    return name.replace("=", "=3D").replace(",", "=2C");
  }

  /** Reads a saslname. */
  static String unescape(String saslname) throws SaslException {
    if (saslname.length() > MAX_NAME || !NAME.matcher(saslname).matches()) {
      throw new SaslException("SCRAM name that is none");
    }
    return saslname.replace("=2C", ",").replace("=3D", "=");
  }

  /** Checks a nonce: printable ASCII without a comma, where commas cannot be any more. */
  static String nonce(String text) throws SaslException {
    if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new SaslException("SCRAM nonce that is none");
    }
    return text;
  }
}
