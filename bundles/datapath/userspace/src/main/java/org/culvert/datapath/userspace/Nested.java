package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Finds tunnels' packets inside packets, whatever extension headers, fragments or UDP stand between
 * (RFC 2473 section 4, RFC 8200 section 4).
 *
 * <p>A packet that goes round through tunnels gets one more header each time, with a fresh hop
 * limit, so no hop limit ends it. How deep packets are nested does.
 */
final class Nested {
  /** So many packets may be inside one another in a packet: RFC 2473 section 4.1.1 has 4, too. */
  static final int DEEPEST = 4;

  /** There is no packet inside. */
  static final int NONE = 0;

  /** There is one, or may be one, that cannot be read. */
  static final int HIDDEN = -1;

  private static final int IPV4_ENCAPSULATED = 4;
  private static final int IPV6_ENCAPSULATED = 41;
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int AUTHENTICATION = 51;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int FRAGMENT_OFFSET = 0xFFF8;
  private static final int MORE_FRAGMENTS = 1;
  private static final int UDP_HEADER = 8;
  private static final int UDP_PORTS = 4;

  /** A packet with more extension headers is no ordinary one. */
  private static final int MOST_EXTENSIONS = 8;

  /** An option of destination options; its data is one octet (RFC 2473 section 4.1.1). */
  private static final int ENCAPSULATION_LIMIT = 4;

  private Nested() {}

  /** Tells whether what follows a header of this protocol is another packet. */
  private static boolean isPacket(int protocol) {
    return protocol == IPV4_ENCAPSULATED || protocol == IPV6_ENCAPSULATED;
  }

  /**
   * Tells at little cost whether it is worth looking inside a packet.
   *
   * @param upper what {@link UpperLayer} found in it
   */
  static boolean mayBe(ByteBuffer memory, int packet, int length, long upper, OwnAddresses own) {
    if (upper == UpperLayer.NONE) {
      return true;
    }
    int protocol = UpperLayer.protocol(upper);
    return protocol == UpperLayer.UDP
        ? behindUdp(
                memory,
                packet + UpperLayer.offset(upper),
                packet + length,
                UpperLayer.isFragment(upper),
                own)
            != NONE
        : isPacket(protocol);
  }

  /** Returns how many packets are inside one another in a packet; at most one too many. */
  static int depth(ByteBuffer memory, int packet, int length, OwnAddresses own) {
    int at = packet;
    for (int depth = 0; depth <= DEEPEST; depth++) {
      int inner = inner(memory, at, packet + length, own);
      if (inner == NONE) {
        return depth;
      }
      if (inner == HIDDEN) {
        return depth + 1;
      }
      at += inner;
    }
    return DEEPEST + 1;
  }

  /**
   * Returns where the packet inside a packet begins, counted from that one's beginning.
   *
   * @param end where what can be read ends
   * @return {@link #NONE} if there is none, {@link #HIDDEN} if it cannot be read
   */
  static int inner(ByteBuffer memory, int packet, int end, OwnAddresses own) {
    if (end - packet < Ipv4.HEADER) {
      return NONE;
    }
    return switch (memory.get(packet) >> 4) {
      case 4 -> innerOfIpv4(memory, packet, end, own);
      case 6 -> end - packet < Ipv6.HEADER ? NONE : innerOfIpv6(memory, packet, end, own);
      default -> NONE;
    };
  }

  private static int innerOfIpv4(ByteBuffer memory, int packet, int end, OwnAddresses own) {
    int protocol = memory.get(packet + Ipv4.PROTOCOL) & 0xFF;
    int flags = Ipv4.flags(memory, packet);
    if ((flags & Ipv4.OFFSET) != 0) {
      return isPacket(protocol) ? HIDDEN : NONE;
    }
    boolean first = (flags & Ipv4.MORE_FRAGMENTS) != 0;
    return behind(memory, packet, Ipv4.headerLength(memory, packet), protocol, end, first, own);
  }

