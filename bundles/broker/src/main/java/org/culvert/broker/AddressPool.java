package org.culvert.broker;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Hands out inner addresses of one pool: single ones, or IPv4 links of two hosts.
 *
 * <p>An address is a keyed hash of its user's name: it cannot be guessed, tells nothing of the
 * user's IPv4 address (RFC 6169 section 5), and is mostly the same again after the broker forgot
 * the user. For the broker's thread; {@link #used} for any.
 */
final class AddressPool {
  private static final int HASHED_ATTEMPTS = 64;
  private static final int SCANNED_ATTEMPTS = 1 << 16;

  private final IpPrefix pool;
  private final boolean ipv4;
  private final int block;
  private final int reserved;
  private final int hostBits;
  private final BigInteger hostMask;
  private final BigInteger base;
  private final BigInteger addresses;
  private final Mac mac;
  private final Set<InetAddress> held = new HashSet<>();
  private volatile long used;

  AddressPool(IpPrefix pool, byte[] secret) {
    this(pool, 1, secret);
  }

  /**
   * Makes a pool of which nothing is out.
   *
   * @param block how many addresses go out together: 1, or 4 for an IPv4 link, whose third is the
   *     client's
   */
  AddressPool(IpPrefix pool, int block, byte[] secret) {
    this.pool = pool;
    this.ipv4 = pool.network() instanceof Inet4Address;
    this.block = block;
    // Of IPv6, 0 is the routers' anycast address and 1 the server's; of IPv4, see Ipv4Pools.
    this.reserved = ipv4 ? Inner.LINK_SIZE : 2;
    this.hostBits = pool.network().getAddress().length * 8 - pool.length();
    this.hostMask = BigInteger.ONE.shiftLeft(hostBits).subtract(BigInteger.ONE);
    this.base = new BigInteger(1, pool.network().getAddress());
    this.addresses =
        hostMask
            .add(BigInteger.ONE)
            .subtract(BigInteger.valueOf(reserved))
            .subtract(anycast(hostBits))
            .max(BigInteger.ZERO);
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

  /** Returns how many clients there are addresses for, exactly. */
  BigInteger capacity() {
    return addresses.divide(BigInteger.valueOf(block));
  }

  /** Not by the number of leases: those of earlier pools may hold more or fewer addresses each. */
  private boolean isFull() {
    return BigInteger.valueOf((long) held.size() + block).compareTo(addresses) > 0;
  }

  /** Finds a free address and holds it; empty if there is none. */
  Optional<InetAddress> allocate(String owner) {
    if (isFull()) {
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
      host = host.add(BigInteger.valueOf(block)).and(hostMask);
      Optional<InetAddress> address = take(host);
      if (address.isPresent()) {
        return address;
      }
    }
    return Optional.empty();
  }

  /** Tells whether inner addresses are such as this pool gives. */
  boolean gives(Inner inner) {
    return pool.contains(inner.client()) && inner.exclusive().size() == block;
  }

  /** Holds the address that a user wishes, if it is a client's and free. */
  boolean take(InetAddress wished) {
    boolean ofClient = block == 1 || Inner.link(wished).get(2).equals(wished);
    return pool.contains(wished)
        && ofClient
        && take(new BigInteger(1, wished.getAddress()).and(hostMask)).isPresent();
  }

  /**
   * Holds addresses of this pool that a lease has, all or none.
   *
   * @return false if one of them is held already
   */
  boolean hold(List<InetAddress> addresses) {
    if (addresses.stream().anyMatch(held::contains)) {
      return false;
    }
    held.addAll(addresses);
    used++;
    return true;
  }

  /** Returns a copy of what is held. */
  Set<InetAddress> held() {
    return new HashSet<>(held);
  }

  /** Gives addresses back that were held together. */
  void free(List<InetAddress> addresses) {
    if (held.removeAll(addresses)) {
      used--;
    }
  }

  private Optional<InetAddress> take(BigInteger host) {
    if (host.compareTo(BigInteger.valueOf(reserved)) < 0 || isAnycast(host)) {
      return Optional.empty();
    }
    if (block == 1) {
      InetAddress address = address(host);
      return hold(List.of(address)) ? Optional.of(address) : Optional.empty();
    }
    List<InetAddress> link = Inner.link(address(host));
    return hold(link) ? Optional.of(link.get(2)) : Optional.empty();
  }

  /** Returns how many anycast addresses {@link #isAnycast} leaves out: twice 128 in each subnet. */
  private static BigInteger anycast(int hostBits) {
    return hostBits < 64 ? BigInteger.ZERO : BigInteger.valueOf(256).shiftLeft(hostBits - 64);
  }

  /**
   * The last 128 interface identifiers of a subnet are anycast addresses, whether the bit that says
   * "made from a hardware address" is set or not (RFC 2526).
   */
  private boolean isAnycast(BigInteger host) {
    return hostBits >= 64 && (host.longValue() | 0x0200_0000_0000_007FL) == -1L;
  }

  private InetAddress address(BigInteger host) {
    byte[] number = base.or(host).toByteArray();
    byte[] octets = new byte[ipv4 ? 4 : 16];
    int length = Math.min(octets.length, number.length);
    System.arraycopy(number, number.length - length, octets, octets.length - length, length);
    return IpAddresses.of(octets);
  }

  private BigInteger hash(String owner, int attempt) {
    if (ipv4) {
      // Whoever sees one address of a user shall not learn bits of the other.
      mac.update((byte) 4);
    }
    mac.update(owner.getBytes(StandardCharsets.UTF_8));
    mac.update((byte) 0);
    mac.update((byte) attempt);
    return new BigInteger(1, mac.doFinal()).and(hostMask);
  }
}
