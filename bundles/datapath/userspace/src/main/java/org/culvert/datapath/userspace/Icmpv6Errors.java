package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;

/**
 * Builds ICMPv6 errors about packets that came from the device (RFC 4443 sections 2.4, 3.1, 3.2).
 */
final class Icmpv6Errors {
  private static final int HEADER = 8;
  private static final int HOP_LIMIT = 64;
  private static final int REDIRECT = 137;
  private static final int UNREACHABLE = 1;
  private static final int NO_ROUTE = 0;
  private static final int ADDRESS = 3;
  private static final int PACKET_TOO_BIG = 2;
  private static final int PARAMETER_PROBLEM = 4;

  private final ErrorBurst burst;

  Icmpv6Errors(ErrorBurst burst) {
    this.burst = burst;
  }

  /** Says that a packet is larger than the tunnel's MTU. */
  void packetTooBig(PacketBatch from, int i, Tunnel tunnel, int mtu) {
    add(from, i, PACKET_TOO_BIG, 0, mtu, tunnel);
  }

  /** Says that no tunnel leads to a packet's destination, speaking from some tunnel's address. */
  void noRoute(PacketBatch from, int i, Tunnel speaker) {
    add(from, i, UNREACHABLE, NO_ROUTE, 0, speaker);
  }

  /**
   * Says that a packet may enter no other tunnel (RFC 2473 section 6.7).
   *
   * @param limit where its limit is, counted from its beginning
   */
  void limitUsedUp(PacketBatch from, int i, Tunnel tunnel, int limit) {
    add(from, i, PARAMETER_PROBLEM, 0, limit, tunnel);
  }

  /**
   * Says that a packet, of which this is the beginning, was lost in a tunnel (RFC 2473 section 8).
   */
  void unreachable(PacketBatch from, int i, Tunnel tunnel) {
    add(from, i, UNREACHABLE, ADDRESS, 0, tunnel);
  }

  private void add(PacketBatch from, int i, int type, int code, int value, Tunnel speaker) {
    ByteBuffer packet = from.memory();
    int at = from.offset(i);
    int to = mayBeAnswered(packet, at, from.length(i)) ? burst.next() : ErrorBurst.NONE;
    if (to == ErrorBurst.NONE) {
      return;
    }
    int quoted = Math.min(from.length(i), ErrorBurst.LONGEST - Ipv6.HEADER - HEADER);
    ByteBuffer error = burst.memory();
    error.putInt(to, 6 << 28);
    error.putShort(to + 4, (short) (HEADER + quoted));
    error.put(to + Ipv6.NEXT_HEADER, (byte) Ipv6.ICMPV6);
    error.put(to + Ipv6.HOP_LIMIT, (byte) HOP_LIMIT);
    error.putLong(to + Ipv6.SOURCE, speaker.localHigh);
    error.putLong(to + Ipv6.SOURCE + 8, speaker.localLow);
    error.putLong(to + Ipv6.DESTINATION, packet.getLong(at + Ipv6.SOURCE));
    error.putLong(to + Ipv6.DESTINATION + 8, packet.getLong(at + Ipv6.SOURCE + 8));
    int icmp = to + Ipv6.HEADER;
    error.put(icmp, (byte) type);
    error.put(icmp + 1, (byte) code);
    error.putShort(icmp + 2, (short) 0);
    error.putInt(icmp + 4, value);
    error.put(icmp + HEADER, packet, at, quoted);
    int length = Ipv6.HEADER + HEADER + quoted;
    // The addresses of the pseudo-header lie before the message already.
    int rest = HEADER + quoted + Ipv6.ICMPV6;
    error.putShort(icmp + 2, InternetChecksum.of(error, to + Ipv6.SOURCE, to + length, rest));
    burst.add(length);
  }

  /**
   * No error about an error, none about a redirect, and none to a source that is not one node (RFC
   * 4443 section 2.4e). What is too short to tell its type is taken for an error.
   */
  private static boolean mayBeAnswered(ByteBuffer packet, int at, int length) {
    return !isError(packet, at, length)
        && !Ipv6.isMartian(packet.getLong(at + Ipv6.SOURCE), packet.getLong(at + Ipv6.SOURCE + 8));
  }

  private static boolean isError(ByteBuffer packet, int at, int length) {
    long upper = UpperLayer.of(packet, at, length, false);
    if (upper == UpperLayer.NONE) {
      return false;
    }
    int type = at + UpperLayer.offset(upper);
    return UpperLayer.protocol(upper) == Ipv6.ICMPV6
        && (type >= at + length || packet.get(type) >= 0 || (packet.get(type) & 0xFF) == REDIRECT);
  }
}
