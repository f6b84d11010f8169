package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.culvert.api.lease.Lease;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Refuses a tunnel whose client would be reached through another tunnel of this broker: what goes
 * into such a tunnel comes back as a packet for another one, and with a second such tunnel packets
 * go round for ever (RFC 6324, RFC 2473 section 4.1.2).
 *
 * <p>Inside a tunnel are all addresses of the pools, and what leases have from pools that are gone.
 * An IPv6 address that holds an IPv4 address to which some relay sends its packets (6to4, Teredo,
 * ISATAP, NAT64) is taken for that address as well. Confined to the broker's thread.
 */
final class Nesting {
  private static final IpPrefix SIX_TO_FOUR = IpPrefix.parse("2002::/16");
  private static final IpPrefix TEREDO = IpPrefix.parse("2001::/32");
  private static final IpPrefix NAT64 = IpPrefix.parse("64:ff9b::/96");

  /** What stands before the IPv4 address in an ISATAP identifier, less its bit "universal". */
  private static final int ISATAP = 0x0000_5EFE;

  private static final int UNIVERSAL = 0x0200_0000;

  private final Set<IpPrefix> pools;

  /** What leases have that is in no pool as the pools are now, by the lease's id. */
  private final Map<String, List<IpPrefix>> strays = new HashMap<>();

  Nesting(Set<IpPrefix> pools) {
    this.pools = Set.copyOf(pools);
  }

  /** Takes note of what a lease has. */
  void put(Lease lease) {
    List<IpPrefix> outside =
        Stream.concat(Stream.of(IpPrefix.host(lease.clientAddress())), lease.prefix().stream())
            .filter(prefix -> pools.stream().noneMatch(pool -> pool.contains(prefix)))
            .toList();
    if (outside.isEmpty()) {
      strays.remove(lease.id());
    } else {
      strays.put(lease.id(), outside);
    }
  }

  void remove(Lease lease) {
    strays.remove(lease.id());
  }

  /**
   * Checks where a tunnel's client is.
   *
   * @throws TspException with 501 or 502 if it is inside a tunnel
   */
  void check(InetAddress client) {
    around(client)
        .ifPresent(
            prefix -> {
              throw new TspException(
                      client instanceof Inet4Address
                          ? StatusCode.INVALID_IPV4_ADDRESS
                          : StatusCode.INVALID_IPV6_ADDRESS,
                      UserAddresses.text(client)
                          + " is reached through a tunnel of this broker ("
                          + prefix
                          + "), and a tunnel in a tunnel would send packets round")
                  .advising("ask from an address outside the tunnels of this broker");
            });
  }

  /** Returns the pool, address or prefix of tunnels that a client is in. */
  private Optional<IpPrefix> around(InetAddress client) {
    return Stream.concat(Stream.of(client), embedded(client).stream())
        .flatMap(
            address ->
                Stream.concat(pools.stream(), strays.values().stream().flatMap(List::stream))
                    .filter(prefix -> prefix.contains(address)))
        .findFirst();
  }

  /** Returns the IPv4 addresses that packets to an IPv6 address may be sent to on their way. */
  private static List<InetAddress> embedded(InetAddress address) {
    if (address instanceof Inet4Address) {
      return List.of();
    }
    byte[] octets = address.getAddress();
    List<InetAddress> found = new ArrayList<>();
    if (SIX_TO_FOUR.contains(address)) {
      found.add(ipv4(octets, 2, 0));
    }
    if (TEREDO.contains(address)) {
      // The client's address stands there inverted (RFC 4380 section 4).
      found.add(ipv4(octets, 12, 0xFF));
    }
    if (NAT64.contains(address) || (number(octets, 8) & ~UNIVERSAL) == ISATAP) {
      found.add(ipv4(octets, 12, 0));
    }
    return found;
  }

  private static InetAddress ipv4(byte[] octets, int from, int inverted) {
    byte[] four = Arrays.copyOfRange(octets, from, from + 4);
    for (int i = 0; i < four.length; i++) {
      four[i] ^= (byte) inverted;
    }
    return IpAddresses.of(four);
  }

  private static int number(byte[] octets, int from) {
    int number = 0;
    for (int i = from; i < from + 4; i++) {
      number = number << 8 | octets[i] & 0xFF;
    }
    return number;
  }
}
