package org.culvert.netdev.linux;

import java.net.InetAddress;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;

/** The rtnetlink requests that are made of links, addresses and routes. */
final class RoutingRequests {
  /** Marks our routes in {@code ip route}, and our addresses; no other daemon has this number. */
  static final int PROTOCOL = 0xC7;

  /** Stands for all devices. */
  static final int ANY_DEVICE = 0;

  static final int RTM_GETROUTE = 26;

  private static final int RTM_NEWLINK = 16;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  private static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;

  private static final int ADD =
      Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK | Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL;
  private static final int CHANGE = Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK;

  /** Beside the same route of another device, and not instead of it. */
  private static final int APPEND = CHANGE | Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND;

  private static final int AF_UNSPEC = 0;
  private static final int AF_INET6 = 10;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_AF_SPEC = 26;
  private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
  static final int IN6_ADDR_GEN_MODE_NONE = 1;
  private static final int IFF_UP = 1;
  static final int IFF_MULTICAST = 0x1000;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;
  static final int IFA_FLAGS = 8;
  static final int IFA_PROTO = 11;

  /** Nobody else is on a tunnel's link: the address is usable at once. */
  private static final int IFA_F_NODAD = 0x02;

  /**
   * The kernel makes no route of its own: those there are all ours, and marked as such. Hardly
   * anybody else asks for that, so it marks our addresses, too.
   */
  private static final int IFA_F_NOPREFIXROUTE = 0x200;

  /** The flags of all addresses that we add, and together of no one else's. */
  static final int ADDRESS_MARK = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;

  private static final int RT_TABLE_MAIN = 254;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;
  private static final int RTN_UNICAST = 1;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_PRIORITY = 6;

  private RoutingRequests() {}

  /** Keeps the kernel from making a link-local address and soliciting routers with it. */
  static NetlinkMessage quiet(int device) {
    NetlinkMessage message = link(device, 0, 0);
    int families = message.begin(IFLA_AF_SPEC);
    int ipv6 = message.begin(AF_INET6);
    message.octetAttribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
    return message.end(ipv6).end(families);
  }

  static NetlinkMessage mtu(int device, int mtu) {
    return link(device, 0, 0).attribute(IFLA_MTU, mtu);
  }

  static NetlinkMessage up(int device) {
    return link(device, IFF_UP, IFF_UP);
  }

  static NetlinkMessage down(int device) {
    return link(device, 0, IFF_UP);
  }

  static NetlinkMessage name(int device, String name) {
    return link(device, 0, 0).attribute(LinkRequests.IFLA_IFNAME, LinkRequests.text(name));
  }

  /** Tells routing daemons whether a device carries multicast. */
  static NetlinkMessage multicast(int device, boolean carried) {
    return link(device, carried ? IFF_MULTICAST : 0, IFF_MULTICAST);
  }

  private static NetlinkMessage link(int device, int flags, int mask) {
    return new NetlinkMessage(RTM_NEWLINK, CHANGE)
        .number(AF_UNSPEC)
        .number(device)
        .number(flags)
        .number(mask);
  }

  /** Lists all addresses of all devices. */
  static NetlinkMessage addresses() {
    return addresses(ANY_DEVICE);
  }

  /** Lists all routes of a family. */
  static NetlinkMessage routes(Family family) {
    return routes(family, ANY_DEVICE);
  }

  /** Lists all addresses of a device, or of all devices. */
  static NetlinkMessage addresses(int device) {
    return list(RTM_GETADDR, AF_UNSPEC).number(device);
  }

  /** Lists all routes of a family that lead into a device, or all of them. */
  static NetlinkMessage routes(Family family, int device) {
    NetlinkMessage message = list(RTM_GETROUTE, family.number()).number(0).number(0);
    return device == ANY_DEVICE ? message : message.attribute(RTA_OIF, device);
  }

  private static NetlinkMessage list(int type, int family) {
    return new NetlinkMessage(type, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP)
        .octet(family)
        .octet(0)
        .octet(0)
        .octet(0);
  }

  static NetlinkMessage add(int device, InterfaceAddress address) {
    return address(RTM_NEWADDR, ADD, device, address)
        .attribute(IFA_FLAGS, ADDRESS_MARK)
        .octetAttribute(IFA_PROTO, PROTOCOL);
  }

  static NetlinkMessage remove(int device, InterfaceAddress address) {
    return address(RTM_DELADDR, CHANGE, device, address);
  }

  private static NetlinkMessage address(int type, int flags, int device, InterfaceAddress address) {
    byte[] octets = address.address().getAddress();
    return new NetlinkMessage(type, flags)
        .octet(Family.of(address.address()).number())
        .octet(address.length())
        .octet(0)
        .octet(RT_SCOPE_UNIVERSE)
        .number(device)
        .attribute(IFA_LOCAL, octets)
        .attribute(IFA_ADDRESS, octets);
  }

  /** Every link has a route to the same link-local prefix; any other route is one device's only. */
  static NetlinkMessage add(Route route) {
    return route(RTM_NEWROUTE, route.isLinkLocal() ? APPEND : ADD, route);
  }

  static NetlinkMessage remove(Route route) {
    return route(RTM_DELROUTE, CHANGE, route);
  }

  private static NetlinkMessage route(int type, int flags, Route route) {
    IpPrefix destination = route.destination();
    InetAddress network = destination.network();
    Family family = Family.of(network);
    NetlinkMessage message =
        new NetlinkMessage(type, flags)
            .octet(family.number())
            .octet(destination.length())
            .octet(0)
            .octet(0)
            .octet(RT_TABLE_MAIN)
            .octet(PROTOCOL)
            .octet(family == Family.IPV4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
            .octet(RTN_UNICAST)
            .number(0);
    if (destination.length() > 0) {
      message.attribute(RTA_DST, network.getAddress());
    }
    return message.attribute(RTA_OIF, route.device()).attribute(RTA_PRIORITY, route.metric());
  }
}
