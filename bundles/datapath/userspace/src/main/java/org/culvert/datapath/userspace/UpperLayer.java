package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Finds what a packet carries behind its IP headers, and where (RFC 791 section 3.1, RFC 8200
 * section 4).
 *
 * <p>The answer is one number, so that nothing is allocated: {@link #protocol}, {@link #offset} and
 * {@link #isFragment} read it.
 */
final class UpperLayer {
  static final int TCP = 6;
  static final int UDP = 17;

  /** There is none, as in a fragment that is not the first, or it cannot be found. */
  static final long NONE = -1;

  private static final long FRAGMENT = 1L << 40;

  /** A packet with more extension headers is no ordinary one, and is left as it is. */
  private static final int MOST_EXTENSIONS = 8;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT_HEADER = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;

  private static final int FRAGMENT_OFFSET = 0xFFF8;

  private UpperLayer() {}

  /** Looks into a whole packet, or into the beginning of one. */
  static long of(ByteBuffer memory, int packet, int length, boolean ipv4) {
    return ipv4 ? ofIpv4(memory, packet, length) : ofIpv6(memory, packet, length);
  }

  static int protocol(long upper) {
    return (int) (upper & 0xFF);
  }

  /** Returns where it begins, counted from the packet's beginning. */
  static int offset(long upper) {
    return (int) (upper >>> 8) & 0xFFFF;
  }

  /** Tells whether the packet is a fragment, which is the first one then. */
  static boolean isFragment(long upper) {
    return (upper & FRAGMENT) != 0;
  }

  private static long ofIpv4(ByteBuffer memory, int packet, int length) {
    int flags = Ipv4.flags(memory, packet);
    int header = Ipv4.headerLength(memory, packet);
    if ((flags & Ipv4.OFFSET) != 0 || header > length) {
      return NONE;
    }
    long fragment = (flags & Ipv4.MORE_FRAGMENTS) != 0 ? FRAGMENT : 0;
    return fragment | (long) header << 8 | memory.get(packet + Ipv4.PROTOCOL) & 0xFF;
  }

  private static long ofIpv6(ByteBuffer memory, int packet, int length) {
    int protocol = memory.get(packet + Ipv6.NEXT_HEADER) & 0xFF;
    int offset = Ipv6.HEADER;
    long fragment = 0;
    for (int i = 0; i <= MOST_EXTENSIONS; i++) {
      switch (protocol) {
        case HOP_BY_HOP, ROUTING, FRAGMENT_HEADER, AUTHENTICATION, DESTINATION_OPTIONS -> {
          if (offset + 8 > length) {
            return NONE;
          }
        }
        default -> {
          return fragment | (long) offset << 8 | protocol;
        }
      }
      int at = packet + offset;
      int units = memory.get(at + 1) & 0xFF;
      switch (protocol) {
        case FRAGMENT_HEADER -> {
          if ((memory.getShort(at + 2) & FRAGMENT_OFFSET) != 0) {
            return NONE;
          }
          fragment = FRAGMENT;
          offset += 8;
        }
        case AUTHENTICATION -> offset += (units + 2) * 4;
        default -> offset += (units + 1) * 8;
      }
      if (offset > length) {
        return NONE;
      }
      protocol = memory.get(at) & 0xFF;
    }
    return NONE;
  }
}
