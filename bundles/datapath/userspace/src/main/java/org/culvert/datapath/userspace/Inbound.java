package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;

/**
 * The way of a packet from an outer socket to the device.
 *
 * <ol>
 *   <li>the outer source is exactly a tunnel's other end
 *   <li>the packet is whole, and of the inner version
 *   <li>neither inner address is one that no tunnel may carry
 *   <li>the inner source lies in what was assigned to the tunnel
 * </ol>
 *
 * Whatever fails is dropped and counted, and nothing is answered: an answer would tell a forger
 * what to forge (RFC 4213 section 5). The hop limit is left to the operating system, which counts
 * the tunnel as the one hop that it is when it forwards the packet.
 */
final class Inbound {

  private Inbound() {}

  /** Examines a burst; what may not pass is dropped from it. */
  static void examine(PacketBatch batch, KeyTable<Tunnel> endpoints, Tally strangers) {
    for (int i = 0; i < batch.size(); i++) {
      Tunnel tunnel = endpoints.get(batch.peerHigh(i), batch.peerLow(i), batch.peerPort(i));
      if (tunnel == null) {
        batch.drop(i);
        strangers.dropped(DropReason.UNKNOWN_OUTER_SOURCE, 1);
      } else {
        examine(batch, i, tunnel);
      }
    }
  }

  private static void examine(PacketBatch batch, int i, Tunnel tunnel) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    int length = Ipv6.wholeLength(memory, at, batch.length(i));
    if (length < 0) {
      drop(batch, i, tunnel, DropReason.MALFORMED);
      return;
    }
    if (Ipv6.hopLimit(memory, at) == 0) {
      drop(batch, i, tunnel, DropReason.HOP_LIMIT);
      return;
    }
    long high = memory.getLong(at + Ipv6.SOURCE);
    long low = memory.getLong(at + Ipv6.SOURCE + 8);
    if (Ipv6.isMartian(high, low)
        || isOurs(tunnel, high, low)
        || Ipv6.isMartian(
            memory.getLong(at + Ipv6.DESTINATION), memory.getLong(at + Ipv6.DESTINATION + 8))) {
      drop(batch, i, tunnel, DropReason.MARTIAN);
      return;
    }
    if (!tunnel.remote.contains(high, low)) {
      drop(batch, i, tunnel, DropReason.INNER_SOURCE);
      return;
    }
    batch.packet(i, at, length);
    tunnel.in.carried(length);
  }

  /** A packet from outside that claims to come from this end is forged. */
  private static boolean isOurs(Tunnel tunnel, long high, long low) {
    return (high == tunnel.localHigh && low == tunnel.localLow) || tunnel.local.contains(high, low);
  }

  private static void drop(PacketBatch batch, int i, Tunnel tunnel, DropReason reason) {
    batch.drop(i);
    tunnel.in.dropped(reason, 1);
  }
}
