package org.culvert.transport;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what was refused or dropped, by reason, and has what was refused logged. Safe for use by
 * many threads.
 */
final class Refusals {
  /** The reasons are words of ours, never input; the bound is there in case that changes. */
  private static final int MOST_REASONS = 256;

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final RefusalLog log;

  Refusals(RefusalLog log) {
    this.log = log;
  }

  /** Counts a refusal by the first words of why, up to a colon, and logs it. */
  void refused(RefusalLog.Event event) {
    count(event.reason().split(":", 2)[0]);
    log.note(event);
  }

  /** Returns the log. */
  RefusalLog log() {
    return log;
  }

  /** Counts one of which there is nothing else to tell. */
  void count(String reason) {
    LongAdder counter = counts.get(reason);
    if (counter == null) {
      String name = counts.size() < MOST_REASONS ? reason : "other";
      counter = counts.computeIfAbsent(name, r -> new LongAdder());
    }
    counter.increment();
  }

  /** Returns the counts so far, ordered by reason. */
  Map<String, Long> snapshot() {
    Map<String, Long> snapshot = new TreeMap<>();
    counts.forEach((reason, count) -> snapshot.put(reason, count.sum()));
    return snapshot;
  }
}
