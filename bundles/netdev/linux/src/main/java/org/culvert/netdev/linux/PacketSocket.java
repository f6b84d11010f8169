package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Sockets of devices, past all routing and filters. Single packets are handed to a device so, as
 * only keepalives need it.
 *
 * <p>One that is bound to no protocol never receives.
 */
final class PacketSocket {
  private static final int AF_PACKET = 17;
  private static final int SOCK_CLOEXEC = 0x80000;

  /** {@code sockaddr_ll}: family, protocol, device, hardware type, packet type, length, address. */
  private static final int SOCKADDR_LL = 20;

  private static final int PROTOCOL = 2;
  private static final int DEVICE = 4;
  private static final short ETH_P_IP = 0x0800;
  private static final short ETH_P_IPV6 = (short) 0x86DD;

  private static final int ALL = 0;
  private static final String SENDING = "sending keepalives into a kernel tunnel";

  private PacketSocket() {}

  /** Finds out whether packets may be sent so. */
  static void probe() throws IOException {
    Libc.close(open(0, SENDING));
  }

  /** Sends a packet; it is lost if there is no room for it, as on any link. */
  static void send(int device, ByteBuffer packet) throws IOException {
    Block octets = Block.of(packet.remaining());
    octets.host().put(0, packet, packet.position(), packet.remaining());
    boolean six = (octets.host().get(0) & 0xF0) == 0x60;
    Block address = address(six ? Family.IPV6 : Family.IPV4, device);
    int fd = open(0, SENDING);
    try {
      long sent =
          Libc.sendto(fd, octets.address(), packet.remaining(), 0, address.address(), SOCKADDR_LL);
      int errno = Libc.errno();
      if (sent < 0 && !Errno.isNoRoom(errno)) {
        throw Errno.failure("sending into a tunnel device", errno);
      }
    } finally {
      Reference.reachabilityFence(octets);
      Reference.reachabilityFence(address);
      Libc.close(fd);
    }
  }

  /** Binds a socket to a version of IP, on all devices, or closes it and tells why not. */
  static void bind(int fd, Family family) throws IOException {
    Block address = address(family, ALL);
    int result = Libc.bind(fd, address.address(), SOCKADDR_LL);
    int errno = Libc.errno();
    Reference.reachabilityFence(address);
    if (result < 0) {
      Libc.close(fd);
      throw Errno.failure("binding a packet socket", errno);
    }
  }

  private static Block address(Family family, int device) {
    Block address = Block.of(SOCKADDR_LL);
    address.host().putShort(0, (short) AF_PACKET).putInt(DEVICE, device);
    address.network().putShort(PROTOCOL, family == Family.IPV6 ? ETH_P_IPV6 : ETH_P_IP);
    return address;
  }

  /**
   * Opens a socket that is bound to no protocol.
   *
   * @param flags more of {@code SOCK_*}
   * @param purpose what needs the right to it, for the message where it is missing
   */
  static int open(int flags, String purpose) throws IOException {
    int fd = Libc.socket(AF_PACKET, BatchedSocket.SOCK_DGRAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) {
      int errno = Libc.errno();
      throw errno == Errno.EPERM || errno == Errno.EACCES
          ? new IOException(
              purpose
                  + " needs CAP_NET_RAW: run as root or grant cap_net_raw"
                  + " (systemd: AmbientCapabilities=CAP_NET_RAW)")
          : Errno.failure("opening a packet socket", errno);
    }
    return fd;
  }
}
