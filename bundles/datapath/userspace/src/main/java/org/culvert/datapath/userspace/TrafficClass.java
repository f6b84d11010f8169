package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * The octet of both IP headers that holds the differentiated services code point, six bits, and the
 * explicit congestion notification, two.
 *
 * <p>Into a tunnel the outer header gets the inner one's, so that the network treats both alike
 * (RFC 2983 section 3.1, the uniform model; RFC 6040 section 4.1, normal mode). Out of a tunnel the
 * inner code point stays as it is, since the outer one may have been changed by networks whose
 * meaning of it is not ours, while a mark of congestion comes along.
 */
final class TrafficClass {
  static final int CODE_POINT = 0xFC;
  static final int CONGESTION = 0x03;

  /** Both are copied. */
  static final int ALL = CODE_POINT | CONGESTION;

  private static final int NOT_CAPABLE = 0;
  private static final int CAPABLE_1 = 1;
  private static final int CAPABLE_0 = 2;
  private static final int CONGESTION_EXPERIENCED = 3;

  private static final int IPV4_AT = 1;

  /** In the first two octets of an IPv6 header: version, traffic class, four bits of flow label. */
  private static final int IPV6_SHIFT = 4;

  private TrafficClass() {}

  static int of(ByteBuffer memory, int packet, boolean ipv4) {
    return ipv4
        ? memory.get(packet + IPV4_AT) & 0xFF
        : memory.getShort(packet) >>> IPV6_SHIFT & 0xFF;
  }

  /**
   * Brings what the outer header says of congestion into the inner one, by the table of RFC 6040
   * section 4.2.
   *
   * @param outer the outer header's octet
   * @return false if the packet must be dropped: congestion is marked, but its sender would not
   *     understand
   */
  static boolean bringIn(ByteBuffer memory, int packet, boolean ipv4, int outer) {
    int mark = outer & CONGESTION;
    if (mark != CAPABLE_1 && mark != CONGESTION_EXPERIENCED) {
      return true;
    }
    int octet = of(memory, packet, ipv4);
    int inner = octet & CONGESTION;
    if (inner == NOT_CAPABLE) {
      return mark != CONGESTION_EXPERIENCED;
    }
    if (mark == CONGESTION_EXPERIENCED || inner == CAPABLE_0) {
      set(memory, packet, ipv4, octet & CODE_POINT | mark);
    }
    return true;
  }

  private static void set(ByteBuffer memory, int packet, boolean ipv4, int octet) {
    int before = memory.getShort(packet) & 0xFFFF;
    int after =
        ipv4 ? before & 0xFF00 | octet : before & ~(0xFF << IPV6_SHIFT) | octet << IPV6_SHIFT;
    memory.putShort(packet, (short) after);
    if (ipv4) {
      InternetChecksum.replace(memory, packet + Ipv4.CHECKSUM, before, after);
    }
  }
}
