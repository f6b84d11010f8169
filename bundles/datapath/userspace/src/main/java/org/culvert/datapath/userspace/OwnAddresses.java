package org.culvert.datapath.userspace;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.culvert.api.net.IpPrefix;

/**
 * The outer addresses of this end. From a tunnel, a packet that says it comes from one of them is
 * forged, and a tunneled one that goes to one of them would make this end decapsulate twice; into a
 * tunnel, a tunneled one that comes from one of them has gone round. Not changed once made.
 */
final class OwnAddresses {
  static final OwnAddresses NONE = of(List.of());

  private final PrefixSet ipv4;
  private final PrefixSet ipv6;

  /** The UDP ports that tunnels have here. */
  private final BitSet ports = new BitSet();

  private OwnAddresses(Collection<InetSocketAddress> ends) {
    ipv4 = set(ends, true);
    ipv6 = set(ends, false);
    ends.stream().map(InetSocketAddress::getPort).filter(port -> port > 0).forEach(ports::set);
  }

  /** Returns addresses at which tunnels have no ports. */
  static OwnAddresses of(Collection<InetAddress> addresses) {
    return new OwnAddresses(
        addresses.stream().map(address -> new InetSocketAddress(address, 0)).toList());
  }

  /** Returns the addresses, and the ports where there are any, that tunnels have at this end. */
  static OwnAddresses ofEnds(Collection<InetSocketAddress> ends) {
    return new OwnAddresses(ends.stream().distinct().toList());
  }

  private static PrefixSet set(Collection<InetSocketAddress> ends, boolean ipv4) {
    return new PrefixSet(
        ends.stream()
            .map(InetSocketAddress::getAddress)
            .filter(address -> address instanceof Inet4Address == ipv4)
            .distinct()
            .map(IpPrefix::host)
            .toList());
  }

  PrefixSet ipv4() {
    return ipv4;
  }

  PrefixSet ipv6() {
    return ipv6;
  }

  /** Tells whether tunnels have a UDP port here. */
  boolean hasPort(int port) {
    return ports.get(port);
  }
}
