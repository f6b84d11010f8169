package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/** Reads IPv6 headers where they lie (RFC 8200 section 3). */
final class Ipv6 {
  static final int HEADER = 40;
  static final int ICMPV6 = 58;

  private static final int PAYLOAD_LENGTH = 4;
  static final int NEXT_HEADER = 6;
  static final int HOP_LIMIT = 7;
  static final int SOURCE = 8;
  static final int DESTINATION = 24;

  private Ipv6() {}

  static int version(ByteBuffer memory, int packet) {
    return (memory.get(packet) & 0xFF) >>> 4;
  }

  /**
   * Returns the packet's length by its own header, or -1 if that is not all there, or is a
   * jumbogram, which no tunnel can carry.
   */
  static int wholeLength(ByteBuffer memory, int packet, int length) {
    if (length < HEADER || version(memory, packet) != 6) {
      return -1;
    }
    int payload = memory.getShort(packet + PAYLOAD_LENGTH) & 0xFFFF;
    if (payload == 0 && memory.get(packet + NEXT_HEADER) == 0) {
      return -1;
    }
    return HEADER + payload <= length ? HEADER + payload : -1;
  }

  static int hopLimit(ByteBuffer memory, int packet) {
    return memory.get(packet + HOP_LIMIT) & 0xFF;
  }

  /**
   * Tells whether an address may never be a source inside a tunnel: unspecified, loopback,
   * IPv4-compatible and IPv4-mapped, link-local, site-local, multicast, and 6to4, whose embedded
   * IPv4 address would make loops between tunnels (RFC 6324).
   */
  static boolean isMartian(long high, long low) {
    int top = (int) (high >>> 48);
    if (high == 0) {
      int embedded = (int) (low >>> 32);
      return embedded == 0 || embedded == 0xFFFF;
    }
    return (top & 0xFF00) == 0xFF00 || (top & 0xFF80) == 0xFE80 || top == 0x2002;
  }
}
