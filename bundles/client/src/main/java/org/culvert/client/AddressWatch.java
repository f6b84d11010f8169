package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Notices that the machine moved to another network, by looking at its addresses now and then. On a
 * machine without IPv4 those of IPv6 count instead, since a NAT64 may be behind them.
 */
final class AddressWatch {
  private final LocalAddresses addresses;
  private final boolean ipv4;
  private Set<InetAddress> last;

  /**
   * @param ipv4 whether IPv4 addresses are of interest, or IPv6 addresses
   */
  AddressWatch(LocalAddresses addresses, boolean ipv4) {
    this.addresses = addresses;
    this.ipv4 = ipv4;
    this.last = addresses.now().orElse(Set.of());
  }

  /**
   * Looks.
   *
   * @param needed the address that the present tunnel stands on
   */
  Change look(Optional<InetAddress> needed) {
    Optional<Set<InetAddress>> seen = addresses.now();
    if (seen.isEmpty()) {
      return Change.NONE;
    }
    Set<InetAddress> now = seen.get();
    boolean appeared = !last.containsAll(relevant(now));
    // What was never seen cannot be lost: not every system shows every address.
    boolean gone = needed.filter(last::contains).filter(a -> !now.contains(a)).isPresent();
    last = now;
    if (gone) {
      return Change.LOST;
    }
    return appeared ? Change.APPEARED : Change.NONE;
  }

  private Set<InetAddress> relevant(Set<InetAddress> all) {
    boolean family = ipv4 && all.stream().anyMatch(AddressWatch::isIpv4BeyondTheLink);
    Set<InetAddress> relevant = new HashSet<>(all);
    relevant.removeIf(
        address ->
            address instanceof Inet4Address
                ? !ipv4
                : family || ipv4 && address.isLinkLocalAddress());
    return relevant;
  }

  private static boolean isIpv4BeyondTheLink(InetAddress address) {
    return address instanceof Inet4Address
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress();
  }

  /** What was seen. */
  enum Change {
    /** Nothing of interest. */
    NONE,
    /** An address that was not there before. */
    APPEARED,
    /** The needed address is gone. */
    LOST
  }
}
