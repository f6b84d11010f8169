package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;

/**
 * Builds ICMP errors about IPv4 packets that came from the device (RFC 792; RFC 1812 section
 * 4.3.2). Time exceeded is not among them: as with IPv6, the operating system counts the hop.
 *
 * <p>They come from the address that the packet was going to. A kernel takes no IPv4 packet from a
 * device that says it comes from an address of the kernel's own, or, with strict reverse path
 * filtering, from one that is not routed to that device; the destination is always good.
 */
final class Icmpv4Errors {
  private static final int HEADER = 8;
  private static final int TIME_TO_LIVE = 64;

  /** The longest error that every host takes whole (RFC 1812 section 4.3.2.3). */
  private static final int LONGEST = 576;

  private static final int UNREACHABLE = 3;
  private static final int NETWORK = 0;
  private static final int HOST = 1;
  private static final int FRAGMENTATION_NEEDED = 4;

  private final ErrorBurst burst;

  Icmpv4Errors(ErrorBurst burst) {
    this.burst = burst;
  }

  /** Says that a packet that must stay whole is larger than the tunnel's MTU (RFC 1191). */
  void fragmentationNeeded(PacketBatch from, int i, int mtu) {
    add(from, i, FRAGMENTATION_NEEDED, mtu);
  }

  /** Says that no tunnel leads to a packet's destination. */
  void noRoute(PacketBatch from, int i) {
    add(from, i, NETWORK, 0);
  }

  /**
   * Says that a packet, of which this is the beginning, was lost in a tunnel (RFC 2473 section 8).
   */
  void unreachable(PacketBatch from, int i) {
    add(from, i, HOST, 0);
  }

  private void add(PacketBatch from, int i, int code, int value) {
    ByteBuffer packet = from.memory();
    int at = from.offset(i);
    int to = mayBeAnswered(packet, at, from.length(i)) ? burst.next() : ErrorBurst.NONE;
    if (to == ErrorBurst.NONE) {
      return;
    }
    int quoted = Math.min(from.length(i), LONGEST - Ipv4.HEADER - HEADER);
    int length = Ipv4.HEADER + HEADER + quoted;
    ByteBuffer error = burst.memory();
    error.putInt(to, 0x4500 << 16 | length);
    error.putInt(to + 4, Ipv4.DONT_FRAGMENT);
    error.put(to + Ipv4.TTL, (byte) TIME_TO_LIVE);
    error.put(to + Ipv4.PROTOCOL, (byte) Ipv4.ICMP);
    error.putShort(to + Ipv4.CHECKSUM, (short) 0);
    error.putInt(to + Ipv4.SOURCE, packet.getInt(at + Ipv4.DESTINATION));
    error.putInt(to + Ipv4.DESTINATION, packet.getInt(at + Ipv4.SOURCE));
    error.putShort(to + Ipv4.CHECKSUM, InternetChecksum.of(error, to, to + Ipv4.HEADER, 0));
    int icmp = to + Ipv4.HEADER;
    error.put(icmp, (byte) UNREACHABLE);
    error.put(icmp + 1, (byte) code);
    error.putShort(icmp + 2, (short) 0);
    error.putInt(icmp + 4, value);
    error.put(icmp + HEADER, packet, at, quoted);
    error.putShort(icmp + 2, InternetChecksum.of(error, icmp, to + length, 0));
    burst.add(length);
  }

  /**
   * No error about an error, none about a fragment that is not the first, none to a source that is
   * not one node (RFC 1812 section 4.3.2.7).
   */
  private static boolean mayBeAnswered(ByteBuffer packet, int at, int length) {
    return (Ipv4.flags(packet, at) & Ipv4.OFFSET) == 0
        && !isError(packet, at, length)
        && !Ipv4.isMartian(Ipv4.source(packet, at));
  }

  /** What is too short to tell its type is taken for an error. */
  private static boolean isError(ByteBuffer packet, int at, int length) {
    if (packet.get(at + Ipv4.PROTOCOL) != Ipv4.ICMP) {
      return false;
    }
    int header = Ipv4.headerLength(packet, at);
    return length <= header
        || switch (packet.get(at + header)) {
          // Unreachable, source quench, redirect, time exceeded, parameter problem.
          case 3, 4, 5, 11, 12 -> true;
          default -> false;
        };
  }
}
