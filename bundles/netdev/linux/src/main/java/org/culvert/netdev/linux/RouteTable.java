package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Looks into the kernel's main routing table. */
final class RouteTable {
  /** {@code struct rtmsg}: family, destination length, ..., table, protocol, scope, type, flags. */
  private static final int RTMSG = 12;

  private static final int LENGTH = 1;
  private static final int TABLE = 4;
  private static final int PROTOCOL = 5;
  private static final int TYPE = 7;
  private static final int FLAGS = 8;
  private static final int RTM_F_CLONED = 0x200;
  private static final int RT_TABLE_MAIN = 254;
  private static final int RTN_LOCAL = 2;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_PRIORITY = 6;

  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private RouteTable() {}

  /**
   * A route as the kernel has it.
   *
   * @param route its device is 0 where it leads to none, or to several
   * @param protocol who put it there
   */
  record Entry(Route route, int protocol) {
    boolean isOurs() {
      return protocol == RoutingRequests.PROTOCOL;
    }
  }

  /**
   * Waits until addresses of this host answer. The kernel acknowledges an IPv6 address before a
   * worker of its own has made it usable, even where there are no duplicates to look for. On a
   * device that is down it never becomes usable, hence the limit.
   */
  static void awaitLocal(Netlink netlink, Set<InterfaceAddress> addresses) throws IOException {
    long begin = System.nanoTime();
    for (InterfaceAddress address : addresses) {
      while (!isLocal(netlink, address.address())
          && System.nanoTime() - begin < PATIENCE.toNanos()) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Tells whether the kernel would take a packet to this address for its own. */
  static boolean isLocal(Netlink netlink, InetAddress address) throws IOException {
    byte[] octets = address.getAddress();
    NetlinkMessage request =
        new NetlinkMessage(RoutingRequests.RTM_GETROUTE, Netlink.NLM_F_REQUEST)
            .octet(Family.of(address).number())
            .octet(octets.length * 8)
            .octet(0)
            .octet(0)
            .number(0)
            .number(0)
            .attribute(RTA_DST, octets);
    boolean[] local = new boolean[1];
    netlink.look(
        request, message -> local[0] = message.get(message.position() + TYPE) == RTN_LOCAL);
    return local[0];
  }

  /** Lists all routes of both families. */
  static List<Entry> list(Netlink netlink) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Family family : Family.values()) {
      netlink.dump(
          RoutingRequests.routes(family),
          message -> {
            int at = message.position();
            boolean main = (message.get(at + TABLE) & 0xFF) == RT_TABLE_MAIN;
            if (main && (message.getInt(at + FLAGS) & RTM_F_CLONED) == 0) {
              entries.add(entry(message, family));
            }
          });
    }
    return entries;
  }

  private static Entry entry(ByteBuffer message, Family family) {
    int at = message.position();
    Attributes attributes = Attributes.after(message, RTMSG);
    // A default route has no destination.
    byte[] network = new byte[family == Family.IPV4 ? 4 : 16];
    ByteBuffer destination = attributes.value(RTA_DST);
    if (destination.remaining() == network.length) {
      destination.get(destination.position(), network);
    }
    IpPrefix prefix = IpPrefix.containing(IpAddresses.of(network), message.get(at + LENGTH) & 0xFF);
    return new Entry(
        new Route(prefix, attributes.number(RTA_PRIORITY), attributes.number(RTA_OIF)),
        message.get(at + PROTOCOL) & 0xFF);
  }
}
