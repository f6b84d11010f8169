package org.culvert.endpoint;

import java.net.Inet6Address;
import java.nio.ByteBuffer;

/** Makes the ICMPv6 echo requests that serve as keepalives (RFC 4443 section 4.1). */
final class EchoRequest {
  private static final int HEADER = 40;
  private static final int MESSAGE = 16;
  private static final int ICMPV6 = 58;
  private static final int TYPE = 128;
  private static final int HOP_LIMIT = 64;

  private EchoRequest() {}

  static ByteBuffer of(
      Inet6Address source, Inet6Address destination, int identifier, int sequence) {
    ByteBuffer packet = ByteBuffer.allocate(HEADER + MESSAGE);
    packet
        .putInt(6 << 28)
        .putShort((short) MESSAGE)
        .put((byte) ICMPV6)
        .put((byte) HOP_LIMIT)
        .put(source.getAddress())
        .put(destination.getAddress())
        .put((byte) TYPE)
        .put((byte) 0)
        .putShort((short) 0)
        .putShort((short) identifier)
        .putShort((short) sequence)
        .rewind();
    packet.putShort(HEADER + 2, checksum(packet));
    return packet;
  }

  /** Covers the pseudo-header, of which the addresses lie in the packet already. */
  private static short checksum(ByteBuffer packet) {
    int sum = MESSAGE + ICMPV6;
    for (int at = 8; at < HEADER + MESSAGE; at += 2) {
      sum += packet.getShort(at) & 0xFFFF;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
