package org.culvert.netdev.linux;

import java.nio.charset.StandardCharsets;
import org.culvert.api.netdev.TunnelDevice;

/** The rtnetlink requests about tunnel devices. */
final class LinkRequests {
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_STATS64 = 23;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;

  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int CHANGE = Netlink.NLM_F_REQUEST | Netlink.NLM_F_ACK;
  private static final int CREATE = CHANGE | Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL;

  /** No kind of tunnel carries it. */
  private static final int IMPOSSIBLE_PROTOCOL = 255;

  private LinkRequests() {}

  /** Asks for one device. */
  static NetlinkMessage find(String name) {
    return link(RTM_GETLINK, Netlink.NLM_F_REQUEST, 0).attribute(IFLA_IFNAME, text(name));
  }

  /** Lists all devices. */
  static NetlinkMessage list() {
    return link(RTM_GETLINK, Netlink.NLM_F_REQUEST | Netlink.NLM_F_DUMP, 0);
  }

  /**
   * Asks for a tunnel that cannot be: the kernel loads the kind's module if it must, and then finds
   * the argument invalid. It says that the kind is not supported if there is no such module.
   */
  static NetlinkMessage probe(TunnelKind kind) {
    NetlinkMessage message = link(RTM_NEWLINK, CREATE, 0);
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, kind.kernelName().getBytes(StandardCharsets.US_ASCII));
    int data = message.begin(IFLA_INFO_DATA);
    message.octetAttribute(TunnelKind.IFLA_IPTUN_PROTO, IMPOSSIBLE_PROTOCOL);
    return message.end(data).end(info);
  }

  /** Makes a device that is still down and bears no mark. */
  static NetlinkMessage make(TunnelKind kind, TunnelDevice device) {
    NetlinkMessage message = link(RTM_NEWLINK, CREATE, 0);
    message.attribute(IFLA_IFNAME, text(device.name()));
    message.attribute(IFLA_MTU, device.mtu());
    return describe(message, kind, device);
  }

  /** Gives a device other outer addresses; it keeps all else. */
  static NetlinkMessage change(int index, TunnelKind kind, TunnelDevice device) {
    return describe(link(RTM_NEWLINK, CHANGE, index), kind, device);
  }

  private static NetlinkMessage describe(
      NetlinkMessage message, TunnelKind kind, TunnelDevice device) {
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, kind.kernelName().getBytes(StandardCharsets.US_ASCII));
    int data = message.begin(IFLA_INFO_DATA);
    kind.write(message, device);
    return message.end(data).end(info);
  }

  static NetlinkMessage mark(int index, String alias) {
    return link(RTM_NEWLINK, CHANGE, index)
        .attribute(IFLA_IFALIAS, alias.getBytes(StandardCharsets.UTF_8));
  }

  static NetlinkMessage remove(int index) {
    return link(RTM_DELLINK, CHANGE, index);
  }

  private static NetlinkMessage link(int type, int flags, int index) {
    return new NetlinkMessage(type, flags).number(0).number(index).number(0).number(0);
  }

  static byte[] text(String name) {
    return (name + '\0').getBytes(StandardCharsets.US_ASCII);
  }
}
