package org.culvert.api.net;

import java.net.InetAddress;

/**
 * An address as it stands on an interface, with the length of its on-link prefix.
 *
 * @param address the address
 * @param length the prefix length, 0 to 32 or 128
 */
public record InterfaceAddress(InetAddress address, int length) {

  /** Refuses a length out of range. */
  public InterfaceAddress {
    int bits = address.getAddress().length * 8;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException("prefix length " + length + " is not in 0.." + bits);
    }
  }

  /** Returns an address alone on its link. */
  public static InterfaceAddress host(InetAddress address) {
    return new InterfaceAddress(address, address.getAddress().length * 8);
  }

  @Override
  public String toString() {
    return IpAddresses.text(address) + "/" + length;
  }
}
