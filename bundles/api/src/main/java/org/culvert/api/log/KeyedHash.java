package org.culvert.api.log;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns what shall not be read into a short text that is the same each time, so that lines about
 * one thing are found together, and from which nobody without the key learns the thing:
 * HMAC-SHA-256 (RFC 2104), cut to 64 bits. Safe for use by many threads.
 */
public final class KeyedHash {
  /** How long a key is. */
  public static final int KEY_OCTETS = 32;

  private static final int HASH_OCTETS = 8;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] key;

  /** Hashes with this key. */
  public KeyedHash(byte[] key) {
    this.key = key.clone();
  }

  /** Makes a key that nobody knows. */
  public static byte[] newKey() {
    byte[] made = new byte[KEY_OCTETS];
    new SecureRandom().nextBytes(made);
    return made;
  }

  /** Returns {@code #} and 16 hexadecimal digits. */
  public String of(byte[] octets) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return "#" + HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(octets), HASH_OCTETS));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
