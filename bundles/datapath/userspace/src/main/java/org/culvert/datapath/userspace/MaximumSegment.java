package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;

/**
 * Lowers the maximum segment size that TCP announces when it connects to what a tunnel carries (RFC
 * 9293 section 3.7.1), so that connections work where no ICMP arrives. It is never raised.
 */
final class MaximumSegment {
  private static final int TCP_HEADER = 20;
  private static final int DATA_OFFSET = 12;
  private static final int FLAGS = 13;
  private static final int CHECKSUM = 16;
  private static final int SYN = 0x02;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int MAXIMUM_SEGMENT_SIZE = 2;

  private MaximumSegment() {}

  /** Looks at one whole packet, or at a first fragment; {@code upper} tells what it carries. */
  static void clamp(ByteBuffer memory, int packet, int length, boolean ipv4, long upper, int mtu) {
    if (upper == UpperLayer.NONE || UpperLayer.protocol(upper) != UpperLayer.TCP) {
      return;
    }
    int tcp = packet + UpperLayer.offset(upper);
    int end = packet + length;
    if (tcp + TCP_HEADER > end || (memory.get(tcp + FLAGS) & SYN) == 0) {
      return;
    }
    int options = Math.min(end, tcp + (memory.get(tcp + DATA_OFFSET) >> 4 & 0xF) * 4);
    int largest = mtu - TCP_HEADER - (ipv4 ? Ipv4.HEADER : Ipv6.HEADER);
    int at = tcp + TCP_HEADER;
    while (at < options && memory.get(at) != END_OF_OPTIONS) {
      if (memory.get(at) == NO_OPERATION) {
        at++;
        continue;
      }
      int octets = at + 1 < options ? memory.get(at + 1) & 0xFF : 0;
      if (octets < 2 || at + octets > options) {
        return;
      }
      if (memory.get(at) == MAXIMUM_SEGMENT_SIZE && octets == 4) {
        lower(memory, tcp, at + 2, largest);
      }
      at += octets;
    }
  }

  private static void lower(ByteBuffer memory, int tcp, int at, int largest) {
    int announced = memory.getShort(at) & 0xFFFF;
    if (announced <= largest) {
      return;
    }
    memory.putShort(at, (short) largest);
    // The checksum adds words from the header's beginning: at an odd place the octets of a number
    // belong to two words, and count as if they were swapped.
    boolean odd = ((at - tcp) & 1) != 0;
    InternetChecksum.replace(
        memory, tcp + CHECKSUM, odd ? swap(announced) : announced, odd ? swap(largest) : largest);
  }

  private static int swap(int word) {
    return (word & 0xFF) << 8 | word >>> 8;
  }
}
