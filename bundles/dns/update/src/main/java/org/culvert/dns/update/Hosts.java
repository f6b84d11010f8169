package org.culvert.dns.update;

import java.net.InetAddress;
import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Hosts that a prefix is taken to have, for users without a name server: each is entered by its
 * number, counted from the prefix's first address.
 *
 * @param numbers their numbers
 */
record Hosts(List<Integer> numbers) {
  /** How many can be entered for a prefix: one message has to hold them all. */
  static final int MOST = 64;

  /** The largest number. */
  static final int LARGEST = 0xFFFF;

  Hosts {
    numbers = List.copyOf(numbers);
  }

  /** Returns the label of a host's name; those of a user's two tunnels differ. */
  static String label(int number, IpPrefix prefix) {
    boolean v4 = prefix.network().getAddress().length == 4;
    return (v4 ? "v4host-" : "host-") + Integer.toHexString(number);
  }

  /** Returns the numbers that a prefix has room for. */
  List<Integer> in(IpPrefix prefix) {
    return numbers.stream().filter(number -> prefix.contains(address(number, prefix))).toList();
  }

  /** Returns a host's address, which may lie behind the prefix's end. */
  static InetAddress address(int number, IpPrefix prefix) {
    byte[] octets = prefix.network().getAddress();
    int rest = number;
    for (int i = octets.length - 1; i >= 0 && rest > 0; i--) {
      rest += octets[i] & 0xFF;
      octets[i] = (byte) rest;
      rest >>= 8;
    }
    return IpAddresses.of(octets);
  }
}
