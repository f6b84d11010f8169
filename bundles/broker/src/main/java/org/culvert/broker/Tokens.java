package org.culvert.broker;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes names that cannot be guessed: 128 random bits. */
final class Tokens {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Tokens() {}

  static String next() {
    byte[] octets = new byte[16];
    RANDOM.nextBytes(octets);
    return HexFormat.of().formatHex(octets);
  }
}
