package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.tunnel.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * The way of a packet from the device to an outer socket.
 *
 * <ol>
 *   <li>the packet is whole, and neither address is one that no tunnel may carry
 *   <li>the longest prefix that holds its destination names the tunnel
 *   <li>its source is one that this end may send from
 *   <li>it has not been in tunnels too often, and may enter another
 *   <li>it fits the tunnel's MTU; else its sender is told, or, if it is IPv4 and allows it, it is
 *       cut
 *   <li>TCP that connects learns what the tunnel carries; the outer header gets the inner one's
 *       traffic class
 *   <li>packets that follow one another to the same socket leave in one burst; what the operating
 *       system refuses to send to its other end is counted at its tunnel
 * </ol>
 *
 * From a device that is one tunnel's own, what routing protocols say on the link goes into that
 * tunnel as well.
 *
 * <p>Confined to the device's thread.
 */
final class Outbound {
  private final Tally unrouted;

  /** Which bits of the traffic class are copied. */
  private final int copied;

  private final ErrorBurst errors;
  private final Icmpv4Errors icmpv4;
  private final Icmpv6Errors icmpv6;
  private final Fragments fragments;
  private final @Nullable Tunnel[] chosen;

  /** To how many octets each packet of the burst is to be cut; 0 if it is not. */
  private final int[] cutTo;

  /** Which packets may be cut outside, but need not be: their path carries more. */
  private final boolean[] carriedWhole;

  /**
   * @param capacity packets of the largest burst
   * @param longest octets of the longest packet
   * @param copied which bits of the traffic class the outer header gets
   * @param nanos read once a burst at most
   */
  Outbound(int capacity, int longest, int copied, Tally unrouted, LongSupplier nanos) {
    this.copied = copied;
    this.errors = new ErrorBurst(nanos);
    this.icmpv4 = new Icmpv4Errors(errors);
    this.icmpv6 = new Icmpv6Errors(errors);
    this.fragments = new Fragments(longest);
    this.chosen = new Tunnel[capacity];
    this.cutTo = new int[capacity];
    this.carriedWhole = new boolean[capacity];
    this.unrouted = unrouted;
  }

  /** Returns how many octets off the heap the path takes. */
  static long memory(int longest) {
    return ErrorBurst.MEMORY + Fragments.memory(longest);
  }

  /** Sends a burst; returns the ICMP errors that go back into the device. */
  PacketBatch forward(PacketBatch batch, Routes routes) {
    errors.begin();
    for (int i = 0; i < batch.size(); i++) {
      cutTo[i] = 0;
      carriedWhole[i] = false;
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
        ? chooseIpv4(batch, i, length, routes)
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
    long upper = UpperLayer.of(memory, at, length, false);
    if (Nested.mayBe(memory, at, length, upper, routes.own())
        && goesRound(batch, i, routes, routes.own().ipv6().contains(sourceHigh, sourceLow))) {
      return drop(batch, i, tunnel.out, DropReason.LOOP);
    }
    int limit = Nested.usedUp(memory, at, length);
    if (limit != Nested.NONE) {
      icmpv6.limitUsedUp(batch, i, tunnel, limit);
      return drop(batch, i, tunnel.out, DropReason.LOOP);
    }
    int mtu = tunnel.mtu();
    if (length <= mtu) {
      return choose(batch, i, tunnel, length, upper);
    }
    boolean own = sourceHigh == tunnel.localHigh && sourceLow == tunnel.localLow;
    if (own && Ipv6.isEchoReply(memory, at, length)) {
      return answer(batch, i, tunnel, length, upper);
    }
    icmpv6.packetTooBig(batch, i, tunnel, mtu);
    return drop(batch, i, tunnel.out, DropReason.TOO_BIG);
  }

  /**
   * Sends this host's answer to a large echo request, by which the other end finds out what the
   * path carries in its direction. In this one it may carry less, so the answer may be cut outside;
   * were this host told that it is too big, it would keep that in mind for all packets to the other
   * end.
   */
  private Tunnel answer(PacketBatch batch, int i, Tunnel tunnel, int length, long upper) {
    choose(batch, i, tunnel, length, upper);
    batch.whole(i, false);
    carriedWhole[i] = false;
    return tunnel;
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
    if (length > link.mtu()) {
      return drop(batch, i, link.out, DropReason.TOO_BIG);
    }
    batch.packet(i, at, length);
    return choose(batch, i, link, length, UpperLayer.of(memory, at, length, false));
  }

  private @Nullable Tunnel chooseIpv4(PacketBatch batch, int i, int length, Routes routes) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    long source = Ipv4.source(memory, at);
    long destination = Ipv4.destination(memory, at);
    if (Ipv4.isMartian(destination) || Ipv4.isMartian(source)) {
      return drop(batch, i, unrouted, DropReason.MARTIAN);
    }
    batch.packet(i, at, length);
    Tunnel tunnel = routes.ipv4().find(0, destination);
    if (tunnel == null) {
      icmpv4.noRoute(batch, i);
      return drop(batch, i, unrouted, DropReason.NO_ROUTE);
    }
    if (!tunnel.local.isEmpty() && !tunnel.local.contains(0, source)) {
      return drop(batch, i, tunnel.out, DropReason.INNER_SOURCE);
    }
    long upper = UpperLayer.of(memory, at, length, true);
    if (Nested.mayBe(memory, at, length, upper, routes.own())
        && goesRound(batch, i, routes, routes.own().ipv4().contains(0, source))) {
      return drop(batch, i, tunnel.out, DropReason.LOOP);
    }
    int mtu = tunnel.mtu();
    if (length <= mtu) {
      return choose(batch, i, tunnel, length, upper);
    }
    if ((Ipv4.flags(memory, at) & Ipv4.DONT_FRAGMENT) != 0) {
      icmpv4.fragmentationNeeded(batch, i, mtu);
      return drop(batch, i, tunnel.out, DropReason.TOO_BIG);
    }
    cutTo[i] = mtu;
    batch.trafficClass(i, TrafficClass.of(memory, at, true) & copied);
    return tunnel;
  }

