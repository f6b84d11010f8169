package org.culvert.netdev.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.culvert.api.netdev.TunnelDevice;

/** A network device that the kernel has, as it stood when it was listed. */
final class TunnelLink {
  /** {@code struct ifinfomsg}: family, type, index, flags, change. */
  static final int IFINFOMSG = 16;

  private static final int TYPE = 2;
  private static final int INDEX = 4;
  private static final int FLAGS = 8;
  private static final int IFF_UP = 1;

  /** {@code ARPHRD_NONE}: what has no link layer. */
  private static final int NO_LINK_LAYER = 0xFFFE;

  private static final int ARPHRD_LOOPBACK = 772;
  private static final String TUN = "tun";

  private final int type;
  private final int index;
  private final int flags;
  private final Attributes attributes;
  private final Attributes info;

  private TunnelLink(int type, int index, int flags, Attributes attributes) {
    this.type = type;
    this.index = index;
    this.flags = flags;
    this.attributes = attributes;
    this.info = attributes.nested(LinkRequests.IFLA_LINKINFO);
  }

  /** Reads one message of a list; the message may be reused afterwards. */
  static TunnelLink read(ByteBuffer message) {
    ByteBuffer copy = ByteBuffer.allocate(message.remaining()).order(message.order());
    copy.put(message.duplicate()).flip();
    return new TunnelLink(
        copy.getShort(TYPE) & 0xFFFF,
        copy.getInt(INDEX),
        copy.getInt(FLAGS),
        Attributes.after(copy, IFINFOMSG));
  }

  int index() {
    return index;
  }

  boolean isUp() {
    return (flags & IFF_UP) != 0;
  }

  /** Tells whether routing daemons are told that it carries multicast. */
  boolean isMulticast() {
    return (flags & RoutingRequests.IFF_MULTICAST) != 0;
  }

  String name() {
    return attributes.text(LinkRequests.IFLA_IFNAME);
  }

  /** Returns the text that marks whose it is; empty if it has none. */
  String alias() {
    return attributes.text(LinkRequests.IFLA_IFALIAS);
  }

  int mtu() {
    return attributes.number(LinkRequests.IFLA_MTU);
  }

  LinkSettings settings() {
    return LinkSettings.of(attributes);
  }

  /** Returns the kind of tunnel; empty if it is none that we make. */
  Optional<TunnelKind> kind() {
    return TunnelKind.named(info.text(LinkRequests.IFLA_INFO_KIND));
  }

  /** Tells whether it is a TUN device, of whatever process. */
  boolean isTun() {
    return type == NO_LINK_LAYER && TUN.equals(info.text(LinkRequests.IFLA_INFO_KIND));
  }

  /** Tells whether a router may be beyond it: not at loopback, nor at what a tunnel of ours is. */
  boolean maySeeRouters() {
    return type != ARPHRD_LOOPBACK && !isTun() && kind().isEmpty();
  }

  /** Tells whether it is this tunnel already, whatever its MTU. */
  boolean is(TunnelDevice device) {
    Attributes tunnel = info.nested(LinkRequests.IFLA_INFO_DATA);
    Optional<TunnelKind> kind = kind();
    return kind.isPresent()
        && kind.equals(TunnelKind.of(device.wire()))
        && tunnel.octet(TunnelKind.IFLA_IPTUN_PROTO) == kind.get().protocol()
        && tunnel.octet(TunnelKind.IFLA_IPTUN_TTL) == TunnelKind.HOP_LIMIT
        && kind.get().inheritsTrafficClass(tunnel)
        && isAddress(tunnel.value(TunnelKind.IFLA_IPTUN_LOCAL), device.outer().local().getAddress())
        && isAddress(
            tunnel.value(TunnelKind.IFLA_IPTUN_REMOTE), device.outer().remote().getAddress());
  }

  private static boolean isAddress(ByteBuffer value, InetAddress address) {
    return value.equals(ByteBuffer.wrap(address.getAddress()));
  }

  LinkStatistics statistics() {
    return LinkStatistics.read(attributes.value(LinkRequests.IFLA_STATS64));
  }
}
