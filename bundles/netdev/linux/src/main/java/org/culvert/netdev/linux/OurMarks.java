package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Finds the addresses and routes of a device that bear the marks of {@link RoutingRequests}. */
final class OurMarks {
  /** {@code struct ifaddrmsg}: family, prefix length, flags, scope, index. */
  private static final int IFADDRMSG = 8;

  /** {@code struct rtmsg}: family, destination length, …, table, protocol, …. */
  private static final int RTMSG = 12;

  private static final int LENGTH = 1;
  private static final int INDEX = 4;
  private static final int TABLE = 4;
  private static final int PROTOCOL = 5;

  private OurMarks() {}

  static Set<InterfaceAddress> addresses(Netlink netlink, int device) throws IOException {
    Set<InterfaceAddress> found = new HashSet<>();
    netlink.dump(
        RoutingRequests.addresses(),
        message -> {
          int at = message.position();
          Attributes attributes = Attributes.after(message, IFADDRMSG);
          int flags = attributes.number(RoutingRequests.IFA_FLAGS);
          if (message.getInt(at + INDEX) == device
              && (flags & RoutingRequests.ADDRESS_MARK) == RoutingRequests.ADDRESS_MARK) {
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

  static Set<IpPrefix> routes(Netlink netlink, int device) throws IOException {
    Set<IpPrefix> found = new HashSet<>();
    for (Family family : Family.values()) {
      netlink.dump(
          RoutingRequests.routes(family),
          message -> {
            int at = message.position();
            Attributes attributes = Attributes.after(message, RTMSG);
            if ((message.get(at + PROTOCOL) & 0xFF) == RoutingRequests.PROTOCOL
                && (message.get(at + TABLE) & 0xFF) == RoutingRequests.RT_TABLE_MAIN
                && attributes.number(RoutingRequests.RTA_OIF) == device) {
              int length = message.get(at + LENGTH) & 0xFF;
              // A default route has no destination.
              byte[] network =
                  octets(attributes.value(RoutingRequests.RTA_DST))
                      .orElse(new byte[family == Family.IPV4 ? 4 : 16]);
              found.add(IpPrefix.containing(IpAddresses.of(network), length));
            }
          });
    }
    return found;
  }

  private static Optional<byte[]> octets(ByteBuffer value) {
    byte[] octets = new byte[value.remaining()];
    value.get(value.position(), octets);
    return octets.length == 4 || octets.length == 16 ? Optional.of(octets) : Optional.empty();
  }
}
