package org.culvert.datapath.userspace;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;

/** Makes ICMP errors as routers write them, and the packets that they quote. */
final class ReportSamples {
  static final int UNREACHABLE = 3;
  static final int UNREACHABLE_6 = 1;
  static final int TOO_BIG_6 = 2;

  private ReportSamples() {}

  /** An ICMP message. */
  static byte[] message(int type, int code, int mtu, byte[] quoted) {
    ByteBuffer message = ByteBuffer.allocate(8 + quoted.length);
    message.put((byte) type).put((byte) code).putShort((short) 0).putInt(mtu).put(quoted);
    message.putShort(2, InternetChecksum.of(message, 0, message.capacity(), 0));
    return message.array();
  }

  /** An ICMPv6 message, whose checksum the kernel has verified. */
  static byte[] message6(int type, int mtu, byte[] quoted) {
    return ByteBuffer.allocate(8 + quoted.length)
        .putInt(type << 24)
        .putInt(mtu)
        .put(quoted)
        .array();
  }

  /** The outer packet of a tunnel of type v6udpv4. */
  static byte[] udp4(InetSocketAddress from, InetSocketAddress to, byte[] inner) {
    byte[] datagram =
        ByteBuffer.allocate(8 + inner.length)
            .putShort((short) from.getPort())
            .putShort((short) to.getPort())
            .putShort((short) (8 + inner.length))
            .putShort((short) 0)
            .put(inner)
            .array();
    return Ipv4Packets.packet(from.getAddress(), to.getAddress(), 17, datagram);
  }

  /** The outer packet of a tunnel of type v4v6. */
  static byte[] outer6(InetSocketAddress from, InetSocketAddress to, byte[] inner) {
    return Packets.packet(from.getAddress(), to.getAddress(), 4, inner);
  }

  static byte[] changed(byte[] packet, int at, int octet) {
    byte[] changed = packet.clone();
    changed[at] = (byte) octet;
    return changed;
  }
}
