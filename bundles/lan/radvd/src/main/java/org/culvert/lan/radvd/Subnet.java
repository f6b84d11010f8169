package org.culvert.lan.radvd;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;

/**
 * What one LAN gets of a prefix.
 *
 * @param device the device that leads to it
 * @param gateway the gateway's own address there
 */
record Subnet(String device, InterfaceAddress gateway) {
  /** Hosts make their addresses of 64 bits and their own 64 (RFC 4862). */
  private static final int LENGTH = 64;

  /** Returns the prefix of the LAN. */
  IpPrefix prefix() {
    return IpPrefix.containing(gateway.address(), gateway.length());
  }

  /** Returns the devices that lead to LANs. */
  static Set<String> devices(List<Subnet> subnets) {
    return subnets.stream().map(Subnet::device).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Divides a prefix. Those that ask for a number get it, the others the smallest that are left.
   *
   * @throws ServiceException if the prefix has not so many
   */
  static List<Subnet> divide(LanSettings settings, IpPrefix prefix) throws ServiceException {
    if (!(prefix.network() instanceof Inet6Address) || prefix.length() > LENGTH) {
      throw ServiceException.lasting(
          prefix + " cannot be handed on to a LAN, which needs a /64 of IPv6", null);
    }
    Set<Long> taken = new HashSet<>();
    settings.lans().forEach(lan -> lan.subnet().ifPresent(taken::add));
    List<Subnet> subnets = new ArrayList<>();
    long next = 0;
    for (LanSettings.Lan lan : settings.lans()) {
      while (lan.subnet().isEmpty() && !taken.add(next)) {
        next++;
      }
      long number = lan.subnet().orElse(next);
      if (BigInteger.valueOf(number).bitLength() > LENGTH - prefix.length()) {
        throw ServiceException.lasting(
            prefix
                + " has no subnet "
                + number
                + " for "
                + lan.device()
                + "; ask for a shorter prefix, or name fewer interfaces or a smaller number",
            null);
      }
      subnets.add(
          new Subnet(
              lan.device(),
              new InterfaceAddress(address(prefix, number, settings.address()), LENGTH)));
    }
    return subnets;
  }

  private static InetAddress address(IpPrefix prefix, long number, Inet6Address identifier) {
    byte[] octets = prefix.network().getAddress();
    byte[] last = identifier.getAddress();
    for (int i = 0; i < 8; i++) {
      octets[7 - i] |= (byte) (number >>> (8 * i));
      octets[8 + i] = last[8 + i];
    }
    return IpAddresses.of(octets);
  }
}
