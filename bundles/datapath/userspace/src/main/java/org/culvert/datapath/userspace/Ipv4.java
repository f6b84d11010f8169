package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Reads IPv4 headers where they lie (RFC 791 section 3.1).
 *
 * <p>The header's checksum is not looked at: the operating system verifies that of each packet that
 * comes out of a device, and drops it otherwise, and it has just made that of each packet that goes
 * in.
 */
final class Ipv4 {
  static final int HEADER = 20;
  static final int ICMP = 1;
  static final int TOTAL_LENGTH = 2;
  static final int FLAGS = 6;
  static final int TTL = 8;
  static final int PROTOCOL = 9;
  static final int CHECKSUM = 10;
  static final int SOURCE = 12;
  static final int DESTINATION = 16;

  static final int DONT_FRAGMENT = 0x4000;
  static final int MORE_FRAGMENTS = 0x2000;
  static final int OFFSET = 0x1FFF;

  private Ipv4() {}

  static int headerLength(ByteBuffer memory, int packet) {
    return (memory.get(packet) & 0xF) * 4;
  }

  /** Returns the packet's length by its own header, or -1 if that is not all there, or no sense. */
  static int wholeLength(ByteBuffer memory, int packet, int length) {
    if (length < HEADER || (memory.get(packet) & 0xF0) != 0x40) {
      return -1;
    }
    int header = headerLength(memory, packet);
    int total = memory.getShort(packet + TOTAL_LENGTH) & 0xFFFF;
    return header >= HEADER && header <= total && total <= length ? total : -1;
  }

  static int timeToLive(ByteBuffer memory, int packet) {
    return memory.get(packet + TTL) & 0xFF;
  }

  static long source(ByteBuffer memory, int packet) {
    return memory.getInt(packet + SOURCE) & 0xFFFFFFFFL;
  }

  static long destination(ByteBuffer memory, int packet) {
    return memory.getInt(packet + DESTINATION) & 0xFFFFFFFFL;
  }

  /** Returns Don't Fragment, More Fragments and the offset, as they stand together. */
  static int flags(ByteBuffer memory, int packet) {
    return memory.getShort(packet + FLAGS) & 0xFFFF;
  }

  /**
   * Tells whether an address may never be inside a tunnel: "this" network, loopback, link-local,
   * multicast, and the reserved ones with the limited broadcast among them (RFC 6890 section 2.2).
   * Private addresses may: a tunnel can join private networks.
   */
  static boolean isMartian(long address) {
    int top = (int) (address >>> 24);
    return top == 0 || top == 127 || top >= 224 || address >>> 16 == 0xA9FE;
  }
}
