package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Looks into all routing tables of the kernel. */
final class HostRoutes {
  /** {@code struct rtmsg}: family, destination length, ..., table, protocol, scope, type, flags. */
  private static final int RTMSG = 12;

  private static final int LENGTH = 1;
  private static final int TABLE = 4;
  private static final int PROTOCOL = 5;
  private static final int TYPE = 7;
  private static final int FLAGS = 8;
  private static final int RTM_F_CLONED = 0x200;

  private static final int RTA_MULTIPATH = 9;

  /** Who put a route there that a router advertised. */
  private static final int RTPROT_RA = 9;

  /** {@code struct rtnexthop}: length, flags, weight, device; attributes follow. */
  private static final int RTNEXTHOP = 8;

  private static final int RTNEXTHOP_DEVICE = 4;

  private HostRoutes() {}

  /**
   * A route as the kernel has it.
   *
   * @param protocol who put it there
   */
  record Entry(HostRoute route, int protocol) {
    boolean isOurs() {
      return protocol == RoutingRequests.PROTOCOL;
    }
  }

  /**
   * What is kept of a host's routes, of which there may be a million.
   *
   * @param routes the default routes, and of ours all but those of tunnels in the main table
   * @param advertised the devices with a route that a router advertised
   * @param ipv4 the devices with a route of IPv4 in the main table that is none of ours
   */
  record Digest(List<Entry> routes, Set<Integer> advertised, Set<Integer> ipv4) {}

  /** Reads those routes of all tables that lead into one device, or nowhere. */
  static Digest read(Netlink netlink) throws IOException {
    Digest digest = new Digest(new ArrayList<>(), new HashSet<>(), new HashSet<>());
    for (Family family : Family.values()) {
      netlink.dump(HostRequests.routes(family), message -> read(message, family, digest));
    }
    return digest;
  }

  private static void read(ByteBuffer message, Family family, Digest digest) {
    int at = message.position();
    int type = message.get(at + TYPE) & 0xFF;
    boolean unicast = type == HostRequests.RTN_UNICAST;
    boolean cloned = (message.getInt(at + FLAGS) & RTM_F_CLONED) != 0;
    if (cloned || !(unicast || type == HostRequests.RTN_UNREACHABLE)) {
      return;
    }
    int protocol = message.get(at + PROTOCOL) & 0xFF;
    boolean ours = protocol == RoutingRequests.PROTOCOL;
    boolean main = (message.get(at + TABLE) & 0xFF) == HostRequests.RT_TABLE_MAIN;
    if (message.get(at + LENGTH) == 0 || (ours && !(unicast && main))) {
      digest.routes().add(entry(message, family, type));
    }
    if (unicast && protocol == RTPROT_RA) {
      digest.advertised().add(device(message));
    }
    if (unicast && family == Family.IPV4 && main && !ours) {
      digest.ipv4().add(device(message));
    }
  }

  /** Nothing is kept of the message, for this is asked for each route. */
  private static int device(ByteBuffer message) {
    return Attributes.number(message, RTMSG, HostRequests.RTA_OIF);
  }

  /** Finds the devices into which default routes for IPv6 lead that are not ours. */
  static Set<Integer> uplinks(Netlink netlink) throws IOException {
    Set<Integer> devices = new LinkedHashSet<>();
    netlink.dump(
        HostRequests.routes(Family.IPV6),
        message -> {
          int at = message.position();
          if (message.get(at + LENGTH) == 0
              && (message.get(at + TYPE) & 0xFF) == HostRequests.RTN_UNICAST
              && (message.get(at + PROTOCOL) & 0xFF) != RoutingRequests.PROTOCOL) {
            addDevices(Attributes.after(message, RTMSG), devices);
          }
        });
    return devices;
  }

  /** A route that leads to several routers has a list of them and no device of its own. */
  private static void addDevices(Attributes route, Set<Integer> devices) {
    if (route.number(HostRequests.RTA_OIF) != 0) {
      devices.add(route.number(HostRequests.RTA_OIF));
    }
    ByteBuffer hops = route.value(RTA_MULTIPATH);
    int at = 0;
    while (at + RTNEXTHOP <= hops.limit()) {
      devices.add(hops.getInt(at + RTNEXTHOP_DEVICE));
      at += NetlinkMessage.aligned(Math.max(RTNEXTHOP, hops.getShort(at) & 0xFFFF));
    }
  }

  private static Entry entry(ByteBuffer message, Family family, int type) {
    int at = message.position();
    Attributes attributes = Attributes.after(message, RTMSG);
    byte[] network = new byte[family == Family.IPV4 ? 4 : 16];
    ByteBuffer destination = attributes.value(HostRequests.RTA_DST);
    if (destination.remaining() == network.length) {
      destination.get(destination.position(), network);
    }
    IpPrefix prefix = IpPrefix.containing(IpAddresses.of(network), message.get(at + LENGTH) & 0xFF);
    // The kernel says that an unreachable route leads to the loopback device.
    int device = type == HostRequests.RTN_UNREACHABLE ? 0 : attributes.number(HostRequests.RTA_OIF);
    return new Entry(
        new HostRoute(
            prefix,
            attributes.number(HostRequests.RTA_TABLE),
            attributes.number(HostRequests.RTA_PRIORITY),
            device),
        message.get(at + PROTOCOL) & 0xFF);
  }
}
