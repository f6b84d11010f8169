package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/** The checksum that all of IP's headers use (RFC 1071). */
final class InternetChecksum {

  private InternetChecksum() {}

  /**
   * Returns the checksum over some memory, in which the checksum itself must be zero.
   *
   * @param from where it begins
   * @param to where it ends; an odd octet at the end counts as if a zero followed
   * @param more what else is added, as a pseudo-header's numbers
   */
  static short of(ByteBuffer memory, int from, int to, long more) {
    return (short) ~sum(memory, from, to, more);
  }

  /** Returns the folded sum of some memory's words, 0 to 65535, which is no checksum yet. */
  static int sum(ByteBuffer memory, int from, int to, long more) {
    long sum = more;
    int at = from;
    // Four octets at a time give the same sum once the carries are added to it.
    for (; at + 3 < to; at += 4) {
      sum += memory.getInt(at) & 0xFFFFFFFFL;
    }
    for (; at + 1 < to; at += 2) {
      sum += memory.getShort(at) & 0xFFFF;
    }
    if (at < to) {
      sum += (memory.get(at) & 0xFF) << 8;
    }
    return fold(sum);
  }

  /** Corrects the checksum at a place after one word that it covers has changed (RFC 1624). */
  static void replace(ByteBuffer memory, int at, int before, int after) {
    int checksum = memory.getShort(at) & 0xFFFF;
    memory.putShort(at, (short) ~fold((~checksum & 0xFFFF) + (~before & 0xFFFF) + (long) after));
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return (int) folded;
  }
}
