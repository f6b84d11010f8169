package org.culvert.netdev.linux;

import java.nio.ByteBuffer;

/**
 * What the kernel counted at a device, in packets and octets of the inner network; of what came in,
 * its filter knows more.
 *
 * @param congestion packets that there was no room for, either way
 * @param refused packets that the kernel has no way for to the tunnel's other end; those that a
 *     packet filter drops on their way there count as congestion
 */
record LinkStatistics(long sentPackets, long sentOctets, long congestion, long refused) {
  private static final int TX_PACKETS = 1;
  private static final int TX_BYTES = 3;
  private static final int RX_DROPPED = 6;
  private static final int TX_DROPPED = 7;
  private static final int TX_CARRIER_ERRORS = 17;

  /** Reads the first fields of {@code struct rtnl_link_stats64}; zeros if there is none. */
  static LinkStatistics read(ByteBuffer stats) {
    if (stats.remaining() < (TX_CARRIER_ERRORS + 1) * Long.BYTES) {
      return new LinkStatistics(0, 0, 0, 0);
    }
    return new LinkStatistics(
        stats.getLong(TX_PACKETS * Long.BYTES),
        stats.getLong(TX_BYTES * Long.BYTES),
        stats.getLong(RX_DROPPED * Long.BYTES) + stats.getLong(TX_DROPPED * Long.BYTES),
        stats.getLong(TX_CARRIER_ERRORS * Long.BYTES));
  }
}