  private static int innerOfIpv6(ByteBuffer memory, int packet, int end, OwnAddresses own) {
    int protocol = memory.get(packet + Ipv6.NEXT_HEADER) & 0xFF;
    int offset = Ipv6.HEADER;
    boolean first = false;
    for (int i = 0; i <= MOST_EXTENSIONS; i++) {
      if (!isExtension(protocol)) {
        return behind(memory, packet, offset, protocol, end, first, own);
      }
      int at = packet + offset;
      if (at + 8 > end) {
        return HIDDEN;
      }
      if (protocol == FRAGMENT && (memory.getShort(at + 2) & FRAGMENT_OFFSET) != 0) {
        // The first fragment says the rest, and without it nobody puts this one together.
        return isPacket(memory.get(at) & 0xFF) ? HIDDEN : NONE;
      }
      first |= protocol == FRAGMENT && (memory.getShort(at + 2) & MORE_FRAGMENTS) != 0;
      offset += extension(memory, at, protocol);
      protocol = memory.get(at) & 0xFF;
    }
    return HIDDEN;
  }

  private static boolean isExtension(int protocol) {
    return switch (protocol) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
      default -> false;
    };
  }

  private static int extension(ByteBuffer memory, int at, int protocol) {
    int units = memory.get(at + 1) & 0xFF;
    return switch (protocol) {
      case FRAGMENT -> 8;
      case AUTHENTICATION -> (units + 2) * 4;
      default -> (units + 1) * 8;
    };
  }

  /**
   * Looks behind the last header of IP.
   *
   * @param first whether more fragments follow this one
   */
  private static int behind(
      ByteBuffer memory,
      int packet,
      int offset,
      int protocol,
      int end,
      boolean first,
      OwnAddresses own) {
    if (isPacket(protocol)) {
      return packet + offset < end ? offset : HIDDEN;
    }
    if (protocol != UpperLayer.UDP) {
      return NONE;
    }
    int inner = behindUdp(memory, packet + offset, end, first, own);
    return inner > 0 ? offset + inner : inner;
  }

  /**
   * Returns where UDP from or to a port that tunnels here have carries an IPv6 packet, counted from
   * the UDP header. In a first fragment that ends before there is anything to see, that is hidden.
   */
  private static int behindUdp(
      ByteBuffer memory, int udp, int end, boolean first, OwnAddresses own) {
    if (udp + UDP_PORTS > end) {
      return first ? HIDDEN : NONE;
    }
    if (!own.hasPort(memory.getShort(udp) & 0xFFFF)
        && !own.hasPort(memory.getShort(udp + 2) & 0xFFFF)) {
      return NONE;
    }
    if (udp + UDP_HEADER >= end) {
      return first ? HIDDEN : NONE;
    }
    return (memory.get(udp + UDP_HEADER) & 0xF0) == 0x60 ? UDP_HEADER : NONE;
  }

  /**
   * Finds a limit of encapsulation that is used up: such an IPv6 packet may enter no other tunnel
   * (RFC 2473 section 4.1.1).
   *
   * @return where the limit is, counted from the packet's beginning; {@link #NONE} if there is no
   *     such limit
   */
  static int usedUp(ByteBuffer memory, int packet, int length) {
    int protocol = memory.get(packet + Ipv6.NEXT_HEADER) & 0xFF;
    int offset = Ipv6.HEADER;
    for (int i = 0; i <= MOST_EXTENSIONS; i++) {
      boolean before =
          protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION_OPTIONS;
      if (!before || offset + 8 > length) {
        return NONE;
      }
      int size = extension(memory, packet + offset, protocol);
      if (offset + size > length) {
        return NONE;
      }
      if (protocol == DESTINATION_OPTIONS) {
        int limit = limit(memory, packet + offset + 2, packet + offset + size);
        if (limit != NONE) {
          return memory.get(limit) == 0 ? limit - packet : NONE;
        }
      }
      protocol = memory.get(packet + offset) & 0xFF;
      offset += size;
    }
    return NONE;
  }

  /** Returns where the octet of a limit lies among options. */
  private static int limit(ByteBuffer memory, int from, int end) {
    int at = from;
    while (at < end) {
      int type = memory.get(at) & 0xFF;
      if (type == 0) {
        at++;
        continue;
      }
      if (at + 2 > end) {
        return NONE;
      }
      int size = memory.get(at + 1) & 0xFF;
      if (type == ENCAPSULATION_LIMIT && size == 1 && at + 2 < end) {
        return at + 2;
      }
      at += 2 + size;
    }
    return NONE;
  }
}
