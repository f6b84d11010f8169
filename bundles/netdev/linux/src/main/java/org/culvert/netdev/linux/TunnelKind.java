package org.culvert.netdev.linux;

import java.util.Optional;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.TunnelDevice;

/**
 * A kind of tunnel device that the kernel has, with the attributes it is made of.
 *
 * <p>Each takes packets of its one inner protocol, from its one outer address to its one outer
 * address, and from nowhere else.
 */
enum TunnelKind {
  /** IPv6 in IPv4; its packets are never fragmented outside (RFC 4213 section 3.2.2). */
  SIT("sit", IpVersion.IPV4, IpVersion.IPV6, 41),
  /** IPv4 in IPv6 (RFC 2473), without the destination option that limits encapsulation. */
  IP6TNL("ip6tnl", IpVersion.IPV6, IpVersion.IPV4, 4);

  static final int IFLA_IPTUN_LOCAL = 2;
  static final int IFLA_IPTUN_REMOTE = 3;
  static final int IFLA_IPTUN_TTL = 4;
  static final int IFLA_IPTUN_TOS = 5;
  static final int IFLA_IPTUN_FLAGS = 8;
  static final int IFLA_IPTUN_PROTO = 9;
  static final int IFLA_IPTUN_PMTUDISC = 10;

  /** The hop limit outside: the way through the tunnel is one hop inside. */
  static final int HOP_LIMIT = 64;

  /** Says that the outer header gets the inner one's traffic class. */
  private static final int INHERIT = 1;

  private static final int IP6_TNL_F_IGN_ENCAP_LIMIT = 0x1;
  private static final int IP6_TNL_F_USE_ORIG_TCLASS = 0x2;
  private static final int IP6_TNL_FLAGS = IP6_TNL_F_IGN_ENCAP_LIMIT | IP6_TNL_F_USE_ORIG_TCLASS;

  private final String kernelName;
  private final IpVersion outer;
  private final IpVersion inner;
  private final int protocol;

  TunnelKind(String kernelName, IpVersion outer, IpVersion inner, int protocol) {
    this.kernelName = kernelName;
    this.outer = outer;
    this.inner = inner;
    this.protocol = protocol;
  }

  /** Returns the kind that carries a wire format. */
  static Optional<TunnelKind> of(WireFormat wire) {
    for (TunnelKind kind : values()) {
      if (wire.outer() == kind.outer
          && wire.inner() == kind.inner
          && wire.carrier().equals(new Carrier.IpProtocol(kind.protocol))) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** Returns the kind with a name of the kernel's. */
  static Optional<TunnelKind> named(String kernelName) {
    for (TunnelKind kind : values()) {
      if (kind.kernelName.equals(kernelName)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** Returns the name by which rtnetlink knows it; the module that brings it is asked for by it. */
  String kernelName() {
    return kernelName;
  }

  boolean isIpv6Inside() {
    return inner == IpVersion.IPV6;
  }

  /** Returns the protocol number that the outer header has. */
  int protocol() {
    return protocol;
  }

  /** Writes what makes a device this tunnel. */
  void write(NetlinkMessage message, TunnelDevice device) {
    message.attribute(IFLA_IPTUN_LOCAL, device.outer().local().getAddress().getAddress());
    message.attribute(IFLA_IPTUN_REMOTE, device.outer().remote().getAddress().getAddress());
    message.octetAttribute(IFLA_IPTUN_TTL, HOP_LIMIT);
    message.octetAttribute(IFLA_IPTUN_PROTO, protocol);
    if (this == SIT) {
      message.octetAttribute(IFLA_IPTUN_TOS, INHERIT);
      message.octetAttribute(IFLA_IPTUN_PMTUDISC, 1);
    } else {
      message.attribute(IFLA_IPTUN_FLAGS, IP6_TNL_FLAGS);
    }
  }

  /** Tells whether a device's attributes let the outer header get the inner traffic class. */
  boolean inheritsTrafficClass(Attributes tunnel) {
    return this == SIT
        ? tunnel.octet(IFLA_IPTUN_TOS) == INHERIT
        : (tunnel.number(IFLA_IPTUN_FLAGS) & IP6_TNL_FLAGS) == IP6_TNL_FLAGS;
  }
}
