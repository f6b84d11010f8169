package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Reads an ICMP error about a packet of this end's own where it lies (RFC 792, RFC 4443): what it
 * says, and what it quotes.
 *
 * <p>One object serves for all, confined to the thread of the {@link ReportPort}.
 */
final class PathReport {
  private static final int ICMP_HEADER = 8;
  private static final int UDP_HEADER = 8;
  private static final int UDP_PROTOCOL = 17;
  private static final int IPV6_FRAGMENT_HEADER = 44;

  /** What an error says of the way of the packet that it quotes. */
  enum Kind {
    /** It is no error, or none that says anything of the way. */
    NOTHING,
    /** The packet did not arrive. */
    UNREACHABLE,
    /** The packet is larger than a link on its way. */
    TOO_BIG
  }

  private Kind kind = Kind.NOTHING;
  private int mtu;
  private long localHigh;
  private long localLow;
  private long peerHigh;
  private long peerLow;
  private int protocol;
  private int localPort;
  private int peerPort;
  private int inner;
  private int end;

  /**
   * Reads an error.
   *
   * @param ipv4 whether it is one of IPv4's
   * @return whether it is about a packet that somebody sent, as far as can be told from the
   *     quotation
   */
  boolean read(ByteBuffer memory, int message, int length, boolean ipv4) {
    kind = length < ICMP_HEADER ? Kind.NOTHING : kind(memory, message, ipv4);
    if (kind == Kind.NOTHING) {
      return false;
    }
    end = message + length;
    int quoted = message + ICMP_HEADER;
    if (ipv4) {
      // The kernel verifies this for ICMPv6 alone.
      return InternetChecksum.of(memory, message, end, 0) == 0 && readIpv4(memory, quoted);
    }
    return readIpv6(memory, quoted);
  }

  private Kind kind(ByteBuffer memory, int message, boolean ipv4) {
    int type = memory.get(message) & 0xFF;
    int code = memory.get(message + 1) & 0xFF;
    if (ipv4) {
      mtu = memory.getShort(message + 6) & 0xFFFF;
      return switch (type) {
        case 3 -> code == 4 ? Kind.TOO_BIG : Kind.UNREACHABLE;
        // Time exceeded in transit; in reassembly says that fragments were lost, as packets are.
        case 11 -> code == 0 ? Kind.UNREACHABLE : Kind.NOTHING;
        case 12 -> Kind.UNREACHABLE;
        default -> Kind.NOTHING;
      };
    }
    long told = memory.getInt(message + 4) & 0xFFFFFFFFL;
    mtu = (int) Math.min(told, Integer.MAX_VALUE);
    return switch (type) {
      case 1, 4 -> Kind.UNREACHABLE;
      case 2 -> Kind.TOO_BIG;
      case 3 -> code == 0 ? Kind.UNREACHABLE : Kind.NOTHING;
      default -> Kind.NOTHING;
    };
  }

  private boolean readIpv4(ByteBuffer memory, int at) {
    if (at + Ipv4.HEADER > end || (memory.get(at) & 0xF0) != 0x40) {
      return false;
    }
    int header = Ipv4.headerLength(memory, at);
    boolean first = (Ipv4.flags(memory, at) & Ipv4.OFFSET) == 0;
    localHigh = 0;
    localLow = Ipv4.source(memory, at);
    peerHigh = 0;
    peerLow = Ipv4.destination(memory, at);
    protocol = memory.get(at + Ipv4.PROTOCOL) & 0xFF;
    return header >= Ipv4.HEADER && first && readCarrier(memory, at + header);
  }

  private boolean readIpv6(ByteBuffer memory, int at) {
    if (at + Ipv6.HEADER > end || Ipv6.version(memory, at) != 6) {
      return false;
    }
    localHigh = memory.getLong(at + Ipv6.SOURCE);
    localLow = memory.getLong(at + Ipv6.SOURCE + 8);
    peerHigh = memory.getLong(at + Ipv6.DESTINATION);
    peerLow = memory.getLong(at + Ipv6.DESTINATION + 8);
    protocol = memory.get(at + Ipv6.NEXT_HEADER) & 0xFF;
    int behind = at + Ipv6.HEADER;
    if (protocol == IPV6_FRAGMENT_HEADER && behind + 8 <= end) {
      boolean first = (memory.getShort(behind + 2) & 0xFFF8) == 0;
      protocol = memory.get(behind) & 0xFF;
      return first && readCarrier(memory, behind + 8);
    }
    return readCarrier(memory, behind);
  }

  private boolean readCarrier(ByteBuffer memory, int at) {
    localPort = 0;
    peerPort = 0;
    inner = at;
    if (protocol == UDP_PROTOCOL) {
      if (at + UDP_HEADER > end) {
        return false;
      }
      localPort = memory.getShort(at) & 0xFFFF;
      peerPort = memory.getShort(at + 2) & 0xFFFF;
      inner = at + UDP_HEADER;
    }
    return inner <= end;
  }

  Kind kind() {
    return kind;
  }

  /** Returns the MTU that the next link has, 0 if the router did not say. */
  int mtu() {
    return mtu;
  }

  /** Tells whether the quoted packet was sent from this address and port, in this protocol. */
  boolean isFrom(long high, long low, int port, int number) {
    return localHigh == high && localLow == low && localPort == port && protocol == number;
  }

  long peerHigh() {
    return peerHigh;
  }

  long peerLow() {
    return peerLow;
  }

  int peerPort() {
    return peerPort;
  }

  /** Returns where the inner packet begins, of which there may be little. */
  int inner() {
    return inner;
  }

  /** Returns where the quotation ends. */
  int end() {
    return end;
  }
}
