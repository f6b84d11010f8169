package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * The way of a packet from the device to an outer socket.
 *
 * <ol>
 *   <li>the packet is whole, and neither address is one that no tunnel may carry
 *   <li>the longest prefix that holds its destination names the tunnel
 *   <li>its source is one that this end may send from
 *   <li>it fits the tunnel's MTU, else its sender is told
 *   <li>packets that follow one another to the same socket leave in one burst
 * </ol>
 *
 * Confined to the device's thread.
 */
final class Outbound {
  private final Tally unrouted;
  private final IcmpErrors errors;
  private final @Nullable Tunnel[] chosen;

  Outbound(int capacity, Tally unrouted, LongSupplier nanos) {
    this.errors = new IcmpErrors(nanos);
    this.chosen = new Tunnel[capacity];
    this.unrouted = unrouted;
  }

  /** Sends a burst; returns the ICMP errors that go back into the device. */
  PacketBatch forward(PacketBatch batch, RoutingTable routes, @Nullable Tunnel speaker) {
    errors.begin();
    for (int i = 0; i < batch.size(); i++) {
      chosen[i] = choose(batch, i, routes, speaker);
    }
    sendRuns(batch);
    return errors.batch();
  }

  private @Nullable Tunnel choose(
      PacketBatch batch, int i, RoutingTable routes, @Nullable Tunnel speaker) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    int length = Ipv6.wholeLength(memory, at, batch.length(i));
    if (length < 0) {
      return drop(batch, i, unrouted, DropReason.MALFORMED);
    }
    long sourceHigh = memory.getLong(at + Ipv6.SOURCE);
    long sourceLow = memory.getLong(at + Ipv6.SOURCE + 8);
    long high = memory.getLong(at + Ipv6.DESTINATION);
    long low = memory.getLong(at + Ipv6.DESTINATION + 8);
    if (Ipv6.isMartian(high, low) || Ipv6.isMartian(sourceHigh, sourceLow)) {
      return drop(batch, i, unrouted, DropReason.MARTIAN);
    }
    Tunnel tunnel = routes.find(high, low);
    if (tunnel == null) {
      if (speaker != null) {
        errors.noRoute(batch, i, speaker);
      }
      return drop(batch, i, unrouted, DropReason.NO_ROUTE);
    }
    if (!tunnel.local.isEmpty() && !tunnel.local.contains(sourceHigh, sourceLow)) {
      return drop(batch, i, tunnel.out, DropReason.INNER_SOURCE);
    }
    if (length > tunnel.mtu) {
      errors.packetTooBig(batch, i, tunnel);
      return drop(batch, i, tunnel.out, DropReason.TOO_BIG);
    }
    batch.packet(i, at, length);
    batch.peer(i, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    tunnel.out.carried(length);
    return tunnel;
  }

  private static @Nullable Tunnel drop(PacketBatch batch, int i, Tally tally, DropReason reason) {
    batch.drop(i);
    tally.dropped(reason, 1);
    return null;
  }

  /** A dropped packet ends no run: sockets skip it. */
  private void sendRuns(PacketBatch batch) {
    int from = 0;
    OuterPort port = null;
    for (int i = 0; i < batch.size(); i++) {
      Tunnel tunnel = chosen[i];
      if (tunnel == null) {
        continue;
      }
      if (port != null && tunnel.port != port) {
        unrouted.dropped(DropReason.CONGESTION, port.send(batch, from, i));
        from = i;
      }
      port = tunnel.port;
    }
    if (port != null) {
      unrouted.dropped(DropReason.CONGESTION, port.send(batch, from, batch.size()));
    }
  }
}
