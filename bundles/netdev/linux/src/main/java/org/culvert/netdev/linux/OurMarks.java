package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;

/** Finds the addresses and routes of a device that bear the marks of {@link RoutingRequests}. */
final class OurMarks {
  /** {@code struct ifaddrmsg}: family, prefix length, flags, scope, index. */
  private static final int IFADDRMSG = 8;

  private static final int LENGTH = 1;
  private static final int INDEX = 4;

  private OurMarks() {}

  static Set<InterfaceAddress> addresses(Netlink netlink, int device) throws IOException {
    return addresses(netlink, device, RoutingRequests.ADDRESS_MARK);
  }

  /** Finds all addresses of a device, whoever put them there. */
  static Set<InterfaceAddress> allAddresses(Netlink netlink, int device) throws IOException {
    return addresses(netlink, device, 0);
  }

  private static Set<InterfaceAddress> addresses(Netlink netlink, int device, int mark)
      throws IOException {
    Set<InterfaceAddress> found = new HashSet<>();
    netlink.dump(
        RoutingRequests.addresses(),
        message -> {
          int at = message.position();
          Attributes attributes = Attributes.after(message, IFADDRMSG);
          int flags = attributes.number(RoutingRequests.IFA_FLAGS);
          if (message.getInt(at + INDEX) == device && (flags & mark) == mark) {
            // IPv6 has the one where there is no other end, IPv4 both.
            ByteBuffer local = attributes.value(RoutingRequests.IFA_LOCAL);
            octets(local.hasRemaining() ? local : attributes.value(RoutingRequests.IFA_ADDRESS))
                .map(IpAddresses::of)
                .map(address -> new InterfaceAddress(address, message.get(at + LENGTH) & 0xFF))
                .ifPresent(found::add);
          }
        });
    return found;
  }

  static Set<Route> routes(Netlink netlink, int device) throws IOException {
    Set<Route> found = new HashSet<>();
    for (RouteTable.Entry entry : RouteTable.list(netlink)) {
      if (entry.isOurs() && entry.route().device() == device) {
        found.add(entry.route());
      }
    }
    return found;
  }

  private static Optional<byte[]> octets(ByteBuffer value) {
    byte[] octets = new byte[value.remaining()];
    value.get(value.position(), octets);
    return octets.length == 4 || octets.length == 16 ? Optional.of(octets) : Optional.empty();
  }
}
