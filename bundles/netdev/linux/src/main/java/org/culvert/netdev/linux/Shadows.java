package org.culvert.netdev.linux;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;

/** Finds which of our destinations a route of somebody else's takes packets from. */
final class Shadows {
  private final Set<IpPrefix> destinations;
  private final Set<Integer> lengths = new HashSet<>();

  Shadows(Set<IpPrefix> destinations) {
    this.destinations = destinations;
    destinations.forEach(destination -> lengths.add(destination.length()));
  }

  /**
   * Returns our destination that a route is better for: it is to the same with a lower metric, or
   * to a part of it. Whoever has a default route expects others to have better ones, and says by
   * its metric which other default route is better.
   */
  Optional<IpPrefix> of(Route other) {
    IpPrefix to = other.destination();
    if (to.length() > 0
        && destinations.contains(to)
        && Integer.compareUnsigned(other.metric(), Route.METRIC) < 0) {
      return Optional.of(to);
    }
    return lengths.stream()
        .filter(length -> length > 0 && length < to.length())
        .map(length -> IpPrefix.containing(to.network(), length))
        .filter(destinations::contains)
        .findFirst();
  }
}
