package org.culvert.datapath.userspace;

import java.net.Inet4Address;
import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;

/**
 * A few prefixes as numbers, to test an address against without making objects. An IPv4 address is
 * the last 32 of 128 bits.
 */
final class PrefixSet {
  private static final int IPV4_BEGINS = 96;

  private final long[] highs;
  private final long[] lows;
  private final int[] lengths;

  PrefixSet(List<IpPrefix> prefixes) {
    highs = new long[prefixes.size()];
    lows = new long[prefixes.size()];
    lengths = new int[prefixes.size()];
    for (int i = 0; i < highs.length; i++) {
      highs[i] = PacketBatch.high(prefixes.get(i).network());
      lows[i] = PacketBatch.low(prefixes.get(i).network());
      lengths[i] = bits(prefixes.get(i));
    }
  }

  boolean isEmpty() {
    return highs.length == 0;
  }

  boolean contains(long high, long low) {
    for (int i = 0; i < highs.length; i++) {
      if ((high & highMask(lengths[i])) == highs[i] && (low & lowMask(lengths[i])) == lows[i]) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many of 128 bits a prefix fixes. */
  static int bits(IpPrefix prefix) {
    return prefix.network() instanceof Inet4Address
        ? IPV4_BEGINS + prefix.length()
        : prefix.length();
  }

  /** Returns the upper half of the mask of a prefix length. */
  static long highMask(int length) {
    return length == 0 ? 0 : length >= 64 ? -1L : -1L << (64 - length);
  }

  /** Returns the lower half of the mask of a prefix length. */
  static long lowMask(int length) {
    return length <= 64 ? 0 : -1L << (128 - length);
  }
}
