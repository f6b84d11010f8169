package org.culvert.sasl.scram;

import javax.security.sasl.SaslException;

/**
 * The client's first message (RFC 5802 section 7).
 *
 * @param header its front
 * @param user the name to authenticate as
 * @param nonce the client's random text
 * @param bare everything after the header as it was written, extensions included
 */
record ClientFirst(Gs2Header header, String user, String nonce, String bare) {

  static ClientFirst of(Gs2Header header, String user, String nonce) {
    return new ClientFirst(header, user, nonce, "n=" + ScramText.escape(user) + ",r=" + nonce);
  }

  static ClientFirst parse(byte[] message) throws SaslException {
    String text = ScramText.decode(message);
    Gs2Header header = Gs2Header.parse(text);
    String bare = text.substring(header.write().length());
    Attributes attributes = Attributes.parse(bare);
    String user = ScramText.unescape(attributes.take('n'));
    return new ClientFirst(header, user, ScramText.nonce(attributes.take('r')), bare);
  }

  byte[] write() {
    return ScramText.octets(header.write() + bare);
  }
}
