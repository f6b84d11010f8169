package org.culvert.netdev.linux;

import java.net.InetAddress;
import org.culvert.api.net.IpPrefix;

/** The rtnetlink requests about routes of no device of ours, rules and proxied neighbors. */
final class HostRequests {
  static final int RT_TABLE_MAIN = 254;
  static final int RTN_UNICAST = 1;
  static final int RTN_UNREACHABLE = 7;
  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_PRIORITY = 6;
  static final int RTA_TABLE = 15;

  static final int FRA_DST = 1;
  static final int FRA_SRC = 2;
  static final int FRA_IIFNAME = 3;
  static final int FRA_GOTO = 4;
  static final int FRA_PRIORITY = 6;
  static final int FRA_FWMARK = 10;
  static final int FRA_TUN_ID = 12;
  static final int FRA_SUPPRESS_PREFIXLEN = 14;
  static final int FRA_TABLE = 15;
  static final int FRA_FWMASK = 16;
  static final int FRA_OIFNAME = 17;
  static final int FRA_L3MDEV = 19;
  static final int FRA_UID_RANGE = 20;
  static final int FRA_PROTOCOL = 21;
  static final int FRA_IP_PROTO = 22;
  static final int FRA_SPORT_RANGE = 23;
  static final int FRA_DPORT_RANGE = 24;

  static final int NTF_PROXY = 0x08;
  static final int NDA_DST = 1;
  static final int NDA_PROTOCOL = 12;

  private static final int RTM_NEWROUTE = 24;
  private static final int RTM_DELROUTE = 25;
  private static final int RTM_NEWNEIGH = 28;
  private static final int RTM_DELNEIGH = 29;
  private static final int RTM_GETNEIGH = 30;
  static final int RTM_NEWRULE = 32;
  static final int RTM_DELRULE = 33;
  private static final int RTM_GETRULE = 34;

  private static final int ADD =
      Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK | Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL;
  private static final int REMOVE = Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK;
  private static final int LIST = Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP;

  static final int FR_ACT_TO_TBL = 1;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;

  private HostRequests() {}

  /** A route that is there already, with this metric, is left as it is: errno {@code EEXIST}. */
  static NetlinkMessage add(HostRoute route) {
    return route(RTM_NEWROUTE, ADD, route);
  }

  static NetlinkMessage remove(HostRoute route) {
    return route(RTM_DELROUTE, REMOVE, route);
  }

  private static NetlinkMessage route(int type, int flags, HostRoute route) {
    IpPrefix to = route.destination();
    Family family = Family.of(to.network());
    boolean link = family == Family.IPV4 && route.device() != 0;
    NetlinkMessage message =
        new NetlinkMessage(type, flags)
            .octet(family.number())
            .octet(to.length())
            .octet(0)
            .octet(0)
            .octet(0)
            .octet(RoutingRequests.PROTOCOL)
            .octet(link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
            .octet(route.device() == 0 ? RTN_UNREACHABLE : RTN_UNICAST)
            .number(0)
            .attribute(RTA_TABLE, route.table())
            .attribute(RTA_PRIORITY, route.metric());
    if (to.length() > 0) {
      message.attribute(RTA_DST, to.network().getAddress());
    }
    return route.device() == 0 ? message : message.attribute(RTA_OIF, route.device());
  }

  /** Lists all routes of a family, in all tables. */
  static NetlinkMessage routes(Family family) {
    return RoutingRequests.routes(family);
  }

  static NetlinkMessage add(SourceRule rule) {
    return rule(RTM_NEWRULE, ADD, rule);
  }

  static NetlinkMessage remove(SourceRule rule) {
    return rule(RTM_DELRULE, REMOVE, rule);
  }

  private static NetlinkMessage rule(int type, int flags, SourceRule rule) {
    IpPrefix from = rule.source();
    NetlinkMessage message =
        new NetlinkMessage(type, flags)
            .octet(Family.of(from.network()).number())
            .octet(0)
            .octet(from.length())
            .octet(0)
            .octet(0)
            .octet(0)
            .octet(0)
            .octet(FR_ACT_TO_TBL)
            .number(0)
            .attribute(FRA_SRC, from.network().getAddress())
            .attribute(FRA_PRIORITY, rule.priority())
            .attribute(FRA_TABLE, rule.table())
            .octetAttribute(FRA_PROTOCOL, RoutingRequests.PROTOCOL);
    return rule.withoutDefaultRoutes()
        ? message.attribute(FRA_SUPPRESS_PREFIXLEN, rule.suppressed())
        : message;
  }

  /** Lists all rules of a family. */
  static NetlinkMessage rules(Family family) {
    return new NetlinkMessage(RTM_GETRULE, LIST)
        .octet(family.number())
        .octet(0)
        .octet(0)
        .octet(0)
        .number(0)
        .number(0);
  }

  static NetlinkMessage addProxied(int device, InetAddress address) {
    return neighbor(RTM_NEWNEIGH, ADD, device, address)
        .octetAttribute(NDA_PROTOCOL, RoutingRequests.PROTOCOL);
  }

  static NetlinkMessage removeProxied(int device, InetAddress address) {
    return neighbor(RTM_DELNEIGH, REMOVE, device, address);
  }

  private static NetlinkMessage neighbor(int type, int flags, int device, InetAddress address) {
    return neighbor(type, flags, Family.of(address).number(), device)
        .attribute(NDA_DST, address.getAddress());
  }

  /** Lists all addresses of IPv6 that interfaces answer for. */
  static NetlinkMessage proxied() {
    return neighbor(RTM_GETNEIGH, LIST, Family.IPV6.number(), 0);
  }

  private static NetlinkMessage neighbor(int type, int flags, int family, int device) {
    return new NetlinkMessage(type, flags)
        .octet(family)
        .octet(0)
        .octet(0)
        .octet(0)
        .number(device)
        .octet(0)
        .octet(0)
        .octet(NTF_PROXY)
        .octet(0);
  }
}
