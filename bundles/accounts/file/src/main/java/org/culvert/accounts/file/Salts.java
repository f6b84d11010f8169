package org.culvert.accounts.file;

import java.security.SecureRandom;

/** Octets that nobody can guess. */
final class Salts {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Salts() {}

  static byte[] random(int length) {
    byte[] octets = new byte[length];
    RANDOM.nextBytes(octets);
    return octets;
  }
}
