package org.culvert.client;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * The prefix of a NAT64: IPv6 addresses in it stand for IPv4 addresses (RFC 6052 section 2.2).
 *
 * @param prefix of one of the six lengths 32, 40, 48, 56, 64 and 96
 */
record Nat64Prefix(IpPrefix prefix) {
  /** Octet 8 holds bits 64 to 71, which are zero; the IPv4 address goes around it. */
  private static final int RESERVED_OCTET = 8;

  /** Longest first: the most common one, and the one that leaves the least room for chance. */
  private static final List<Integer> LENGTHS = List.of(96, 64, 56, 48, 40, 32);

  private static final int IPV4_OCTETS = 4;

  /**
   * What a host without IPv4 says its IPv4 address is (RFC 7335): it stands for this end of a
   * translation everywhere and is nobody's, so that a broker sees that an address was translated.
   */
  static final Inet4Address STAND_IN = IpAddresses.parse4("192.0.0.2");

  /** Refuses a prefix of another length or family. */
  Nat64Prefix {
    if (!(prefix.network() instanceof Inet6Address) || !LENGTHS.contains(prefix.length())) {
      throw new IllegalArgumentException(
          prefix + " is no IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits");
    }
  }

  /**
   * Finds the prefix of an address that stands for a known IPv4 address (RFC 7050 section 3); empty
   * if it stands for none.
   */
  static Optional<Nat64Prefix> around(InetAddress address, Inet4Address known) {
    return LENGTHS.stream()
        .filter(length -> address instanceof Inet6Address)
        .map(length -> new Nat64Prefix(IpPrefix.containing(address, length)))
        .filter(prefix -> prefix.embed(known).equals(address))
        .findFirst();
  }

  /** Returns the IPv6 address that stands for an IPv4 address. */
  InetAddress embed(Inet4Address address) {
    byte[] octets = prefix.network().getAddress();
    byte[] embedded = address.getAddress();
    for (int i = 0; i < IPV4_OCTETS; i++) {
      octets[place(i)] = embedded[i];
    }
    return IpAddresses.of(octets);
  }

  /** Returns the IPv4 address that an IPv6 address stands for; empty if it stands for none. */
  Optional<Inet4Address> extract(InetAddress address) {
    if (!prefix.contains(address)) {
      return Optional.empty();
    }
    byte[] octets = address.getAddress();
    byte[] embedded = new byte[IPV4_OCTETS];
    for (int i = 0; i < IPV4_OCTETS; i++) {
      embedded[i] = octets[place(i)];
    }
    Inet4Address found = (Inet4Address) IpAddresses.of(embedded);
    return Optional.of(found).filter(meant -> embed(meant).equals(address));
  }

  private int place(int octet) {
    int place = prefix.length() / 8 + octet;
    boolean before = prefix.length() / 8 <= RESERVED_OCTET;
    return before && place >= RESERVED_OCTET ? place + 1 : place;
  }

  @Override
  public String toString() {
    return prefix.toString();
  }
}
