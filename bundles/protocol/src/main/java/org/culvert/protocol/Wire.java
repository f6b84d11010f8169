package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Between text and octets. TSP is ASCII; octets beyond it pass through unharmed. */
final class Wire {
  static final byte[] NOTHING = {};

  private Wire() {}

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] octets(ByteBuffer data) {
    byte[] octets = new byte[data.remaining()];
    data.get(octets);
    return octets;
  }

  static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  /** Cuts off NUL, white space and backspace at both ends. */
  static byte[] trim(byte[] octets) {
    int start = 0;
    int end = octets.length;
    while (start < end && Inbox.isNoise(octets[start])) {
      start++;
    }
    while (end > start && Inbox.isNoise(octets[end - 1])) {
      end--;
    }
    return Arrays.copyOfRange(octets, start, end);
  }
}
