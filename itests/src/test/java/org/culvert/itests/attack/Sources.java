package org.culvert.itests.attack;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Addresses that are local to this network: {@code 198.18.0.0/15} and {@code 2001:db8:a000::/36} of
 * attackers, {@code 198.51.100.0/24} of users.
 */
final class Sources {
  private static final int ATTACKERS = 198 << 24 | 18 << 16;
  private static final int USERS = 198 << 24 | 51 << 16 | 100 << 8;
  private static final long ATTACKERS_6 = 0x2001_0DB8_A000_0000L;

  private Sources() {}

  /** Returns one of 131,072 addresses of attackers. */
  static InetAddress ipv4(int number) {
    return address(ByteBuffer.allocate(4).putInt(ATTACKERS + number % 0x2_0000).array());
  }

  /** Returns one of the /64s of attackers; 65,536 after one another share a /48. */
  static InetAddress ipv6(int network, int host) {
    return address(ByteBuffer.allocate(16).putLong(ATTACKERS_6 + network).putLong(host).array());
  }

  /** Returns one of 254 users. */
  static InetAddress user(int number) {
    return address(ByteBuffer.allocate(4).putInt(USERS + 1 + number % 254).array());
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
