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
import org.culvert.api.netdev.Hindrances;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.Ways;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ways of ours that somebody else's routes, rules, addresses or filters keep packets from, as the
 * operating system said when it was asked last: their tunnels carry nothing, or not all, though
 * nothing of theirs is missing. There is nothing to put right, for we take nothing away that is not
 * ours. Confined to the endpoint's thread.
 */
final class ShadowedRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowedRoutes.class);

  private final NetworkDevices devices;

  /** What takes all packets and what to do, by destination or source. */
  private final Map<IpPrefix, String> whole = new HashMap<>();

  /** What takes some of them, by destination or source. */
  private final Map<IpPrefix, String> parts = new HashMap<>();

  /** What the packet filter does, by device. */
  private final Map<String, String> filtered = new HashMap<>();

  private Consumer<Set<IpPrefix>> looker = unseen -> {};

  ShadowedRoutes(NetworkDevices devices) {
    this.devices = devices;
  }

  /** Sets who is told of prefixes that were never looked at. */
  void tell(Consumer<Set<IpPrefix>> newLooker) {
    looker = newLooker;
  }

  /** Takes note of prefixes that were never looked at. */
  void unseen(Set<IpPrefix> prefixes) {
    looker.accept(prefixes);
  }

  /** Says what takes all packets of one of these; empty if nothing does. */
  Optional<String> first(Collection<IpPrefix> prefixes) {
    return first(whole, prefixes);
  }

  /** Says what takes some packets of one of these or of a device; empty if nothing does. */
  Optional<String> warning(String device, Collection<IpPrefix> prefixes) {
    return Optional.ofNullable(filtered.get(device)).or(() -> first(parts, prefixes));
  }

  private static Optional<String> first(
      Map<IpPrefix, String> reasons, Collection<IpPrefix> prefixes) {
    return reasons.isEmpty()
        ? Optional.empty()
        : prefixes.stream().filter(reasons::containsKey).map(reasons::get).findFirst();
  }

  /**
   * Asks about these ways.
   *
   * @return those prefixes that stand otherwise than before
   */
  Set<IpPrefix> look(Ways ways) {
    Set<IpPrefix> asked = new HashSet<>(ways.destinations().keySet());
    asked.addAll(ways.sources().keySet());
    return asked.isEmpty() ? Set.of() : ask(ways, asked, asked).orElse(Set.of());
  }

  /**
   * Asks about all ways that there are, and forgets what else there was.
   *
   * @return those prefixes that stand otherwise than before, or empty if nothing does
   */
  Optional<Set<IpPrefix>> lookAtAll(Ways ways) {
    Set<IpPrefix> asked = new HashSet<>(ways.destinations().keySet());
    asked.addAll(ways.sources().keySet());
    whole.keySet().retainAll(asked);
    parts.keySet().retainAll(asked);
    filtered.keySet().retainAll(ways.devices());
    return asked.isEmpty()
        ? Optional.empty()
        : ask(ways, Set.copyOf(whole.keySet()), Set.copyOf(parts.keySet()));
  }

  /** Returns what has turned; empty if nothing has. */
  private Optional<Set<IpPrefix>> ask(
      Ways ways, Set<IpPrefix> earlierWhole, Set<IpPrefix> earlierParts) {
    Hindrances found;
    try {
      found = devices.hindrances(ways);
    } catch (IOException | RuntimeException e) {
      // What was seen last holds: nothing says that it is otherwise.
      LOG.debug("What others do cannot be looked at: {}", RunningDatapath.reason(e));
      return Optional.empty();
    }
    Set<IpPrefix> turned = turned(whole, found.whole(), earlierWhole);
    if (ways.parts()) {
      turned.addAll(turned(parts, found.parts(), earlierParts));
    }
    boolean otherwise = !turned(filtered, found.devices(), ways.devices()).isEmpty();
    return otherwise || !turned.isEmpty() ? Optional.of(turned) : Optional.empty();
  }

  private static <T> Set<T> turned(Map<T, String> known, Map<T, String> found, Set<T> asked) {
    Set<T> turned = new HashSet<>();
    for (T one : asked) {
      if (!found.containsKey(one) && known.remove(one) != null) {
        turned.add(one);
      }
    }
    found.forEach(
        (one, reason) -> {
          if (!reason.equals(known.put(one, reason))) {
            turned.add(one);
          }
        });
    return turned;
  }
}
