package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * The inner addresses of a tunnel.
 *
 * @param server the server's
 * @param client the client's
 */
record Inner(InetAddress server, InetAddress client) {
  /** The length of a link of two hosts, the server's address before the client's. */
  static final int LINK = 30;

  /** Addresses on such a link, the first and the last of which are no host's. */
  static final int LINK_SIZE = 4;

  private static final int HOST = 32;

  static Inner of(Lease lease) {
    return new Inner(lease.serverAddress(), lease.clientAddress());
  }

  /** Returns the length that the reply gives an IPv4 address (RFC 5572 section 5.3). */
  OptionalInt ipv4Length() {
    return client instanceof Inet4Address
        ? OptionalInt.of(isLink() ? LINK : HOST)
        : OptionalInt.empty();
  }

  /** Returns the addresses that nobody else may have meanwhile. */
  List<InetAddress> exclusive() {
    return isLink() ? link(client) : List.of(client);
  }

  /** Returns the four addresses of the link that an IPv4 address is on. */
  static List<InetAddress> link(InetAddress address) {
    byte[] first = IpPrefix.containing(address, LINK).network().getAddress();
    return IntStream.range(0, LINK_SIZE)
        .mapToObj(
            i -> {
              byte[] octets = first.clone();
              octets[3] |= (byte) i;
              return IpAddresses.of(octets);
            })
        .toList();
  }

  /**
   * Tells whether the two have a link of their own. It need not be stored: the first four addresses
   * of a pool go to no client, so a shared server's address is on no client's link.
   */
  private boolean isLink() {
    return client instanceof Inet4Address
        && server instanceof Inet4Address
        && link(client).get(1).equals(server)
        && link(client).get(2).equals(client);
  }
}
