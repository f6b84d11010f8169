package org.culvert.testkit.net;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.culvert.api.net.IpAddresses;

/** Makes and reads IPv4 packets without options in arrays, checksums included. */
public final class Ipv4Packets {
  /** The length of an IPv4 header without options. */
  public static final int HEADER = 20;

  /** The flag that forbids routers to cut a packet. */
  public static final int DONT_FRAGMENT = 0x4000;

  /** The flag of all fragments but the last. */
  public static final int MORE_FRAGMENTS = 0x2000;

  private static final int ICMP = 1;
  private static final int UDP = 17;
  private static final int ECHO_REQUEST = 8;
  private static final int ECHO_REPLY = 0;

  private Ipv4Packets() {}

  /** Makes a packet with any protocol and payload, which may be cut. */
  public static byte[] packet(
      InetAddress source, InetAddress destination, int protocol, byte[] payload) {
    byte[] packet =
        ByteBuffer.allocate(HEADER + payload.length)
            .putShort((short) 0x4500)
            .putShort((short) (HEADER + payload.length))
            .putShort((short) 0x1234)
            .putShort((short) 0)
            .put((byte) 64)
            .put((byte) protocol)
            .putShort((short) 0)
            .put(source.getAddress())
            .put(destination.getAddress())
            .put(payload)
            .array();
    return withHeaderChecksum(packet);
  }

  /** Makes a UDP packet that is {@code length} octets long with all headers, at least 28. */
  public static byte[] udp(String source, String destination, int length) {
    ByteBuffer payload = ByteBuffer.allocate(length - HEADER);
    payload
        .putShort(0, (short) 1024)
        .putShort(2, (short) 9)
        .putShort(4, (short) payload.capacity());
    for (int i = 8; i < payload.capacity(); i++) {
      payload.put(i, (byte) i);
    }
    // A checksum of zero says that there is none (RFC 768).
    return packet(IpAddresses.parse(source), IpAddresses.parse(destination), UDP, payload.array());
  }

  /** Makes an echo request (RFC 792). */
  public static byte[] echoRequest(String source, String destination, int sequence) {
    byte[] message = new byte[16];
    message[0] = ECHO_REQUEST;
    ByteBuffer.wrap(message).putShort(6, (short) sequence);
    return icmp(IpAddresses.parse(source), IpAddresses.parse(destination), message);
  }

  /** Makes the reply to an echo request. */
  public static byte[] echoReplyTo(byte[] request) {
    byte[] message = Arrays.copyOfRange(request, HEADER, request.length);
    message[0] = ECHO_REPLY;
    return icmp(destination(request), source(request), message);
  }

  /** Makes an ICMP packet with its checksum. */
  public static byte[] icmp(InetAddress source, InetAddress destination, byte[] message) {
    byte[] summed = message.clone();
    summed[2] = 0;
    summed[3] = 0;
    ByteBuffer.wrap(summed).putShort(2, (short) ~sum(summed, 0, summed.length));
    return packet(source, destination, ICMP, summed);
  }

  /** Returns a packet with other flags and fragment offset. */
  public static byte[] withFlags(byte[] packet, int flagsAndOffset) {
    byte[] changed = packet.clone();
    ByteBuffer.wrap(changed).putShort(6, (short) flagsAndOffset);
    return withHeaderChecksum(changed);
  }

  /** Tells whether a packet is IPv4. */
  public static boolean isIpv4(byte[] packet) {
    return packet.length >= HEADER && packet[0] >> 4 == 4;
  }

  /** Tells whether a packet is an echo request. */
  public static boolean isEchoRequest(byte[] packet) {
    return isIcmp(packet, ECHO_REQUEST);
  }

  /** Tells whether a packet is an echo reply. */
  public static boolean isEchoReply(byte[] packet) {
    return isIcmp(packet, ECHO_REPLY);
  }

  /** Tells whether a packet is an ICMP message of this type. */
  public static boolean isIcmp(byte[] packet, int type) {
    return packet.length > HEADER
        && isIpv4(packet)
        && packet[9] == ICMP
        && (packet[HEADER] & 0xFF) == type;
  }

  /** Returns a packet's source. */
  public static InetAddress source(byte[] packet) {
    return IpAddresses.of(Arrays.copyOfRange(packet, 12, 16));
  }

  /** Returns a packet's destination. */
  public static InetAddress destination(byte[] packet) {
    return IpAddresses.of(Arrays.copyOfRange(packet, 16, 20));
  }

  /** Tells whether the header's checksum is right, and that of the message if it is ICMP. */
  public static boolean isChecksumRight(byte[] packet) {
    int header = (packet[0] & 0xF) * 4;
    return sum(packet, 0, header) == 0xFFFF
        && (packet[9] != ICMP || sum(packet, header, packet.length) == 0xFFFF);
  }

  private static byte[] withHeaderChecksum(byte[] packet) {
    int header = (packet[0] & 0xF) * 4;
    ByteBuffer.wrap(packet).putShort(10, (short) 0);
    ByteBuffer.wrap(packet).putShort(10, (short) ~sum(packet, 0, header));
    return packet;
  }

  /** The one's complement sum (RFC 1071). */
  private static int sum(byte[] packet, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += (packet[i] & 0xFFL) << ((i - from) % 2 == 0 ? 8 : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return (int) sum;
  }
}
