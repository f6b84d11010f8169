package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Notices that the machine moved to another network, by looking at its addresses now and then. */
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
    this.last = relevant().orElse(Set.of());
  }

  /**
   * Looks.
   *
   * @param needed the address that the present tunnel stands on
   */
  Change look(Optional<InetAddress> needed) {
    Optional<Set<InetAddress>> seen = relevant();
    if (seen.isEmpty()) {
      return Change.NONE;
    }
    Set<InetAddress> now = seen.get();
    boolean appeared = !last.containsAll(now);
    // What was never seen cannot be lost: not every system shows every address.
    boolean gone = needed.filter(last::contains).filter(a -> !now.contains(a)).isPresent();
    last = now;
    if (gone) {
      return Change.LOST;
    }
    return appeared ? Change.APPEARED : Change.NONE;
  }

  private Optional<Set<InetAddress>> relevant() {
    return addresses
        .now()
        .map(
            all -> {
              Set<InetAddress> relevant = new HashSet<>(all);
              relevant.removeIf(address -> address instanceof Inet4Address != ipv4);
              return relevant;
            });
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
