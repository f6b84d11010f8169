package org.culvert.api.net;

import java.net.InetAddress;

/**
 * An IPv4 or IPv6 prefix: a network address whose host bits are zero, and a length.
 *
 * @param network the network address
 * @param length from 0 to 32 or 128
 */
public record IpPrefix(InetAddress network, int length) {

  /** Refuses a length out of range and a network address with host bits set. */
  public IpPrefix {
    int bits = network.getAddress().length * 8;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException("prefix length " + length + " is not in 0.." + bits);
    }
    if (!masked(network, length).equals(network)) {
      throw new IllegalArgumentException(
          IpAddresses.text(network) + "/" + length + " has bits set beyond its length");
    }
  }

  /** Returns the prefix of the given length that contains an address. */
  public static IpPrefix containing(InetAddress address, int length) {
    return new IpPrefix(masked(address, length), length);
  }

  /** Returns the prefix that holds just this address. */
  public static IpPrefix host(InetAddress address) {
    return new IpPrefix(address, address.getAddress().length * 8);
  }

  /**
   * Reads {@code address/length}.
   *
   * @throws IllegalArgumentException if the text is anything else, or has host bits set
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not a prefix, its length is missing: \"" + text + "\"");
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("not a prefix length: \"" + text + "\"");
    }
    return new IpPrefix(IpAddresses.parse(text.substring(0, slash)), Integer.parseInt(digits));
  }

  /** Tells whether an address of the same family lies in this prefix. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == network.getAddress().length
        && masked(address, length).equals(network);
  }

  /** Tells whether every address of another prefix lies in this one. */
  public boolean contains(IpPrefix other) {
    return other.length >= length && contains(other.network);
  }

  /** Tells whether an address lies in both. */
  public boolean overlaps(IpPrefix other) {
    return contains(other) || other.contains(this);
  }

  /**
   * Tells whether a route to it stands for one to all the world: a default route, one to a half of
   * all addresses, or to {@code 2000::/3}, which has all global ones of IPv6.
   */
  public boolean isWorld() {
    return length <= (network.getAddress().length == 4 ? 1 : 3);
  }

  /** Writes the address as RFC 5952 recommends, a slash, and the length. */
  @Override
  public String toString() {
    return IpAddresses.text(network) + "/" + length;
  }

  private static InetAddress masked(InetAddress address, int length) {
    byte[] octets = address.getAddress();
    for (int i = 0; i < octets.length; i++) {
      int keep = Math.max(0, Math.min(8, length - 8 * i));
      octets[i] &= (byte) (0xFF << (8 - keep));
    }
    return IpAddresses.of(octets);
  }
}
