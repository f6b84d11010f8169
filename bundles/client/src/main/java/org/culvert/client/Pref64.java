package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * The option by which a router advertises the prefix of a NAT64 (RFC 8781 section 4).
 *
 * @param lifetime for how long it may be used from now on; zero: no more
 */
record Pref64(Nat64Prefix prefix, Duration lifetime) {
  private static final int TYPE = 38;

  /** Octets of a router advertisement before its options (RFC 4861 section 4.2). */
  private static final int HEADER = 16;

  /** An option's length counts so many octets. */
  private static final int UNIT = 8;

  private static final int LENGTH = 2 * UNIT;

  /** What {@code PLC} stands for, from 0 on. */
  private static final int[] PREFIX_LENGTHS = {96, 64, 56, 48, 40, 32};

  /** The three lowest bits; the others are the lifetime in units of eight seconds. */
  private static final int PLC = 0x7;

  private static final int PREFIX_OCTETS = 12;

  /**
   * Finds all in a router advertisement. There are none in one that is to be discarded as a whole
   * (RFC 4861 section 6.1.2), and those that cannot be used are left out.
   *
   * @param message the advertisement from the ICMPv6 header on; its position does not change
   */
  static List<Pref64> in(ByteBuffer message) {
    List<Pref64> found = new ArrayList<>();
    int at = message.position() + HEADER;
    while (at < message.limit()) {
      int length = message.limit() - at < 2 ? 0 : (message.get(at + 1) & 0xFF) * UNIT;
      if (length == 0 || length > message.limit() - at) {
        return List.of();
      }
      if ((message.get(at) & 0xFF) == TYPE && length == LENGTH) {
        read(message, at).ifPresent(found::add);
      }
      at += length;
    }
    return at == message.limit() ? List.copyOf(found) : List.of();
  }

  private static Optional<Pref64> read(ByteBuffer message, int at) {
    int scaled = message.getShort(at + 2) & 0xFFFF;
    int code = scaled & PLC;
    if (code >= PREFIX_LENGTHS.length) {
      return Optional.empty();
    }
    byte[] octets = new byte[16];
    message.get(at + 4, octets, 0, PREFIX_OCTETS);
    InetAddress network = IpAddresses.of(octets);
    // An IPv6 address in which Java sees one of IPv4 is none, and is no network either.
    if (network instanceof Inet4Address) {
      return Optional.empty();
    }
    IpPrefix prefix = IpPrefix.containing(network, PREFIX_LENGTHS[code]);
    return canBeRouted(prefix.network())
        ? Optional.of(new Pref64(new Nat64Prefix(prefix), Duration.ofSeconds(scaled - code)))
        : Optional.empty();
  }

  private static boolean canBeRouted(InetAddress network) {
    return !network.isAnyLocalAddress()
        && !network.isLinkLocalAddress()
        && !network.isMulticastAddress();
  }
}
