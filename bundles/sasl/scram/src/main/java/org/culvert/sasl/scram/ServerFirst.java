package org.culvert.sasl.scram;

import javax.security.sasl.SaslException;

/**
 * The server's first message (RFC 5802 section 7).
 *
 * @param nonce the client's and the server's random text, one after the other
 * @param salt the user's salt, in base64
 * @param iterations how often the password is hashed
 * @param text the message as it was written, extensions included
 */
record ServerFirst(String nonce, String salt, int iterations, String text) {
  /** What RFC 5802 section 5.1 asks of servers at least; less is a server that fishes. */
  static final int LEAST_ITERATIONS = 4096;

  /** More than any server has use for: it would keep the client busy for many seconds. */
  static final int MOST_ITERATIONS = 2_000_000;

  static ServerFirst of(String nonce, byte[] salt, int iterations) {
    String text = ScramText.base64(salt);
    return new ServerFirst(
        nonce, text, iterations, "r=" + nonce + ",s=" + text + ",i=" + iterations);
  }

  /** Reads the answer to a client's nonce, and checks it. */
  static ServerFirst parse(byte[] message, String clientNonce) throws SaslException {
    String text = ScramText.decode(message);
    Attributes attributes = Attributes.parse(text);
    String nonce = ScramText.nonce(attributes.take('r'));
    String salt = attributes.take('s');
    String iterations = attributes.take('i');
    if (!nonce.startsWith(clientNonce) || nonce.length() == clientNonce.length()) {
      throw new SaslException("SCRAM server did not add to the client's nonce");
    }
    if (salt.isEmpty()) {
      throw new SaslException("SCRAM server has no salt");
    }
    if (!iterations.matches("[1-9][0-9]{0,8}")
        || Integer.parseInt(iterations) < LEAST_ITERATIONS
        || Integer.parseInt(iterations) > MOST_ITERATIONS) {
      throw new SaslException("SCRAM server asks for too few or too many iterations");
    }
    return new ServerFirst(nonce, salt, Integer.parseInt(iterations), text);
  }

  byte[] saltOctets() throws SaslException {
    return ScramText.unbase64(salt);
  }
}
