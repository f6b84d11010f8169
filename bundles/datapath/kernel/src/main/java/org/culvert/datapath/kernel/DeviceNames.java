package org.culvert.datapath.kernel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Names a tunnel's device: the same after every start, in the 15 characters that the kernel takes,
 * and with none that the other side chose.
 */
final class DeviceNames {
  private static final String PREFIX = "cv";
  private static final int DIGITS = 12;
  private static final int BASE = 32;

  private DeviceNames() {}

  /** Sixty bits of a digest: among a million tunnels two are alike once in two million times. */
  static String of(String owner, String tunnel) {
    byte[] digest = digest((owner + '\0' + tunnel).getBytes(StandardCharsets.UTF_8));
    StringBuilder name = new StringBuilder(PREFIX);
    long bits = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      bits = bits << 8 | (digest[i] & 0xFF);
    }
    for (int i = 0; i < DIGITS; i++) {
      name.append(Character.forDigit((int) (bits & (BASE - 1)), BASE));
      bits >>>= 5;
    }
    return name.toString();
  }

  private static byte[] digest(byte[] octets) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(octets);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
