package org.culvert.conformance.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An ICMPv6 echo request that came out of the tunnel (RFC 4443 section 4.1).
 *
 * @param packet the whole IPv6 packet
 * @param nanos when
 */
record Ping(String packet, long nanos) {
  private static final int NEXT_HEADER = 6;
  private static final int SOURCE = 8;
  private static final int DESTINATION = 24;
  private static final int ICMP = 40;
  private static final int ICMPV6 = 58;
  private static final int REQUEST = 128;
  private static final int REPLY = 129;
  private static final int LEAST = ICMP + 8;

  /** Returns the packet's length in octets. */
  int length() {
    return packet.length();
  }

  /** Reads a packet; empty if it is another one. */
  static Optional<Ping> read(String packet, long nanos) {
    return packet.length() >= LEAST
            && packet.charAt(NEXT_HEADER) == ICMPV6
            && packet.charAt(ICMP) == REQUEST
        ? Optional.of(new Ping(packet, nanos))
        : Optional.empty();
  }

  String destination() {
    return address(DESTINATION);
  }

  String source() {
    return address(SOURCE);
  }

  private String address(int at) {
    try {
      return InetAddress.getByAddress(Words.octets(packet.substring(at, at + 16))).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("sixteen octets are an address", e);
    }
  }

  /** Returns the echo reply: addresses swapped, which leaves the checksum, and another type. */
  String answer() {
    int sum = packet.charAt(ICMP + 2) << 8 | packet.charAt(ICMP + 3);
    // RFC 1624: of what is summed up, one word grew by 0x0100.
    int folded = (~sum & 0xFFFF) + (REPLY - REQUEST << 8);
    int checksum = ~(folded + (folded >>> 16)) & 0xFFFF;
    return packet.substring(0, SOURCE)
        + packet.substring(DESTINATION, ICMP)
        + packet.substring(SOURCE, DESTINATION)
        + (char) REPLY
        + packet.charAt(ICMP + 1)
        + (char) (checksum >> 8)
        + (char) (checksum & 0xFF)
        + packet.substring(ICMP + 4);
  }
}
