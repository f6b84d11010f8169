package org.culvert.broker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** When each user must next be looked at; one entry for each. For the broker's thread. */
final class Deadlines {
  private record Entry(Instant at, String owner) {}

  private final Map<String, Entry> byOwner = new HashMap<>();
  private final NavigableSet<Entry> byTime =
      new TreeSet<>(Comparator.comparing(Entry::at).thenComparing(Entry::owner));

  void set(String owner, Instant at) {
    clear(owner);
    Entry entry = new Entry(at, owner);
    byOwner.put(owner, entry);
    byTime.add(entry);
  }

  void clear(String owner) {
    Entry old = byOwner.remove(owner);
    if (old != null) {
      byTime.remove(old);
    }
  }

  /** Returns and clears the users whose time has come. */
  List<String> due(Instant now) {
    List<String> due = new ArrayList<>();
    while (!byTime.isEmpty() && !byTime.first().at().isAfter(now)) {
      String owner = byTime.first().owner();
      clear(owner);
      due.add(owner);
    }
    return due;
  }
}
