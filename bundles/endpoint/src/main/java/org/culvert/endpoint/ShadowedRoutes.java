package org.culvert.endpoint;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destinations of ours that somebody else has a better route to, as the operating system said when
 * it was asked last: their tunnels carry nothing, though nothing of theirs is missing. There is
 * nothing to put right, for we take no route away that is not ours. Confined to the endpoint's
 * thread.
 */
final class ShadowedRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowedRoutes.class);

  private final NetworkDevices devices;

  /** Who has the better route and what to do, by destination. */
  private final Map<IpPrefix, String> shadowed = new HashMap<>();

  private Consumer<Set<IpPrefix>> looker = unseen -> {};

  ShadowedRoutes(NetworkDevices devices) {
    this.devices = devices;
  }

  /** Sets who is told of destinations that were never looked at. */
  void tell(Consumer<Set<IpPrefix>> newLooker) {
    looker = newLooker;
  }

  /** Takes note of destinations that were never looked at. */
  void unseen(Set<IpPrefix> destinations) {
    looker.accept(destinations);
  }

  /** Says who has a better route to one of these; empty if nobody has. */
  Optional<String> first(Collection<IpPrefix> destinations) {
    return shadowed.isEmpty()
        ? Optional.empty()
        : destinations.stream().filter(shadowed::containsKey).map(shadowed::get).findFirst();
  }

  /**
   * Asks about these destinations.
   *
   * @param destinations with the device that each leads into
   * @return those that stand otherwise than before
   */
  Set<IpPrefix> look(Map<IpPrefix, String> destinations) {
    return look(destinations, destinations.keySet());
  }

  /** Asks about all that these devices should have, and forgets what else there was. */
  Set<IpPrefix> lookAtAll(Map<String, DeviceConfiguration> wanted) {
    Map<IpPrefix, String> destinations = new HashMap<>();
    wanted.forEach(
        (device, wish) ->
            wish.routes().forEach(destination -> destinations.put(destination, device)));
    shadowed.keySet().retainAll(destinations.keySet());
    return look(destinations, Set.copyOf(shadowed.keySet()));
  }

  private Set<IpPrefix> look(Map<IpPrefix, String> destinations, Set<IpPrefix> earlier) {
    if (destinations.isEmpty()) {
      return Set.of();
    }
    Map<IpPrefix, String> found;
    try {
      found = devices.shadows(destinations);
    } catch (IOException | RuntimeException e) {
      // What was seen last holds: nothing says that it is otherwise.
      LOG.debug("Routes of others cannot be looked at: {}", RunningDatapath.reason(e));
      return Set.of();
    }
    Set<IpPrefix> turned = new HashSet<>();
    for (IpPrefix destination : earlier) {
      if (!found.containsKey(destination) && shadowed.remove(destination) != null) {
        turned.add(destination);
      }
    }
    found.forEach(
        (destination, reason) -> {
          if (!reason.equals(shadowed.put(destination, reason))) {
            turned.add(destination);
          }
        });
    return turned;
  }
}
