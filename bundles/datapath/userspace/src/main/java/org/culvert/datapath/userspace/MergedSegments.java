package org.culvert.datapath.userspace;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;

/**
 * Takes TCP segments apart that a kernel merged on their way to a raw socket (GRO), as it would do
 * itself before it passed them on.
 *
 * <p>How long they were is not told. They become as long as every path through a tunnel carries.
 *
 * <p>Confined to the thread of the outer port.
 */
final class MergedSegments {
  private static final int CAPACITY = 16;
  private static final int LONGEST = Tunnel.CARRIED_BY_ALL;

  private static final int SEQUENCE = 4;
  private static final int DATA_OFFSET = 12;
  private static final int FLAGS = 13;
  private static final int CHECKSUM = 16;

  /** They end what is sent, so the last segment has them. */
  private static final int FIN_PSH = 0x01 | 0x08;

  /** It tells once that the sender slowed down, so the first segment has it. */
  private static final int CWR = 0x80;

  private static final int IPV4_IDENTIFICATION = 4;
  private static final int IPV6_PAYLOAD_LENGTH = 4;

  private final PacketBatch batch = new PacketBatch(CAPACITY, LONGEST);

  /** Tells whether packet {@code i}, which holds one whole packet, has to be taken apart. */
  static boolean areIn(PacketBatch packets, int i, boolean ipv4) {
    return packets.length(i) > LONGEST
        && Offloaded.isTcp(packets.memory(), packets.offset(i), packets.length(i), ipv4);
  }

  /** Hands the segments of packet {@code i} to a tunnel's device. */
  void send(PacketBatch packets, int i, Tunnel tunnel) {
    ByteBuffer packet = packets.memory();
    int at = packets.offset(i);
    int length = packets.length(i);
    long upper = UpperLayer.of(packet, at, length, tunnel.isIpv4);
    int tcp = UpperLayer.offset(upper);
    int headers = tcp + (packet.get(at + tcp + DATA_OFFSET) >> 4 & 0xF) * 4;
    int room = LONGEST - headers;
    batch.size(0);
    // Headers that leave no room are nobody's: they go on whole, and are answered by who forwards.
    if (room <= 0 || headers >= length) {
      Offloaded.complete(packet, at, length, tunnel.isIpv4, upper);
      tunnel.device.send(packets, i, i + 1);
      return;
    }
    int number = 0;
    for (int from = headers; from < length; from += room) {
      if (batch.size() == CAPACITY) {
        tunnel.device.send(batch);
        batch.size(0);
      }
      int octets = Math.min(room, length - from);
      ByteBuffer memory = batch.memory();
      int to = batch.slot(batch.size());
      memory.put(to, packet, at, headers);
      memory.put(to + headers, packet, at + from, octets);
      int segment = to + tcp;
      memory.putInt(segment + SEQUENCE, memory.getInt(segment + SEQUENCE) + from - headers);
      int flags = memory.get(segment + FLAGS);
      flags &= from + octets < length ? ~FIN_PSH : ~0;
      flags &= from > headers ? ~CWR : ~0;
      memory.put(segment + FLAGS, (byte) flags);
      finish(memory, to, tcp, headers + octets, number, tunnel.isIpv4);
      batch.packet(batch.size(), to, headers + octets);
      batch.size(batch.size() + 1);
      number++;
    }
    tunnel.device.send(batch);
  }

  private static void finish(
      ByteBuffer memory, int packet, int tcp, int length, int number, boolean ipv4) {
    if (ipv4) {
      int header = Ipv4.headerLength(memory, packet);
      int identification = memory.getShort(packet + IPV4_IDENTIFICATION) + number;
      memory.putShort(packet + IPV4_IDENTIFICATION, (short) identification);
      memory.putShort(packet + Ipv4.TOTAL_LENGTH, (short) length);
      memory.putShort(packet + Ipv4.CHECKSUM, (short) 0);
      memory.putShort(
          packet + Ipv4.CHECKSUM, InternetChecksum.of(memory, packet, packet + header, 0));
    } else {
      memory.putShort(packet + IPV6_PAYLOAD_LENGTH, (short) (length - Ipv6.HEADER));
    }
    int sum = Offloaded.pseudoHeader(memory, packet, ipv4, UpperLayer.TCP, length - tcp);
    memory.putShort(packet + tcp + CHECKSUM, (short) sum);
    memory.putShort(
        packet + tcp + CHECKSUM, InternetChecksum.of(memory, packet + tcp, packet + length, 0));
  }
}
