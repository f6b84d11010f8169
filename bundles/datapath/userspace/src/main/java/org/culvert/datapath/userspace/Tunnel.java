package org.culvert.datapath.userspace;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;

/** A tunnel with all that a packet needs of it as numbers. */
final class Tunnel {
  /**
   * What every tunnel carries in octets, cut outside if need be; what is longer stays whole (RFC
   * 4213 section 3.2.2).
   */
  static final int CARRIED_BY_ALL = 1280;

  final CarriedTunnel carried;
  final OuterPort port;

  /** Where packets come from and go to inside. */
  final Device device;

  /**
   * Whether link-local and multicast packets of routing protocols, which are all of IPv6, pass on
   * its own device.
   */
  final boolean isLink;

  /** Whether packets inside are IPv4; else they are IPv6. */
  final boolean isIpv4;

  /** Whether this end may send from its own address; a client that has not accepted may not. */
  final boolean speaks;

  /**
   * What this one carries on every path: IPv4 over IPv6, where nobody on the way cuts, gets what is
   * left of 1280 octets (RFC 2473 section 7.2).
   */
  final int carriedAlways;

  final PrefixSet remote;
  final PrefixSet local;
  final long localHigh;
  final long localLow;
  final long peerHigh;
  final long peerLow;
  final int peerPort;

  /** Changes while packets are being moved. */
  private volatile int mtu;

  /** Written by the thread of the outer port. */
  final Tally in;

  /**
   * Written by the thread of the device. While a tunnel moves to another device, the threads of
   * both may write: a count can be lost then, a packet cannot.
   */
  final Tally out;

  /** Why the operating system last refused to send a packet of this tunnel's; any thread writes. */
  private volatile SendRefusal refusal = SendRefusal.NONE;

  /** What any thread injects, apart from what the device's thread counts alone. */
  private final Injected injected;

  /** Counted together by any thread. */
  private record Injected(AtomicLong packets, AtomicLong octets, AtomicLong refused) {
    Injected() {
      this(new AtomicLong(), new AtomicLong(), new AtomicLong());
    }
  }

  /** Opens a tunnel with counters of its own, on the device that those of a port share. */
  Tunnel(CarriedTunnel carried, OuterPort port) {
    this(carried, port, port.device());
  }

  /** Opens a tunnel with counters of its own. */
  Tunnel(CarriedTunnel carried, OuterPort port, Device device) {
    this(carried, port, device, new Tally(), new Tally(), new Injected());
  }

  /** Opens a tunnel that goes on counting where an earlier one of the same id stopped. */
  Tunnel(CarriedTunnel carried, OuterPort port, Device device, Tunnel earlier) {
    this(carried, port, device, earlier.in, earlier.out, earlier.injected);
  }

  private Tunnel(
      CarriedTunnel carried,
      OuterPort port,
      Device device,
      Tally in,
      Tally out,
      Injected injected) {
    this.carried = carried;
    this.port = port;
    this.device = device;
    this.isIpv4 = carried.wire().inner() == IpVersion.IPV4;
    this.carriedAlways =
        isIpv4 && carried.wire().outer() == IpVersion.IPV6
            ? CARRIED_BY_ALL - carried.wire().overhead()
            : CARRIED_BY_ALL;
    this.isLink = carried.ownLink() && !isIpv4;
    this.remote = new PrefixSet(carried.remotePrefixes());
    this.local = new PrefixSet(carried.localPrefixes());
    this.localHigh = PacketBatch.high(carried.localAddress());
    this.localLow = PacketBatch.low(carried.localAddress());
    this.speaks = local.isEmpty() || local.contains(localHigh, localLow);
    this.peerHigh = PacketBatch.high(carried.outer().remote().getAddress());
    this.peerLow = PacketBatch.low(carried.outer().remote().getAddress());
    this.peerPort = carried.outer().remote().getPort();
    this.mtu = carried.mtu();
    this.in = in;
    this.out = out;
    this.injected = injected;
  }

  /** Returns the longest packet that may be inside, in octets, as it is now. */
  int mtu() {
    return mtu;
  }

  void mtu(int octets) {
    mtu = octets;
  }

  void countInjected(int octets) {
    injected.packets.incrementAndGet();
    injected.octets.addAndGet(octets);
  }

  /** Counts a packet that the operating system refused to send; on the device's thread. */
  void countRefused(int octets, SendRefusal why) {
    out.refused(octets);
    refusal = why;
  }

  /** Counts an injected packet that the operating system refused to send; on any thread. */
  void countInjectionRefused(SendRefusal why) {
    injected.refused.incrementAndGet();
    refusal = why;
  }

  /** Returns why the operating system last refused to send a packet. */
  SendRefusal refusal() {
    return refusal;
  }

  TunnelCounters counters() {
    Map<DropReason, Long> drops = Tally.sum(in, out);
    long refused = injected.refused.get();
    if (refused > 0) {
      drops.merge(DropReason.OUTER_REFUSED, refused, Long::sum);
    }
    return new TunnelCounters(
        in.packets(),
        in.octets(),
        out.packets() + injected.packets.get(),
        out.octets() + injected.octets.get(),
        drops);
  }
}
