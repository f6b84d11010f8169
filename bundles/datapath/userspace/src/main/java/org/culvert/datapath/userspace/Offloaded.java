package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Finishes what a kernel leaves to network cards: the checksum of TCP and UDP inside a tunnel.
 *
 * <p>A raw socket gets packets as they are in the kernel. Where segments of one connection were
 * merged on arrival (GRO), or where the sender is a kernel on the same machine, the checksum field
 * holds the sum over the pseudo-header alone, and somebody further on would have completed it. The
 * kernel had verified what it merged. A field that holds this sum by chance, in a packet that is as
 * it was sent, gets the value that it has.
 */
final class Offloaded {
  private static final int TCP_HEADER = 20;
  private static final int TCP_CHECKSUM = 16;
  private static final int UDP_HEADER = 8;
  private static final int UDP_CHECKSUM = 6;

  private Offloaded() {}

  /** Tells whether a whole packet carries TCP whose checksum is not complete. */
  static boolean isTcp(ByteBuffer memory, int packet, int length, boolean ipv4) {
    long upper = UpperLayer.of(memory, packet, length, ipv4);
    return upper != UpperLayer.NONE
        && UpperLayer.protocol(upper) == UpperLayer.TCP
        && isIncomplete(memory, packet, length, ipv4, upper);
  }

  /** Completes the checksum of a whole packet, if it needs that. */
  static void complete(ByteBuffer memory, int packet, int length, boolean ipv4, long upper) {
    if (upper == UpperLayer.NONE || !isIncomplete(memory, packet, length, ipv4, upper)) {
      return;
    }
    boolean tcp = UpperLayer.protocol(upper) == UpperLayer.TCP;
    int at = packet + UpperLayer.offset(upper);
    // The sum over the pseudo-header stands in the field, and is added from there.
    short checksum = InternetChecksum.of(memory, at, packet + length, 0);
    boolean none = checksum == 0 && !tcp;
    memory.putShort(at + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM), none ? (short) -1 : checksum);
  }

  private static boolean isIncomplete(
      ByteBuffer memory, int packet, int length, boolean ipv4, long upper) {
    if (UpperLayer.isFragment(upper)) {
      return false;
    }
    int protocol = UpperLayer.protocol(upper);
    int octets = length - UpperLayer.offset(upper);
    int field = packet + UpperLayer.offset(upper);
    if (protocol == UpperLayer.TCP && octets >= TCP_HEADER) {
      field += TCP_CHECKSUM;
    } else if (protocol == UpperLayer.UDP && octets >= UDP_HEADER) {
      field += UDP_CHECKSUM;
    } else {
      return false;
    }
    return (memory.getShort(field) & 0xFFFF)
        == pseudoHeader(memory, packet, ipv4, protocol, octets);
  }

  /** Returns the sum over the addresses, the protocol and its length (RFC 8200 section 8.1). */
  static int pseudoHeader(ByteBuffer memory, int packet, boolean ipv4, int protocol, int octets) {
    int from = packet + (ipv4 ? Ipv4.SOURCE : Ipv6.SOURCE);
    int to = packet + (ipv4 ? Ipv4.HEADER : Ipv6.HEADER);
    return InternetChecksum.sum(memory, from, to, protocol + octets);
  }
}
