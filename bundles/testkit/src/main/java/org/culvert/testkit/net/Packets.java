package org.culvert.testkit.net;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.culvert.api.net.IpAddresses;

/** Makes and reads IPv6 packets in arrays, checksums included. */
public final class Packets {
  /** The length of an IPv6 header. */
  public static final int HEADER = 40;

  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int ECHO_REQUEST = 128;
  private static final int ECHO_REPLY = 129;

  private Packets() {}

  /** Makes a packet with any next header and payload. */
  public static byte[] packet(
      InetAddress source, InetAddress destination, int nextHeader, byte[] payload) {
    return ByteBuffer.allocate(HEADER + payload.length)
        .putInt(6 << 28)
        .putShort((short) payload.length)
        .put((byte) nextHeader)
        .put((byte) 64)
        .put(source.getAddress())
        .put(destination.getAddress())
        .put(payload)
        .array();
  }

  /** Makes a UDP packet that is {@code length} octets long with all headers, at least 48. */
  public static byte[] udp(InetAddress source, InetAddress destination, int length) {
    ByteBuffer payload = ByteBuffer.allocate(length - HEADER);
    payload
        .putShort(0, (short) 1024)
        .putShort(2, (short) 9)
        .putShort(4, (short) payload.capacity());
    return withChecksum(packet(source, destination, UDP, payload.array()), 6);
  }

  /** Makes a UDP packet between addresses given as text. */
  public static byte[] udp(String source, String destination, int length) {
    return udp(IpAddresses.parse(source), IpAddresses.parse(destination), length);
  }

  /** Makes an echo request (RFC 4443 section 4.1). */
  public static byte[] echoRequest(InetAddress source, InetAddress destination, int sequence) {
    byte[] payload = new byte[16];
    payload[0] = (byte) ECHO_REQUEST;
    ByteBuffer.wrap(payload).putShort(6, (short) sequence);
    return withChecksum(packet(source, destination, ICMPV6, payload), 2);
  }

  /** Makes an echo request between addresses given as text. */
  public static byte[] echoRequest(String source, String destination, int sequence) {
    return echoRequest(IpAddresses.parse(source), IpAddresses.parse(destination), sequence);
  }

  /** Makes the reply to an echo request (RFC 4443 section 4.2). */
  public static byte[] echoReplyTo(byte[] request) {
    byte[] payload = Arrays.copyOfRange(request, HEADER, request.length);
    payload[0] = (byte) ECHO_REPLY;
    payload[2] = 0;
    payload[3] = 0;
    return withChecksum(packet(destination(request), source(request), ICMPV6, payload), 2);
  }

  /** Tells whether a packet is an echo request. */
  public static boolean isEchoRequest(byte[] packet) {
    return isIcmp(packet, ECHO_REQUEST);
  }

  /** Tells whether a packet is an echo reply. */
  public static boolean isEchoReply(byte[] packet) {
    return isIcmp(packet, ECHO_REPLY);
  }

  /** Tells whether a packet is an ICMPv6 message of this type. */
  public static boolean isIcmp(byte[] packet, int type) {
    return packet.length > HEADER
        && packet[0] >> 4 == 6
        && packet[6] == ICMPV6
        && (packet[HEADER] & 0xFF) == type;
  }

  /** Returns a packet's source. */
  public static InetAddress source(byte[] packet) {
    return IpAddresses.of(Arrays.copyOfRange(packet, 8, 24));
  }

  /** Returns a packet's destination. */
  public static InetAddress destination(byte[] packet) {
    return IpAddresses.of(Arrays.copyOfRange(packet, 24, 40));
  }

  /** Tells whether the checksum of an ICMPv6 or UDP packet is right. */
  public static boolean isChecksumRight(byte[] packet) {
    return sum(packet) == 0xFFFF;
  }

  private static byte[] withChecksum(byte[] packet, int field) {
    ByteBuffer.wrap(packet).putShort(HEADER + field, (short) ~sum(packet));
    return packet;
  }

  /** The one's complement sum over pseudo-header and payload (RFC 8200 section 8.1). */
  private static int sum(byte[] packet) {
    long sum = packet.length - HEADER + packet[6];
    for (int i = 8; i < packet.length; i++) {
      sum += (packet[i] & 0xFFL) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (int) sum;
  }
}
