package org.culvert.provisioning;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Duties in the order in which they shall be tried; each stands there once. Those that failed for a
 * reason of their own come after all others that are due: what keeps a service busy for long and in
 * vain costs its own user the time.
 */
final class DueQueue {
  private record Place(Instant at, long order, Entry entry) {}

  private final Map<Entry, Place> places = new HashMap<>();
  private final NavigableSet<Place> line = inOrder();
  private final NavigableSet<Place> behind = inOrder();
  private long order;

  private static NavigableSet<Place> inOrder() {
    return new TreeSet<>(Comparator.comparing(Place::at).thenComparing(Place::order));
  }

  void put(Entry entry, Instant at) {
    remove(entry);
    Place place = new Place(at, order++, entry);
    places.put(entry, place);
    (entry.atFault ? behind : line).add(place);
  }

  void remove(Entry entry) {
    Place place = places.remove(entry);
    if (place != null) {
      line.remove(place);
      behind.remove(place);
    }
  }

  /** Takes the first whose time has come. */
  Optional<Entry> poll(Instant now) {
    Optional<Entry> first = first(line, now).or(() -> first(behind, now));
    first.ifPresent(this::remove);
    return first;
  }

  private static Optional<Entry> first(NavigableSet<Place> places, Instant now) {
    return places.isEmpty() || places.first().at().isAfter(now)
        ? Optional.empty()
        : Optional.of(places.first().entry());
  }
}
