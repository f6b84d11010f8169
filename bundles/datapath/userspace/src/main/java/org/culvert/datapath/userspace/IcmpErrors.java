package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.culvert.api.netdev.PacketBatch;

/**
 * Builds ICMPv6 errors about packets that came from the device (RFC 4443 sections 2.4, 3.1, 3.2),
 * gathers them in a burst, and keeps them under a rate.
 *
 * <p>Confined to the device's thread.
 */
final class IcmpErrors {
  private static final int CAPACITY = 16;
  private static final int MAXIMUM = 1280;
  private static final int HEADER = 8;
  private static final int UNREACHABLE = 1;
  private static final int PACKET_TOO_BIG = 2;
  private static final long PER_SECOND = 200;
  private static final long BURST = 50;

  private final PacketBatch batch = new PacketBatch(CAPACITY, MAXIMUM);
  private final LongSupplier nanos;
  private double tokens = BURST;
  private long last;
  private boolean refilled;

  /** Takes a clock, which is read once a burst at most. */
  IcmpErrors(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /** Begins with an empty burst. */
  void begin() {
    batch.size(0);
    refilled = false;
  }

  PacketBatch batch() {
    return batch;
  }

  /** Says that a packet is larger than the tunnel's MTU. */
  void packetTooBig(PacketBatch from, int i, Tunnel tunnel) {
    add(from, i, PACKET_TOO_BIG, 0, tunnel.mtu, tunnel);
  }

  /** Says that no tunnel leads to a packet's destination, speaking from some tunnel's address. */
  void noRoute(PacketBatch from, int i, Tunnel speaker) {
    add(from, i, UNREACHABLE, 0, 0, speaker);
  }

  private void add(PacketBatch from, int i, int type, int code, int value, Tunnel speaker) {
    ByteBuffer packet = from.memory();
    int at = from.offset(i);
    if (batch.size() == CAPACITY || !mayBeAnswered(packet, at) || !withinRate()) {
      return;
    }
    int quoted = Math.min(from.length(i), MAXIMUM - Ipv6.HEADER - HEADER);
    int slot = batch.size();
    int to = batch.slot(slot);
    ByteBuffer error = batch.memory();
    error.putInt(to, 6 << 28);
    error.putShort(to + 4, (short) (HEADER + quoted));
    error.put(to + Ipv6.NEXT_HEADER, (byte) Ipv6.ICMPV6);
    error.put(to + 7, (byte) 64);
    error.putLong(to + Ipv6.SOURCE, speaker.localHigh);
    error.putLong(to + Ipv6.SOURCE + 8, speaker.localLow);
    error.putLong(to + Ipv6.DESTINATION, packet.getLong(at + Ipv6.SOURCE));
    error.putLong(to + Ipv6.DESTINATION + 8, packet.getLong(at + Ipv6.SOURCE + 8));
    int icmp = to + Ipv6.HEADER;
    error.put(icmp, (byte) type);
    error.put(icmp + 1, (byte) code);
    error.putShort(icmp + 2, (short) 0);
    error.putInt(icmp + 4, value);
    error.put(icmp + HEADER, packet, at, quoted);
    error.putShort(icmp + 2, checksum(error, to, HEADER + quoted));
    batch.packet(slot, to, Ipv6.HEADER + HEADER + quoted);
    batch.size(slot + 1);
  }

  /** No error about an error, and none to a source that is not one node (RFC 4443 section 2.4e). */
  private static boolean mayBeAnswered(ByteBuffer packet, int at) {
    boolean isError =
        packet.get(at + Ipv6.NEXT_HEADER) == Ipv6.ICMPV6 && packet.get(at + Ipv6.HEADER) >= 0;
    return !isError
        && !Ipv6.isMartian(packet.getLong(at + Ipv6.SOURCE), packet.getLong(at + Ipv6.SOURCE + 8));
  }

  private boolean withinRate() {
    if (!refilled) {
      long now = nanos.getAsLong();
      tokens = Math.min(BURST, tokens + (now - last) * PER_SECOND / 1e9);
      last = now;
      refilled = true;
    }
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** The sum of RFC 4443 section 2.3 over pseudo-header and message. */
  private static short checksum(ByteBuffer memory, int packet, int length) {
    long sum = length + Ipv6.ICMPV6;
    int end = packet + Ipv6.HEADER + length;
    int at = packet + Ipv6.SOURCE;
    for (; at + 1 < end; at += 2) {
      sum += memory.getShort(at) & 0xFFFF;
    }
    if (at < end) {
      sum += (memory.get(at) & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
