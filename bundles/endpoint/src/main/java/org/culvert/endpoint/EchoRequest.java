package org.culvert.endpoint;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Makes the ICMP echo requests that serve as keepalives (RFC 5572 section 4.4.3.1): of ICMPv6 (RFC
 * 4443 section 4.1) or of ICMP (RFC 792), as the tunnel carries. Sixteen octets of data follow, as
 * clients of old send them; the first eight may say which probe it is.
 */
final class EchoRequest {
  private static final int ICMP_HEADER = 8;
  private static final int DATA = 16;
  private static final int HOP_LIMIT = 64;

  private static final int IPV6_HEADER = 40;
  private static final int ICMPV6 = 58;
  private static final int ICMPV6_ECHO = 128;

  private static final int IPV4_HEADER = 20;
  private static final int IPV4_CHECKSUM = 10;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int ICMP = 1;
  private static final int ICMP_ECHO = 8;

  private EchoRequest() {}

  /** Returns a whole packet; empty between addresses of different versions. */
  static Optional<ByteBuffer> of(
      InetAddress source, InetAddress destination, int identifier, int sequence) {
    return of(source, destination, identifier, sequence, 0, 0);
  }

  /**
   * Returns a whole packet of so many octets, or of more where they are too few for one.
   *
   * @param nonce the first octets of its data
   */
  static Optional<ByteBuffer> of(
      InetAddress source,
      InetAddress destination,
      int identifier,
      int sequence,
      int octets,
      long nonce) {
    if (source instanceof Inet6Address && destination instanceof Inet6Address) {
      int message = Math.max(ICMP_HEADER + DATA, octets - IPV6_HEADER);
      return Optional.of(ipv6(source, destination, identifier, sequence, message, nonce));
    }
    if (source instanceof Inet4Address && destination instanceof Inet4Address) {
      int message = Math.max(ICMP_HEADER + DATA, octets - IPV4_HEADER);
      return Optional.of(ipv4(source, destination, identifier, sequence, message, nonce));
    }
    return Optional.empty();
  }

  private static ByteBuffer ipv6(
      InetAddress source,
      InetAddress destination,
      int identifier,
      int sequence,
      int message,
      long nonce) {
    ByteBuffer packet = ByteBuffer.allocate(IPV6_HEADER + message);
    packet
        .putInt(6 << 28)
        .putShort((short) message)
        .put((byte) ICMPV6)
        .put((byte) HOP_LIMIT)
        .put(source.getAddress())
        .put(destination.getAddress());
    message(packet, ICMPV6_ECHO, identifier, sequence, nonce);
    // Covers the pseudo-header, of which the addresses lie in the packet already.
    packet.putShort(IPV6_HEADER + 2, checksum(packet, 8, packet.capacity(), message + ICMPV6));
    return packet.rewind();
  }

  private static ByteBuffer ipv4(
      InetAddress source,
      InetAddress destination,
      int identifier,
      int sequence,
      int message,
      long nonce) {
    ByteBuffer packet = ByteBuffer.allocate(IPV4_HEADER + message);
    packet
        .putShort((short) 0x4500)
        .putShort((short) (IPV4_HEADER + message))
        .putInt(DONT_FRAGMENT)
        .put((byte) HOP_LIMIT)
        .put((byte) ICMP)
        .putShort((short) 0)
        .put(source.getAddress())
        .put(destination.getAddress());
    message(packet, ICMP_ECHO, identifier, sequence, nonce);
    packet.putShort(IPV4_CHECKSUM, checksum(packet, 0, IPV4_HEADER, 0));
    packet.putShort(IPV4_HEADER + 2, checksum(packet, IPV4_HEADER, packet.capacity(), 0));
    return packet.rewind();
  }

  private static void message(
      ByteBuffer packet, int type, int identifier, int sequence, long nonce) {
    packet
        .put((byte) type)
        .put((byte) 0)
        .putShort((short) 0)
        .putShort((short) identifier)
        .putShort((short) sequence)
        .putLong(nonce);
  }

  private static short checksum(ByteBuffer packet, int from, int to, int more) {
    int sum = more;
    for (int at = from; at < to; at += 2) {
      // An odd last octet counts as if a zero followed it.
      sum += at + 1 < to ? packet.getShort(at) & 0xFFFF : (packet.get(at) & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
