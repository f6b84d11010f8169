package org.culvert.itests.attack;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** Echo requests in IPv6, as packets of a tunnel (RFC 4443 section 4.1). */
final class Ping {
  private static final int HEADER = 40;
  private static final int LENGTH = 8;
  private static final int ICMP = 58;
  private static final int REQUEST = 128;
  private static final int REPLY = 129;

  private Ping() {}

  /** Makes one that has a number, by which its answer is known. */
  static byte[] request(InetAddress from, InetAddress to, int number) {
    ByteBuffer packet = ByteBuffer.allocate(HEADER + LENGTH);
    packet.putInt(0x6000_0000).putShort((short) LENGTH).put((byte) ICMP).put((byte) 64);
    packet.put(from.getAddress()).put(to.getAddress());
    packet.put((byte) REQUEST).put((byte) 0).putShort((short) 0).putInt(number);
    int sum = LENGTH + ICMP;
    for (int i = 8; i < HEADER + LENGTH; i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return packet.putShort(HEADER + 2, (short) ~sum).array();
  }

  static boolean isReply(byte[] packet, int number) {
    return packet.length >= HEADER + LENGTH
        && packet[0] >> 4 == 6
        && packet[6] == ICMP
        && (packet[HEADER] & 0xFF) == REPLY
        && ByteBuffer.wrap(packet).getInt(HEADER + 4) == number;
  }
}
