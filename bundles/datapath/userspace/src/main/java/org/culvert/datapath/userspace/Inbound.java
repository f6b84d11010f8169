package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * The way of a packet from an outer socket to the device.
 *
 * <ol>
 *   <li>the outer source is exactly a tunnel's other end
 *   <li>the packet is whole, and of the tunnel's inner version
 *   <li>it has a hop left
 *   <li>neither inner address is one that no tunnel may carry
 *   <li>it is no tunnel's packet to this end, which would be unpacked twice
 *   <li>the inner source lies in what was assigned to the tunnel
 *   <li>a mark of congestion outside is brought in; who would not understand it loses the packet
 *   <li>TCP that connects learns what the tunnel carries; a checksum that was left to a card is
 *       completed
 * </ol>
 *
 * On a tunnel that is a link of its own, what routing protocols say from one link-local address to
 * another, or to a multicast group of the link, passes as well, and so does what comes to them from
 * a source that was assigned. It comes out of that tunnel's own device, which it cannot leave.
 *
 * <p>Whatever fails is dropped and counted, and nothing is answered: an answer would tell a forger
 * what to forge (RFC 4213 section 5). The hop limit is left to the operating system, which counts
 * the tunnel as the one hop that it is when it forwards the packet.
 */
final class Inbound {

  private Inbound() {}

  /** Examines a burst, and tells whose each packet is; what may not pass is dropped from it. */
  static void examine(
      PacketBatch batch,
      KeyTable<Tunnel> endpoints,
      OwnAddresses own,
      Tally strangers,
      @Nullable Tunnel[] whose) {
    for (int i = 0; i < batch.size(); i++) {
      whose[i] = examine(batch, i, endpoints, own, strangers);
    }
  }

  private static @Nullable Tunnel examine(
      PacketBatch batch, int i, KeyTable<Tunnel> endpoints, OwnAddresses own, Tally strangers) {
    Tunnel tunnel = endpoints.get(batch.peerHigh(i), batch.peerLow(i), batch.peerPort(i));
    if (tunnel == null) {
      batch.drop(i);
      strangers.dropped(DropReason.UNKNOWN_OUTER_SOURCE, 1);
    } else if (tunnel.isIpv4) {
      examineIpv4(batch, i, tunnel, own);
    } else {
      examineIpv6(batch, i, tunnel, own);
    }
    return tunnel;
  }

  private static void examineIpv4(PacketBatch batch, int i, Tunnel tunnel, OwnAddresses own) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    int length = Ipv4.wholeLength(memory, at, batch.length(i));
    if (length < 0) {
      drop(batch, i, tunnel, DropReason.MALFORMED);
      return;
    }
    if (Ipv4.timeToLive(memory, at) == 0) {
      drop(batch, i, tunnel, DropReason.HOP_LIMIT);
      return;
    }
    long source = Ipv4.source(memory, at);
    long destination = Ipv4.destination(memory, at);
    if (Ipv4.isMartian(source)
        || Ipv4.isMartian(destination)
        || isOurs(tunnel, own.ipv4(), 0, source)) {
      drop(batch, i, tunnel, DropReason.MARTIAN);
      return;
    }
    if (own.ipv4().contains(0, destination)
        && Nested.inner(memory, at, at + length, own) != Nested.NONE) {
      drop(batch, i, tunnel, DropReason.LOOP);
      return;
    }
    admit(batch, i, tunnel, length, 0, source);
  }

  private static void examineIpv6(PacketBatch batch, int i, Tunnel tunnel, OwnAddresses own) {
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
    long sourceHigh = memory.getLong(at + Ipv6.SOURCE);
    long sourceLow = memory.getLong(at + Ipv6.SOURCE + 8);
    long high = memory.getLong(at + Ipv6.DESTINATION);
    long low = memory.getLong(at + Ipv6.DESTINATION + 8);
    if (Ipv6.isMartian(sourceHigh, sourceLow) || Ipv6.isMartian(high, low)) {
      examineOnLink(batch, i, tunnel, own.ipv6(), length);
      return;
    }
    if (isOurs(tunnel, own.ipv6(), sourceHigh, sourceLow)) {
      drop(batch, i, tunnel, DropReason.MARTIAN);
      return;
    }
    if (own.ipv6().contains(high, low)
        && Nested.inner(memory, at, at + length, own) != Nested.NONE) {
      drop(batch, i, tunnel, DropReason.LOOP);
      return;
    }
    admit(batch, i, tunnel, length, sourceHigh, sourceLow);
  }

  /** Decides on addresses that no tunnel may carry unless it is a link of its own. */
  private static void examineOnLink(
      PacketBatch batch, int i, Tunnel tunnel, PrefixSet own, int length) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    if (!tunnel.isLink
        || !Ipv6.staysOnLink(memory.getLong(at + Ipv6.DESTINATION))
        || !Ipv6.isLinkTraffic(memory, at, length)) {
      drop(batch, i, tunnel, DropReason.MARTIAN);
      return;
    }
    long high = memory.getLong(at + Ipv6.SOURCE);
    long low = memory.getLong(at + Ipv6.SOURCE + 8);
    if (Ipv6.isLinkLocal(high)) {
      pass(batch, i, tunnel, length);
    } else if (Ipv6.isMartian(high, low) || isOurs(tunnel, own, high, low)) {
      drop(batch, i, tunnel, DropReason.MARTIAN);
    } else {
      admit(batch, i, tunnel, length, high, low);
    }
  }

  private static void admit(
      PacketBatch batch, int i, Tunnel tunnel, int length, long high, long low) {
    if (!tunnel.remote.contains(high, low)) {
      drop(batch, i, tunnel, DropReason.INNER_SOURCE);
      return;
    }
    pass(batch, i, tunnel, length);
  }

  private static void pass(PacketBatch batch, int i, Tunnel tunnel, int length) {
    ByteBuffer memory = batch.memory();
    int at = batch.offset(i);
    boolean ipv4 = tunnel.isIpv4;
    if (!TrafficClass.bringIn(memory, at, ipv4, batch.trafficClass(i))) {
      drop(batch, i, tunnel, DropReason.CONGESTION_MARK);
      return;
    }
    batch.packet(i, at, length);
    long upper = UpperLayer.of(memory, at, length, ipv4);
    // What was merged is taken apart later, and completed then.
    if (length <= Tunnel.CARRIED_BY_ALL || UpperLayer.protocol(upper) != UpperLayer.TCP) {
      Offloaded.complete(memory, at, length, ipv4, upper);
    }
    MaximumSegment.clamp(memory, at, length, ipv4, upper, tunnel.mtu());
    tunnel.in.carried(length);
  }

  /** A packet from outside that claims to come from this end is forged. */
  private static boolean isOurs(Tunnel tunnel, PrefixSet own, long high, long low) {
    return (high == tunnel.localHigh && low == tunnel.localLow)
        || tunnel.local.contains(high, low)
        || own.contains(high, low);
  }

  private static void drop(PacketBatch batch, int i, Tunnel tunnel, DropReason reason) {
    batch.drop(i);
    tunnel.in.dropped(reason, 1);
  }
}
