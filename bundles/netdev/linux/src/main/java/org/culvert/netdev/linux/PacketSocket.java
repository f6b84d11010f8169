package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Hands single packets to a device past all routing and filters, as only keepalives need it.
 *
 * <p>It never receives: it is bound to no protocol.
 */
final class PacketSocket {
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;

  /** {@code sockaddr_ll}: family, protocol, device, hardware type, packet type, length, address. */
  private static final int SOCKADDR_LL = 20;

  private static final int PROTOCOL = 2;
  private static final int DEVICE = 4;
  private static final short ETH_P_IP = 0x0800;
  private static final short ETH_P_IPV6 = (short) 0x86DD;

  private PacketSocket() {}

  /** Finds out whether packets may be sent so. */
  static void probe() throws IOException {
    Libc.close(open());
  }

  /** Sends a packet; it is lost if there is no room for it, as on any link. */
  static void send(int device, ByteBuffer packet) throws IOException {
    Block octets = Block.of(packet.remaining());
    octets.host().put(0, packet, packet.position(), packet.remaining());
    boolean six = (octets.host().get(0) & 0xF0) == 0x60;
    Block address = Block.of(SOCKADDR_LL);
    address.host().putShort(0, (short) AF_PACKET).putInt(DEVICE, device);
    address.network().putShort(PROTOCOL, six ? ETH_P_IPV6 : ETH_P_IP);
    int fd = open();
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

  private static int open() throws IOException {
    int fd = Libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      int errno = Libc.errno();
      throw errno == Errno.EPERM || errno == Errno.EACCES
          ? new IOException(
              "sending keepalives into a kernel tunnel needs CAP_NET_RAW: run as root or grant"
                  + " cap_net_raw (systemd: AmbientCapabilities=CAP_NET_RAW)")
          : Errno.failure("opening a packet socket", errno);
    }
    return fd;
  }
}
