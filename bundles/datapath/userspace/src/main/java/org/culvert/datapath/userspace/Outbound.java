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
 *   <li>it fits the tunnel's MTU; else its sender is told, or, if it is IPv4 and allows it, it is
 *       cut
 *   <li>packets that follow one another to the same socket leave in one burst
 * </ol>
 *
 * From a device that is one tunnel's own, what routing protocols say on the link goes into that
 * tunnel as well.
 *
 * <p>Confined to the device's thread.
 */
final class Outbound {
  private final Tally unrouted;
  private final ErrorBurst errors;
  private final Icmpv4Errors icmpv4;
  private final Icmpv6Errors icmpv6;
  private final Fragments fragments;
  private final @Nullable Tunnel[] chosen;

  /** How many packets of the burst are to be cut. */
  private int cuts;

  /**
   * @param capacity packets of the largest burst
   * @param longest octets of the longest packet
   * @param nanos read once a burst at most
   */
  Outbound(int capacity, int longest, Tally unrouted, LongSupplier nanos) {
    this.errors = new ErrorBurst(nanos);
    this.icmpv4 = new Icmpv4Errors(errors);
    this.icmpv6 = new Icmpv6Errors(errors);
    this.fragments = new Fragments(longest);
    this.chosen = new Tunnel[capacity];
    this.unrouted = unrouted;
  }

  /** Sends a burst; returns the ICMP errors that go back into the device. */
  PacketBatch forward(PacketBatch batch, Routes routes) {
    errors.begin();
    cuts = 0;
    for (int i = 0; i < batch.size(); i++) {
      chosen[i] = choose(batch, i, routes);
    }
    sendRuns(batch);
    return errors.batch();
  }

  private @Nullable Tunnel choose(PacketBatch batch, int i, Routes routes) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    int length = Ipv6.wholeLength(memory, at, batch.length(i));
    if (length >= 0) {
      return chooseIpv6(batch, i, length, routes);
    }
    length = Ipv4.wholeLength(memory, at, batch.length(i));
    return length >= 0
        ? chooseIpv4(batch, i, length, routes.ipv4())
        : drop(batch, i, unrouted, DropReason.MALFORMED);
  }

  private @Nullable Tunnel chooseIpv6(PacketBatch batch, int i, int length, Routes routes) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    long sourceHigh = memory.getLong(at + Ipv6.SOURCE);
    long sourceLow = memory.getLong(at + Ipv6.SOURCE + 8);
    long high = memory.getLong(at + Ipv6.DESTINATION);
    long low = memory.getLong(at + Ipv6.DESTINATION + 8);
    if (Ipv6.isMartian(high, low) || Ipv6.isMartian(sourceHigh, sourceLow)) {
      return chooseOnLink(batch, i, length, routes.link());
    }
    batch.packet(i, at, length);
    Tunnel tunnel = routes.ipv6().find(high, low);
    if (tunnel == null) {
      Tunnel speaker = routes.ipv6().speaker();
      if (speaker != null) {
        icmpv6.noRoute(batch, i, speaker);
      }
      return drop(batch, i, unrouted, DropReason.NO_ROUTE);
    }
    if (!tunnel.local.isEmpty() && !tunnel.local.contains(sourceHigh, sourceLow)) {
      return drop(batch, i, tunnel.out, DropReason.INNER_SOURCE);
    }
    if (length > tunnel.mtu) {
      icmpv6.packetTooBig(batch, i, tunnel);
      return drop(batch, i, tunnel.out, DropReason.TOO_BIG);
    }
    return choose(batch, i, tunnel, length);
  }

  /** Decides on addresses that no tunnel may carry unless it is a link of its own. */
  private @Nullable Tunnel chooseOnLink(
      PacketBatch batch, int i, int length, @Nullable Tunnel link) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    if (link == null
        || !Ipv6.staysOnLink(memory.getLong(at + Ipv6.DESTINATION))
        || !Ipv6.isLinkTraffic(memory, at, length)) {
      return drop(batch, i, unrouted, DropReason.MARTIAN);
    }
    long high = memory.getLong(at + Ipv6.SOURCE);
    long low = memory.getLong(at + Ipv6.SOURCE + 8);
    boolean linkLocal = Ipv6.isLinkLocal(high);
    if (!linkLocal && Ipv6.isMartian(high, low)) {
      return drop(batch, i, unrouted, DropReason.MARTIAN);
    }
    boolean ours = linkLocal ? link.speaks : link.local.isEmpty() || link.local.contains(high, low);
    if (!ours) {
      return drop(batch, i, link.out, DropReason.INNER_SOURCE);
    }
    if (length > link.mtu) {
      return drop(batch, i, link.out, DropReason.TOO_BIG);
    }
    batch.packet(i, at, length);
    return choose(batch, i, link, length);
  }

  private @Nullable Tunnel chooseIpv4(PacketBatch batch, int i, int length, RoutingTable routes) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    long source = Ipv4.source(memory, at);
    long destination = Ipv4.destination(memory, at);
    if (Ipv4.isMartian(destination) || Ipv4.isMartian(source)) {
      return drop(batch, i, unrouted, DropReason.MARTIAN);
    }
    batch.packet(i, at, length);
    Tunnel tunnel = routes.find(0, destination);
    if (tunnel == null) {
      icmpv4.noRoute(batch, i);
      return drop(batch, i, unrouted, DropReason.NO_ROUTE);
    }
    if (!tunnel.local.isEmpty() && !tunnel.local.contains(0, source)) {
      return drop(batch, i, tunnel.out, DropReason.INNER_SOURCE);
    }
    if (length <= tunnel.mtu) {
      return choose(batch, i, tunnel, length);
    }
    if ((Ipv4.flags(memory, at) & Ipv4.DONT_FRAGMENT) != 0) {
      icmpv4.fragmentationNeeded(batch, i, tunnel);
      return drop(batch, i, tunnel.out, DropReason.TOO_BIG);
    }
    cuts++;
    return tunnel;
  }

  private static Tunnel choose(PacketBatch batch, int i, Tunnel tunnel, int length) {
    batch.peer(i, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    tunnel.out.carried(length);
    return tunnel;
  }

  private static @Nullable Tunnel drop(PacketBatch batch, int i, Tally tally, DropReason reason) {
    batch.drop(i);
    tally.dropped(reason, 1);
    return null;
  }

  /** A dropped packet ends no run: sockets skip it. One that must be cut ends it. */
  private void sendRuns(PacketBatch batch) {
    int from = 0;
    OuterPort port = null;
    for (int i = 0; i < batch.size(); i++) {
      Tunnel tunnel = chosen[i];
      if (tunnel == null) {
        continue;
      }
      boolean cut = cuts > 0 && batch.length(i) > tunnel.mtu;
      if (port != null && (cut || tunnel.port != port)) {
        unrouted.dropped(DropReason.CONGESTION, port.send(batch, from, i));
        from = i;
      }
      port = tunnel.port;
      if (cut) {
        unrouted.dropped(DropReason.CONGESTION, fragments.send(batch, i, tunnel));
        from = i + 1;
        port = null;
      }
    }
    if (port != null) {
      unrouted.dropped(DropReason.CONGESTION, port.send(batch, from, batch.size()));
    }
  }
}
