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
    long sum = more;
    int at = from;
    for (; at + 1 < to; at += 2) {
      sum += memory.getShort(at) & 0xFFFF;
    }
    if (at < to) {
      sum += (memory.get(at) & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
