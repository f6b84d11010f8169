package org.culvert.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Addresses in the one form in which the rest of the bundle compares them. */
final class Addresses {
  /** A customer holds one IPv4 address, but at least 64 bits' worth of IPv6 addresses. */
  private static final int SOURCE_LENGTH_4 = 32;

  private static final int SOURCE_LENGTH_6 = 64;

  private static final int NETWORK_LENGTH_4 = 24;
  private static final int NETWORK_LENGTH_6 = 48;

  private Addresses() {}

  /** Strips a zone, and turns an IPv4-mapped IPv6 address into the IPv4 address that it is. */
  static InetAddress plain(InetAddress address) {
    return IpAddresses.of(address.getAddress());
  }

  /** Does the same to the address of an endpoint. */
  static InetSocketAddress plain(InetSocketAddress endpoint) {
    return new InetSocketAddress(plain(endpoint.getAddress()), endpoint.getPort());
  }

  /** Returns what limits treat as one source: an IPv4 address, or 64 bits of an IPv6 address. */
  static IpPrefix source(InetAddress address) {
    InetAddress plain = plain(address);
    return IpPrefix.containing(
        plain, plain instanceof Inet4Address ? SOURCE_LENGTH_4 : SOURCE_LENGTH_6);
  }

  /** Returns the network of a source that one customer, or one operator, has whole. */
  static IpPrefix network(IpPrefix source) {
    return IpPrefix.containing(
        source.network(),
        source.network() instanceof Inet4Address ? NETWORK_LENGTH_4 : NETWORK_LENGTH_6);
  }

  /** Writes an endpoint for people to read. */
  static String text(InetSocketAddress endpoint) {
    return IpAddresses.text(endpoint);
  }

  /**
   * Returns the addresses of this node that a client can reach it by, loopback included.
   *
   * @param inner names of devices whose addresses are not meant
   * @throws SocketException if the operating system does not tell
   */
  static Set<InetAddress> ofThisNode(Set<String> inner) throws SocketException {
    return NetworkInterface.networkInterfaces()
        .filter(device -> !inner.contains(device.getName()))
        .flatMap(NetworkInterface::inetAddresses)
        .filter(
            address ->
                !address.isLinkLocalAddress()
                    && !address.isMulticastAddress()
                    && !address.isAnyLocalAddress())
        .map(Addresses::plain)
        .collect(
            Collectors.toCollection(
                () -> new TreeSet<>(Comparator.comparing(IpAddresses::uncompressed))));
  }
}
