package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;

/**
 * Cuts IPv4 packets that are larger than their tunnel's MTU, and may be cut, into fragments (RFC
 * 791 section 3.2).
 *
 * <p>Confined to the device's thread.
 */
final class Fragments {
  private static final int CAPACITY = 8;

  /** Offsets count blocks of eight octets. */
  private static final int BLOCK = 8;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int COPIED = 0x80;

  private final PacketBatch batch;

  /** Makes room for fragments as long as the longest packet. */
  Fragments(int longest) {
    this.batch = new PacketBatch(CAPACITY, longest);
  }

  /** Returns how many octets off the heap they take. */
  static long memory(int longest) {
    return (long) CAPACITY * longest;
  }

  /**
   * Sends packet {@code i}, which holds one whole packet, in pieces into a tunnel.
   *
   * @param mtu octets of the longest piece
   * @return how many pieces there was no room for
   */
  int send(PacketBatch packets, int i, Tunnel tunnel, int mtu) {
    ByteBuffer packet = packets.memory();
    int at = packets.offset(i);
    int header = Ipv4.headerLength(packet, at);
    int end = at + packets.length(i);
    int room = (mtu - header) / BLOCK * BLOCK;
    int flags = Ipv4.flags(packet, at);
    // What the largest is sent as, all are: so they leave in one burst.
    boolean whole = header + room > tunnel.carriedAlways;
    int lost = 0;
    batch.size(0);
    for (int from = at + header; from < end; from += room) {
      if (batch.size() == CAPACITY) {
        lost += send(tunnel);
        batch.size(0);
      }
      int length = Math.min(room, end - from);
      boolean first = from == at + header;
      int more = from + length < end ? Ipv4.MORE_FRAGMENTS : flags & Ipv4.MORE_FRAGMENTS;
      int offset = (flags & Ipv4.OFFSET) + (from - at - header) / BLOCK;
      ByteBuffer fragment = batch.memory();
      int to = batch.slot(batch.size());
      fragment.put(to, packet, at, header);
      if (!first) {
        blankOptions(fragment, to + Ipv4.HEADER, to + header);
      }
      fragment.putShort(to + Ipv4.TOTAL_LENGTH, (short) (header + length));
      fragment.putShort(to + Ipv4.FLAGS, (short) (more | offset));
      fragment.putShort(to + Ipv4.CHECKSUM, (short) 0);
      fragment.putShort(to + Ipv4.CHECKSUM, InternetChecksum.of(fragment, to, to + header, 0));
      fragment.put(to + header, packet, from, length);
      add(to, header + length, packets.trafficClass(i), tunnel, whole);
    }
    return lost + send(tunnel);
  }

  /** Sends what there is; returns how many there was no room for. */
  private int send(Tunnel tunnel) {
    int lost = tunnel.port.send(batch, 0, batch.size());
    for (int i = 0; i < batch.size() && lost > 0; i++) {
      if (batch.refusal(i) != SendRefusal.NONE) {
        tunnel.countRefused(batch.length(i), batch.refusal(i));
        lost--;
      }
    }
    return lost;
  }

  private void add(int at, int length, int trafficClass, Tunnel tunnel, boolean whole) {
    int slot = batch.size();
    batch.packet(slot, at, length);
    batch.peer(slot, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    batch.trafficClass(slot, trafficClass);
    batch.whole(slot, whole);
    batch.size(slot + 1);
    tunnel.out.carried(length);
  }

  /** Options without the copied flag stand in the first fragment only. */
  private static void blankOptions(ByteBuffer memory, int from, int to) {
    int at = from;
    while (at < to && memory.get(at) != END_OF_OPTIONS) {
      int option = memory.get(at);
      int length = option == NO_OPERATION || at + 1 == to ? 1 : memory.get(at + 1) & 0xFF;
      int next = Math.min(to, at + Math.max(1, length));
      if ((option & COPIED) == 0) {
        for (; at < next; at++) {
          memory.put(at, (byte) NO_OPERATION);
        }
      }
      at = next;
    }
  }
}
