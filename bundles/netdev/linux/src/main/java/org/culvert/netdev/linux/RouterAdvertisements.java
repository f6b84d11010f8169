package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;

/**
 * A raw socket of ICMPv6 that is given the router advertisements on the host's uplinks and nothing
 * else, whether the kernel itself takes them ({@code accept_ra}), another program, or nobody.
 *
 * <p>What RFC 4861 section 6.1.2 says about the packet, a filter in the kernel checks, and the
 * kernel its checksum; so forged ones from beyond the link do not even wake anybody.
 */
final class RouterAdvertisements {
  private static final int SO_ATTACH_FILTER = 26;
  private static final int IPV6_MULTICAST_HOPS = 18;
  private static final int ICMPV6 = 58;
  private static final int SOLICITATION = 133;
  private static final int ADVERTISEMENT = 134;
  private static final int WHOLE = 0xFFFF;

  /** What this host itself sent, which it may do as a router. */
  private static final int PACKET_LOOPBACK = 5;

  private static final int HOP_LIMIT = SocketFilter.NETWORK + 7;
  private static final int SOURCE = SocketFilter.NETWORK + 8;

  private static final int LINK_LOCAL = 0xFE80;
  private static final int LINK_LOCAL_BITS = 0xFFC0;

  /** The hop limit that no router has passed on. */
  private static final int UNTOUCHED = 255;

  /** Type, code, checksum, which is the kernel's business, and four reserved octets. */
  private static final int SOLICITATION_OCTETS = 8;

  /** Where {@code sockaddr_in6} has the index of the link. */
  private static final int SCOPE = 24;

  /** {@code ff02::2}, all routers of a link. */
  private static final long ROUTERS_HIGH = 0xFF02L << 48;

  private static final long ROUTERS_LOW = 2;

  /** More uplinks no host has, and no jump in the filter is longer than 255. */
  private static final int MOST_LINKS = 64;

  private RouterAdvertisements() {}

  /** Opens a socket and solicits. */
  static OuterSocket open() throws IOException {
    List<Integer> links = uplinks();
    if (links.isEmpty()) {
      throw new IOException("no default route for IPv6 leads to a router");
    }
    boolean[] ready = new boolean[1];
    OuterSocket socket =
        RawOuterSocket.open(
            ICMPV6,
            IpAddresses.parse("::"),
            fd -> {
              ready[0] = filter(links).attach(fd, SO_ATTACH_FILTER);
              BatchedSocket.option(fd, Family.IPV6.level(), IPV6_MULTICAST_HOPS, UNTOUCHED);
              links.forEach(link -> solicit(fd, link));
            });
    if (!ready[0]) {
      socket.close();
      throw new IOException("this kernel takes no filter for router advertisements");
    }
    return socket;
  }

  private static List<Integer> uplinks() throws IOException {
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      return HostRoutes.uplinks(netlink).stream().limit(MOST_LINKS).toList();
    }
  }

  private static SocketFilter filter(List<Integer> links) {
    int refusal = 11 + 2 * links.size();
    SocketFilter filter =
        new SocketFilter(refusal + 1)
            .load32(SocketFilter.PACKET_TYPE)
            .skipUnless(PACKET_LOOPBACK, 1)
            .accept(0)
            .load8(HOP_LIMIT)
            .skipUnless(UNTOUCHED, refusal - 5)
            .load16(SOURCE)
            .and(LINK_LOCAL_BITS)
            .skipUnless(LINK_LOCAL, refusal - 8)
            // The type, and the code, which is 0.
            .load16(0)
            .skipUnless(ADVERTISEMENT << 8, refusal - 10)
            .load32(SocketFilter.DEVICE);
    links.forEach(link -> filter.skipUnless(link, 1).accept(WHOLE));
    return filter.accept(0);
  }

  /** Asks on one link. One that does not take it has no routers that could answer. */
  private static void solicit(int fd, int link) {
    Block message = Block.of(SOLICITATION_OCTETS);
    message.host().put(0, (byte) SOLICITATION);
    Block to = Block.of(Family.STRIDE);
    Family.IPV6.write(to, 0, ROUTERS_HIGH, ROUTERS_LOW, 0);
    to.host().putInt(SCOPE, link);
    Libc.sendto(fd, message.address(), SOLICITATION_OCTETS, 0, to.address(), Family.IPV6.length());
    Reference.reachabilityFence(message);
    Reference.reachabilityFence(to);
  }
}
