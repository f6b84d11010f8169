package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/** Reads IPv6 headers where they lie (RFC 8200 section 3). */
final class Ipv6 {
  static final int HEADER = 40;
  static final int ICMPV6 = 58;

  static final int PAYLOAD_LENGTH = 4;
  static final int NEXT_HEADER = 6;
  static final int HOP_LIMIT = 7;
  static final int SOURCE = 8;
  static final int DESTINATION = 24;

  private static final int HOP_BY_HOP = 0;
  private static final int IPV4_ENCAPSULATED = 4;
  private static final int IPV6_ENCAPSULATED = 41;
  private static final int ROUTING = 43;
  private static final int DESTINATION_OPTIONS = 60;

  private static final int ECHO_REPLY = 129;

  /** The first and the last type of neighbor discovery (RFC 4861 section 4). */
  private static final int ROUTER_SOLICITATION = 133;

  private static final int REDIRECT = 137;

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

  /** Tells whether a packet is an answer to an ICMPv6 echo request (RFC 4443 section 4.2). */
  static boolean isEchoReply(ByteBuffer memory, int packet, int length) {
    return (memory.get(packet + NEXT_HEADER) & 0xFF) == ICMPV6
        && length > HEADER
        && (memory.get(packet + HEADER) & 0xFF) == ECHO_REPLY;
  }

  /** Tells whether an address is unicast and good on one link only (RFC 4291 section 2.5.6). */
  static boolean isLinkLocal(long high) {
    return high >>> 54 == 0xFE80 >>> 6;
  }

  /** Tells whether a packet to an address stays on its link: link-local, unicast or multicast. */
  static boolean staysOnLink(long high) {
    return isLinkLocal(high) || high >>> 48 == 0xFF02;
  }

  /**
   * Tells whether a packet that stays on its link may pass a tunnel that is a link of its own: what
   * routing protocols say does, but no neighbor discovery, which would let the other end configure
   * this host, no extension header that could hide it, and no packet in a packet.
   */
  static boolean isLinkTraffic(ByteBuffer memory, int packet, int length) {
    return switch (memory.get(packet + NEXT_HEADER) & 0xFF) {
      case HOP_BY_HOP, IPV4_ENCAPSULATED, IPV6_ENCAPSULATED, ROUTING, DESTINATION_OPTIONS -> false;
      case ICMPV6 -> {
        int type = length > HEADER ? memory.get(packet + HEADER) & 0xFF : ROUTER_SOLICITATION;
        yield type < ROUTER_SOLICITATION || type > REDIRECT;
      }
      default -> true;
    };
  }
}
