package org.culvert.datapath.userspace;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;

/** Makes and reads packets with TCP inside, checksums included. */
final class TcpSamples {
  static final int SYN = 0x02;
  static final int ACK = 0x10;
  static final int TCP = 6;
  static final int HEADER = 20;
  static final byte[] MSS_1460 = {2, 4, 0x05, (byte) 0xB4};

  private TcpSamples() {}

  static byte[] packet(String source, String destination, int flags, byte[] options, byte[] data) {
    InetAddress from = IpAddresses.parse(source);
    InetAddress to = IpAddresses.parse(destination);
    byte[] segment = segment(1_000, flags, options, data);
    byte[] packet =
        from.getAddress().length == 4
            ? Ipv4Packets.packet(from, to, TCP, segment)
            : Packets.packet(from, to, TCP, segment);
    return withChecksum(packet);
  }

  /** Connects; its options are those given, padded to whole words. */
  static byte[] syn(String source, String destination, int flags, byte... options) {
    return packet(source, destination, flags, options, new byte[0]);
  }

  static byte[] segment(int sequence, int flags, byte[] options, byte[] data) {
    int header = HEADER + (options.length + 3) / 4 * 4;
    return ByteBuffer.allocate(header + data.length)
        .putShort((short) 1024)
        .putShort((short) 80)
        .putInt(sequence)
        .putInt(7)
        .put((byte) (header / 4 << 4))
        .put((byte) flags)
        .putShort((short) 8_000)
        .putInt(0)
        .put(options)
        .put(header, data)
        .array();
  }

  /** Puts the right checksum into a packet whose TCP follows its fixed IP header. */
  static byte[] withChecksum(byte[] packet) {
    ByteBuffer memory = ByteBuffer.wrap(packet);
    memory.putShort(tcp(packet) + 16, (short) 0);
    memory.putShort(tcp(packet) + 16, (short) ~sum(packet));
    return packet;
  }

  /** Leaves the checksum to a card, as a kernel does: the pseudo-header's sum alone. */
  static byte[] withoutChecksum(byte[] packet) {
    ByteBuffer memory = ByteBuffer.wrap(packet);
    byte[] header = packet.clone();
    Arrays.fill(header, tcp(packet), header.length, (byte) 0);
    memory.putShort(tcp(packet) + 16, (short) sum(header));
    return packet;
  }

  static boolean isChecksumRight(byte[] packet) {
    return sum(packet) == 0xFFFF;
  }

  static int tcp(byte[] packet) {
    return packet[0] >> 4 == 4 ? Ipv4Packets.HEADER : Packets.HEADER;
  }

  /** Returns the maximum segment size that stands at an offset into the options. */
  static int announced(byte[] packet, int at) {
    return ByteBuffer.wrap(packet).getShort(tcp(packet) + HEADER + at) & 0xFFFF;
  }

  /** Adds word by word, apart from the code under test. */
  private static int sum(byte[] packet) {
    int from = tcp(packet);
    long sum = TCP + packet.length - from;
    int addresses = packet[0] >> 4 == 4 ? 12 : 8;
    for (int i = addresses; i < packet.length; i++) {
      sum += (packet[i] & 0xFFL) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (int) sum;
  }
}
