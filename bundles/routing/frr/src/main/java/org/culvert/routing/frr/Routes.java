package org.culvert.routing.frr;

import java.net.InetAddress;
import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/** Which routes may pass a filter. */
sealed interface Routes {
  /** All of IPv6. */
  IpPrefix ALL = new IpPrefix(anything(), 0);

  /** The default route alone. */
  Routes DEFAULT = new Listed(List.of(ALL));

  /** Any route. */
  Routes ANY = new Any();

  /** Tells whether the default route may pass. */
  default boolean hasDefault() {
    return this instanceof Any || (this instanceof Listed listed && listed.prefixes.contains(ALL));
  }

  /**
   * Exactly these prefixes.
   *
   * @param prefixes none: nothing passes
   */
  record Listed(List<IpPrefix> prefixes) implements Routes {
    /** Copies the list. */
    public Listed {
      prefixes = List.copyOf(prefixes);
    }
  }

  /** Whatever comes. */
  record Any() implements Routes {}

  private static InetAddress anything() {
    return IpAddresses.parse6("::");
  }
}
