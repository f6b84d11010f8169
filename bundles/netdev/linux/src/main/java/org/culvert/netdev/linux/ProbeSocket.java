package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.culvert.api.netdev.TunnelDevice;

/**
 * Sends single packets as a tunnel device would, but past it: the outer header forbids to cut them,
 * and neither the device's MTU nor what the kernel has heard of the path holds them back.
 *
 * <p>The socket lives for one packet, so that nothing that comes out of tunnels is copied to it.
 */
final class ProbeSocket {
  private static final int SO_ATTACH_FILTER = 26;

  private ProbeSocket() {}

  /**
   * Sends a packet; it is lost if there is no room for it, as on any link.
   *
   * @return false if the packet is larger than the outer link, or the operating system refuses
   */
  static boolean send(TunnelDevice device, ByteBuffer packet) throws IOException {
    int protocol = TunnelKind.of(device.wire()).orElseThrow().protocol();
    InetSocketAddress local = new InetSocketAddress(device.outer().local().getAddress(), 0);
    InetSocketAddress remote = new InetSocketAddress(device.outer().remote().getAddress(), 0);
    Family family = Family.of(local.getAddress());
    Block octets = Block.of(packet.remaining());
    octets.host().put(0, packet, packet.position(), packet.remaining());
    Block address = Family.socketAddress(remote);
    int fd = BatchedSocket.open(family, BatchedSocket.SOCK_RAW, protocol);
    if (fd < 0) {
      throw RawOuterSocket.openFailure(protocol, Libc.errno());
    }
    // It is not there to receive.
    new SocketFilter(1).accept(0).attach(fd, SO_ATTACH_FILTER);
    BatchedSocket.bind(fd, local);
    try {
      Fragmentation.of(fd, family).whole(true);
      int length = packet.remaining();
      long sent = Libc.sendto(fd, octets.address(), length, 0, address.address(), family.length());
      return sent >= 0 || Errno.isNoRoom(Libc.errno());
    } finally {
      Reference.reachabilityFence(octets);
      Reference.reachabilityFence(address);
      Libc.close(fd);
    }
  }
}
