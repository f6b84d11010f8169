package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * When each of many things must next be looked at; one entry for each. For the broker's thread.
 *
 * @param <K> what names a thing
 */
final class Deadlines<K extends Comparable<K>> {
  private record Entry<K>(Instant at, K key) {}

  private final Map<K, Entry<K>> byKey = new HashMap<>();
  private final NavigableSet<Entry<K>> byTime =
      new TreeSet<>(Comparator.comparing((Entry<K> entry) -> entry.at).thenComparing(Entry::key));

  void set(K key, Instant at) {
    clear(key);
    Entry<K> entry = new Entry<>(at, key);
    byKey.put(key, entry);
    byTime.add(entry);
  }

  /** Moves all of them. */
  void move(Duration by) {
    List<Entry<K>> all = List.copyOf(byKey.values());
    all.forEach(entry -> set(entry.key(), entry.at().plus(by)));
  }

  void clear(K key) {
    Entry<K> old = byKey.remove(key);
    if (old != null) {
      byTime.remove(old);
    }
  }

  /** Returns and clears the ones whose time has come. */
  List<K> due(Instant now) {
    List<K> due = new ArrayList<>();
    while (!byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      K key = byTime.first().key();
      clear(key);
      due.add(key);
    }
    return due;
  }
}
