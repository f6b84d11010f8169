package org.culvert.netdev.linux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;

/** Makes and reads packets in batches. */
final class Packets {
  static final Duration DEADLINE = Duration.ofSeconds(60);

  private Packets() {}

  static PacketBatch batch() {
    return new PacketBatch(16, 2048);
  }

  static void put(PacketBatch batch, byte[] packet, InetSocketAddress peer) {
    int i = batch.size();
    batch.size(i + 1);
    batch.memory().put(batch.slot(i), packet);
    batch.packet(i, batch.slot(i), packet.length);
    InetAddress address = peer.getAddress();
    batch.peer(i, PacketBatch.high(address), PacketBatch.low(address), peer.getPort());
  }

  static byte[] octets(PacketBatch batch, int i) {
    byte[] octets = new byte[batch.length(i)];
    batch.memory().get(batch.offset(i), octets);
    return octets;
  }

  /** Receives until there are so many packets. */
  static List<byte[]> receive(OuterSocket socket, int count) throws Exception {
    PacketBatch batch = batch();
    List<byte[]> packets = new ArrayList<>();
    while (packets.size() < count && socket.receive(batch)) {
      for (int i = 0; i < batch.size(); i++) {
        packets.add(octets(batch, i));
      }
    }
    return packets;
  }

  /** A TCP segment without data that announces a maximum segment size. */
  static byte[] tcp(
      InetAddress from,
      InetAddress to,
      int port,
      int sequence,
      int acknowledged,
      int flags,
      int announced) {
    ByteBuffer packet = ByteBuffer.allocate(64);
    packet.putInt(0x60000000).putShort((short) 24).put((byte) 6).put((byte) 64);
    packet.put(from.getAddress()).put(to.getAddress());
    packet.putShort((short) 1024).putShort((short) port);
    packet.putInt(sequence).putInt(acknowledged);
    packet.put((byte) 0x60).put((byte) flags).putShort((short) 8_000).putInt(0);
    packet.put((byte) 2).put((byte) 4).putShort((short) announced);
    packet.putShort(56, checksum(packet, 6 + 24));
    return packet.array();
  }

  /** An ICMPv6 echo request with a right checksum. */
  static byte[] echoRequest(InetAddress from, InetAddress to, int payload) {
    return icmp(
        from, to, 64, ByteBuffer.allocate(8 + payload).putInt(128 << 24).putInt(0x00070001));
  }

  /** A packet of ICMPv6 with a right checksum. */
  static byte[] icmp(InetAddress from, InetAddress to, int hopLimit, ByteBuffer message) {
    ByteBuffer packet = ByteBuffer.allocate(40 + message.capacity());
    packet.putInt(0x60000000).putShort((short) message.capacity());
    packet.put((byte) 58).put((byte) hopLimit);
    packet.put(from.getAddress()).put(to.getAddress()).put(message.array());
    packet.putShort(42, checksum(packet, 58 + message.capacity()));
    return packet.array();
  }

  private static short checksum(ByteBuffer packet, int pseudoHeader) {
    long sum = pseudoHeader;
    for (int i = 8; i + 1 < packet.capacity(); i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
