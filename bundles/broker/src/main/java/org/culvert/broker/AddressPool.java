package org.culvert.broker;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Hands out inner addresses of one pool.
 *
 * <p>An address is a keyed hash of its user's name: it cannot be guessed, tells nothing of the
 * user's IPv4 address (RFC 6169 section 5), and is mostly the same again after the broker forgot
 * the user. For the broker's thread; {@link #used} for any.
 */
final class AddressPool {
  private static final int HASHED_ATTEMPTS = 64;
  private static final int SCANNED_ATTEMPTS = 1 << 16;

  private final IpPrefix pool;
  private final int hostBits;
  private final BigInteger hostMask;
  private final BigInteger base;
  private final Mac mac;
  private final Set<InetAddress> held = new HashSet<>();
  private volatile long used;

  AddressPool(IpPrefix pool, byte[] secret) {
    this.pool = pool;
    this.hostBits = 128 - pool.length();
    this.hostMask = BigInteger.ONE.shiftLeft(hostBits).subtract(BigInteger.ONE);
    this.base = new BigInteger(1, pool.network().getAddress());
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  IpPrefix prefix() {
    return pool;
  }

  long used() {
    return used;
  }

  /**
   * Returns how many addresses there are to hand out, {@link Long#MAX_VALUE} for as many or more.
   */
  long capacity() {
    return hostBits >= 63 ? Long.MAX_VALUE : (1L << hostBits) - 2;
  }

  /** Finds a free address and holds it; empty if there is none. */
  Optional<InetAddress> allocate(String owner) {
    if (used >= capacity()) {
      return Optional.empty();
    }
    BigInteger host = BigInteger.ZERO;
    for (int i = 0; i < HASHED_ATTEMPTS; i++) {
      host = hash(owner, i);
      Optional<InetAddress> address = take(host);
      if (address.isPresent()) {
        return address;
      }
    }
    // A small pool that is nearly full: the hash will hardly hit what is left.
    for (int i = 0; i < SCANNED_ATTEMPTS; i++) {
      host = host.add(BigInteger.ONE).and(hostMask);
      Optional<InetAddress> address = take(host);
      if (address.isPresent()) {
        return address;
      }
    }
    return Optional.empty();
  }

  /** Holds an address of this pool that a lease has; false if it is held already. */
  boolean hold(InetAddress address) {
    boolean added = held.add(address);
    used = held.size();
    return added;
  }

  /** Gives an address back. */
  void free(InetAddress address) {
    held.remove(address);
    used = held.size();
  }

  private Optional<InetAddress> take(BigInteger host) {
    // 0 is the routers' anycast address, 1 the server's.
    if (host.compareTo(BigInteger.ONE) <= 0 || isAnycast(host)) {
      return Optional.empty();
    }
    InetAddress address = address(host);
    return hold(address) ? Optional.of(address) : Optional.empty();
  }

  /** The last 128 interface identifiers of a subnet are anycast addresses (RFC 2526). */
  private boolean isAnycast(BigInteger host) {
    return hostBits >= 64 && (host.longValue() | 0x0200_0000_0000_007FL) == -1L;
  }

  private InetAddress address(BigInteger host) {
    byte[] number = base.or(host).toByteArray();
    byte[] octets = new byte[16];
    int length = Math.min(16, number.length);
    System.arraycopy(number, number.length - length, octets, 16 - length, length);
    return IpAddresses.of(octets);
  }

  private BigInteger hash(String owner, int attempt) {
    mac.update(owner.getBytes(StandardCharsets.UTF_8));
    mac.update((byte) 0);
    mac.update((byte) attempt);
    return new BigInteger(1, mac.doFinal()).and(hostMask);
  }
}
