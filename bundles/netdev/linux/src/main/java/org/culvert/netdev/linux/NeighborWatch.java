package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Tells a UDP socket when the other socket of its address and port is gone, from what the kernel
 * announces about closed sockets ({@code sock_diag}).
 *
 * <p>A kernel without it makes this a watch that never sees anything.
 */
final class NeighborWatch implements Descriptor.Companion {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCKADDR_NL = 12;
  private static final int SO_ATTACH_FILTER = 26;

  /** Multicast groups, as bits: UDP sockets destroyed, of IPv4 and of IPv6. */
  private static final int GROUP_IPV4 = 1 << 1;

  private static final int GROUP_IPV6 = 1 << 3;

  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int IPPROTO_UDP = 17;
  private static final int ALL_STATES = -1;

  /** {@code struct inet_diag_msg}: family, 3 octets, local port, remote port, local address. */
  private static final int PORT = 4;

  private static final int ADDRESS = 8;

  private static final int BUFFER = 8 << 10;

  private final int fd;
  private final InetSocketAddress local;
  private final Runnable alone;
  private final Block events = Block.of(BUFFER);

  private NeighborWatch(int fd, InetSocketAddress local, Runnable alone) {
    this.fd = fd;
    this.local = local;
    this.alone = alone;
  }

  /** Watches; {@code alone} runs on the receiving thread. */
  static NeighborWatch open(InetSocketAddress local, Runnable alone) {
    int fd = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, Netlink.SOCK_DIAG);
    if (fd < 0) {
      return new NeighborWatch(-1, local, alone);
    }
    boolean ipv4 = Family.of(local.getAddress()) == Family.IPV4;
    Block address = Block.of(16);
    address.host().putShort(0, (short) AF_NETLINK).putInt(8, ipv4 ? GROUP_IPV4 : GROUP_IPV6);
    // The filter goes first: other programs' sockets must not wake us, nor fill our buffer.
    boolean ready =
        new SocketFilter(4)
                .load16(NetlinkMessage.HEADER + PORT)
                .skipUnless(local.getPort(), 1)
                .accept(BUFFER)
                .accept(0)
                .attach(fd, SO_ATTACH_FILTER)
            && Libc.bind(fd, address.address(), SOCKADDR_NL) == 0;
    Reference.reachabilityFence(address);
    if (!ready) {
      Libc.close(fd);
      return new NeighborWatch(-1, local, alone);
    }
    return new NeighborWatch(fd, local, alone);
  }

  @Override
  public int fd() {
    return fd;
  }

  /** An announcement may be about an earlier socket of ours, hence it is only a reason to look. */
  @Override
  public void attend() {
    boolean announced = false;
    while (fd >= 0 && Libc.recv(fd, events.address(), BUFFER, 0) > 0) {
      announced = true;
    }
    Reference.reachabilityFence(events);
    if (announced) {
      look();
    }
  }

  /** Runs the action if there is no neighbor; does nothing if that cannot be known. */
  void look() {
    try (Netlink netlink = Netlink.open(Netlink.SOCK_DIAG)) {
      int[] count = new int[1];
      netlink.dump(
          request(),
          message -> {
            if (isHere(message)) {
              count[0]++;
            }
          });
      if (count[0] == 1) {
        alone.run();
      }
    } catch (IOException e) {
      // Not known on this kernel: the selector stays as it was attached, which is right as well.
    }
  }

  private NetlinkMessage request() {
    NetlinkMessage request =
        new NetlinkMessage(SOCK_DIAG_BY_FAMILY, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP)
            .octet(Family.of(local.getAddress()).number())
            .octet(IPPROTO_UDP)
            .octet(0)
            .octet(0)
            .number(ALL_STATES)
            .octet(local.getPort() >> 8)
            .octet(local.getPort());
    // Remote port, both addresses, device and cookie are left open.
    request.octet(0).octet(0);
    for (int i = 0; i < 11; i++) {
      request.number(0);
    }
    return request;
  }

  private boolean isHere(ByteBuffer message) {
    int at = message.position();
    byte[] wanted = local.getAddress().getAddress();
    byte[] found = new byte[wanted.length];
    message.get(at + ADDRESS, found);
    int port = (message.get(at + PORT) & 0xFF) << 8 | (message.get(at + PORT + 1) & 0xFF);
    return port == local.getPort() && Arrays.equals(found, wanted);
  }

  @Override
  public void close() {
    if (fd >= 0) {
      Libc.close(fd);
    }
  }
}
