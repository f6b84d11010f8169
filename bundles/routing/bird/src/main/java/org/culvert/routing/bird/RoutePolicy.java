package org.culvert.routing.bird;

import java.util.List;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;

/**
 * Which routes the operator lets through.
 *
 * @param any whether all may pass
 * @param prefixes otherwise exactly these; none: nothing passes
 */
record RoutePolicy(boolean any, List<IpPrefix> prefixes) {
  /** Whatever comes. */
  static final RoutePolicy ANY = new RoutePolicy(true, List.of());

  /** Nothing. */
  static final RoutePolicy NONE = new RoutePolicy(false, List.of());

  /** All of IPv6: the default route's destination. */
  static final IpPrefix ALL = new IpPrefix(IpAddresses.parse6("::"), 0);

  /** The default route alone. */
  static final RoutePolicy DEFAULT = new RoutePolicy(false, List.of(ALL));

  /** Copies the list. */
  RoutePolicy {
    prefixes = List.copyOf(prefixes);
  }

  /** Writes a condition of BIRD's filters that holds for these routes. */
  String condition() {
    if (any) {
      return "true";
    }
    return prefixes.isEmpty()
        ? "false"
        : prefixes.stream()
            .map(IpPrefix::toString)
            .collect(Collectors.joining(", ", "net ~ [ ", " ]"));
  }
}
