package org.culvert.accounts.file;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.account.PasswordCheck;

/**
 * Remembers the last password that passed a slow check, as a hash under a key that this process
 * made up, so that a client that comes back costs microseconds. Safe for use by several threads.
 */
final class Remembered implements PasswordCheck {
  private static final int LENGTH = 32;
  private static final SecretKeySpec KEY = new SecretKeySpec(Salts.random(LENGTH), "HmacSHA256");

  private final PasswordCheck slow;

  /** Makes the hashes of two users with one password differ. */
  private final byte[] salt = Salts.random(LENGTH);

  private volatile byte[] memory = new byte[0];

  Remembered(PasswordCheck slow) {
    this.slow = slow;
  }

  @Override
  public boolean matches(char[] password) {
    byte[] hash = hash(password);
    if (MessageDigest.isEqual(memory, hash)) {
      return true;
    }
    boolean matches = slow.matches(password);
    if (matches) {
      memory = hash;
    }
    return matches;
  }

  private byte[] hash(char[] password) {
    byte[] octets = Password.octets(password);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(KEY);
      mac.update(salt);
      return mac.doFinal(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks HmacSHA256", e);
    } finally {
      Arrays.fill(octets, (byte) 0);
    }
  }
}
