package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;

/** Looks into the kernel's main routing table. */
final class RouteTable {
  private static final int RTMSG = 12;
  private static final int DESTINATION_LENGTH = 1;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;

  private static final int TYPE = 7;
  private static final int RTN_LOCAL = 2;

  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private RouteTable() {}

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

  /** Tells whether there is a route to exactly this destination that leads into the device. */
  static boolean leads(Netlink netlink, IpPrefix destination, int device) throws IOException {
    NetlinkMessage request = RoutingRequests.routes(Family.of(destination.network()));
    boolean[] found = new boolean[1];
    netlink.dump(request, message -> found[0] |= matches(message, destination, device));
    return found[0];
  }

  private static boolean matches(ByteBuffer message, IpPrefix destination, int device) {
    int at = message.position();
    if ((message.get(at + DESTINATION_LENGTH) & 0xFF) != destination.length()) {
      return false;
    }
    byte[] network = destination.network().getAddress();
    boolean sameDestination = destination.length() == 0;
    boolean sameDevice = false;
    at += RTMSG;
    while (at + NetlinkMessage.ATTRIBUTE <= message.limit()) {
      int length = message.getShort(at) & 0xFFFF;
      if (length < NetlinkMessage.ATTRIBUTE || at + length > message.limit()) {
        return false;
      }
      int type = message.getShort(at + 2) & 0xFFFF;
      int value = at + NetlinkMessage.ATTRIBUTE;
      if (type == RTA_DST && length == NetlinkMessage.ATTRIBUTE + network.length) {
        byte[] octets = new byte[network.length];
        message.get(value, octets);
        sameDestination = Arrays.equals(octets, network);
      } else if (type == RTA_OIF && length == NetlinkMessage.ATTRIBUTE + 4) {
        sameDevice = message.getInt(value) == device;
      }
      at += NetlinkMessage.aligned(length);
    }
    return sameDestination && sameDevice;
  }
}