  /**
   * Tells whether a packet has been in tunnels too often: one that this end packed itself comes
   * back, or too many are inside one another.
   */
  private static boolean goesRound(PacketBatch batch, int i, Routes routes, boolean fromOuter) {
    int depth = Nested.depth(batch.memory(), batch.offset(i), batch.length(i), routes.own());
    return depth > (fromOuter ? 0 : Nested.DEEPEST);
  }

  private Tunnel choose(PacketBatch batch, int i, Tunnel tunnel, int length, long upper) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    int mtu = tunnel.mtu();
    MaximumSegment.clamp(memory, at, length, tunnel.isIpv4, upper, mtu);
    batch.trafficClass(i, TrafficClass.of(memory, at, tunnel.isIpv4) & copied);
    batch.peer(i, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    batch.whole(i, length > tunnel.carriedAlways);
    carriedWhole[i] = mtu > tunnel.carriedAlways;
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
      boolean cut = cutTo[i] > 0;
      if (port != null && (cut || tunnel.port != port)) {
        send(port, batch, from, i);
        from = i;
      }
      port = tunnel.port;
      if (cut) {
        unrouted.dropped(DropReason.CONGESTION, fragments.send(batch, i, tunnel, cutTo[i]));
        from = i + 1;
        port = null;
      }
    }
    if (port != null) {
      send(port, batch, from, batch.size());
    }
  }

  /**
   * Sends a run to one socket. Where a packet in it must stay whole, all stay so whose path carries
   * more than 1280 octets, as RFC 4213 section 3.2.2 has it: a socket says of many packets at a
   * time whether they may be cut, and one burst a packet would cost half as much again. A run of
   * small ones may be cut: too little flows to notice that its path shrank.
   */
  private void send(OuterPort port, PacketBatch batch, int from, int to) {
    boolean whole = false;
    for (int i = from; i < to && !whole; i++) {
      whole = batch.length(i) > 0 && batch.isWhole(i);
    }
    for (int i = from; i < to && whole; i++) {
      batch.whole(i, batch.isWhole(i) || carriedWhole[i]);
    }
    int congested = port.send(batch, from, to);
    for (int i = from; i < to && congested > 0; i++) {
      Tunnel tunnel = chosen[i];
      if (tunnel != null && batch.refusal(i) != SendRefusal.NONE) {
        tunnel.countRefused(batch.length(i), batch.refusal(i));
        congested--;
      }
    }
    unrouted.dropped(DropReason.CONGESTION, congested);
  }
}
