package org.culvert.provisioning;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** Duties in the order in which they shall be tried; each stands there once. */
final class DueQueue {
  private record Place(Instant at, long order, Entry entry) {}

  private final Map<Entry, Place> places = new HashMap<>();
  private final NavigableSet<Place> line =
      new TreeSet<>(Comparator.comparing(Place::at).thenComparing(Place::order));
  private long order;

  void put(Entry entry, Instant at) {
    remove(entry);
    Place place = new Place(at, order++, entry);
    places.put(entry, place);
    line.add(place);
  }

  void remove(Entry entry) {
    Place place = places.remove(entry);
    if (place != null) {
      line.remove(place);
    }
  }

  /** Takes the first whose time has come. */
  Optional<Entry> poll(Instant now) {
    if (line.isEmpty() || line.first().at().isAfter(now)) {
      return Optional.empty();
    }
    Entry first = line.first().entry();
    remove(first);
    return Optional.of(first);
  }
}
