package org.culvert.dns.update;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes short words out of users and tunnels that nobody without the key can turn back, or aim at:
 * two users cannot be chosen so that their words are the same.
 */
final class KeyedHash {
  /** Letters and digits of a word; five bits each. */
  static final int LENGTH = 10;

  private static final String ALGORITHM = "HmacSHA256";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  private final SecretKeySpec key;

  /** Uses a key of any length; the longer it is kept, the longer words stay the same. */
  KeyedHash(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Returns the word for a text.
   *
   * @param purpose tells words for one purpose from those for another
   */
  String word(String purpose, String text) {
    byte[] digest = digest(purpose + '\0' + text);
    StringBuilder word = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      word.append(ALPHABET.charAt(digest[i] & 31));
    }
    return word.toString();
  }

  private byte[] digest(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
