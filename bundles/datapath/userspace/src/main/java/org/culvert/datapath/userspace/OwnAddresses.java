package org.culvert.datapath.userspace;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import org.culvert.api.net.IpPrefix;

/**
 * The outer addresses of this end. From a tunnel, a packet that says it comes from one of them is
 * forged, and a tunneled one that goes to one of them would make this end decapsulate twice.
 */
record OwnAddresses(PrefixSet ipv4, PrefixSet ipv6) {
  static final OwnAddresses NONE = of(List.of());

  private static final int IPV4_ENCAPSULATED = 4;
  private static final int IPV6_ENCAPSULATED = 41;

  static OwnAddresses of(Collection<InetAddress> addresses) {
    return new OwnAddresses(set(addresses, true), set(addresses, false));
  }

  private static PrefixSet set(Collection<InetAddress> addresses, boolean ipv4) {
    return new PrefixSet(
        addresses.stream()
            .filter(address -> address instanceof Inet4Address == ipv4)
            .distinct()
            .map(IpPrefix::host)
            .toList());
  }

  /** Tells whether what follows a header of this protocol is another packet. */
  static boolean isTunneled(byte protocol) {
    return protocol == IPV4_ENCAPSULATED || protocol == IPV6_ENCAPSULATED;
  }
}
