package org.culvert.sasl.scram;

import java.util.Arrays;
import javax.security.sasl.SaslException;

/**
 * The client's last message (RFC 5802 section 7).
 *
 * @param binding the header and the channel binding, in base64
 * @param nonce both sides' random text
 * @param proof the client's proof, in base64
 * @param withoutProof everything before the proof as it was written, extensions included
 */
record ClientFinal(String binding, String nonce, String proof, String withoutProof) {

  /** Returns everything before the proof. */
  static String withoutProof(String binding, String nonce) {
    return "c=" + binding + ",r=" + nonce;
  }

  static ClientFinal parse(byte[] message) throws SaslException {
    String text = ScramText.decode(message);
    Attributes attributes = Attributes.parse(text);
    String binding = attributes.take('c');
    String nonce = ScramText.nonce(attributes.take('r'));
    String proof = attributes.takeLast('p');
    return new ClientFinal(
        binding, nonce, proof, text.substring(0, text.length() - ",p=".length() - proof.length()));
  }

  /** Returns the octets that the binding is the base64 of. */
  static byte[] bindingOctets(Gs2Header header, byte[] channel) {
    byte[] front = ScramText.octets(header.write());
    byte[] octets = Arrays.copyOf(front, front.length + channel.length);
    System.arraycopy(channel, 0, octets, front.length, channel.length);
    return octets;
  }
}
