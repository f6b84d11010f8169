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
  static final Duration DEADLINE = Duration.ofSeconds(10);

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

  /** An ICMPv6 echo request with a right checksum. */
  static byte[] echoRequest(InetAddress from, InetAddress to, int payload) {
    ByteBuffer packet = ByteBuffer.allocate(48 + payload);
    packet.putInt(0x60000000).putShort((short) (8 + payload)).put((byte) 58).put((byte) 64);
    packet.put(from.getAddress()).put(to.getAddress());
    packet.put((byte) 128).put((byte) 0).putShort((short) 0).putInt(0x00070001);
    long sum = 58 + 8 + payload;
    for (int i = 8; i + 1 < packet.capacity(); i += 2) {
      sum += packet.getShort(i) & 0xFFFF;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    packet.putShort(42, (short) ~sum);
    return packet.array();
  }
}
