package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.culvert.api.recurrence.Recurrences;
import org.culvert.api.recurrence.Recurrences.Recurrence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps account of what is found wrong again and again, so that a quarrel with another program
 * stays bounded: for some times in a row it is put right at the next look, and then ever later, up
 * to half a minute. Tells the operator of its beginning and its end. Guarded by its user.
 */
final class Quarrels {
  private static final Logger LOG = LoggerFactory.getLogger(Quarrels.class);

  private final Recurrences<String> faults;

  /** Takes a clock that never jumps. */
  Quarrels(LongSupplier nanos) {
    this.faults = new Recurrences<>(nanos);
  }

  /** Tells whether one of these faults need not wait. */
  boolean isDue(Collection<String> some) {
    return !faults.due(some).isEmpty();
  }

  /** Tells whether a fault was put right more often than one is patient. */
  boolean isOpen(String fault) {
    return faults.isOpen(fault);
  }

  /** Takes note that these faults are put right now, and tells of it. */
  void putRight(Collection<String> some) {
    List<String> news = new ArrayList<>();
    List<String> opened = new ArrayList<>();
    for (String fault : some) {
      Recurrence recurrence = faults.note(fault);
      if (!recurrence.isOpen()) {
        news.add(fault);
      } else if (recurrence.isFirstOpen()) {
        opened.add(fault);
      }
    }
    if (!news.isEmpty()) {
      LOG.warn("{}; it is provided anew", String.join("; ", news));
    }
    if (!opened.isEmpty()) {
      LOG.warn(
          "{}, again and again; it is provided anew, but ever less often. Find the program that"
              + " takes it away: ip monitor; nft monitor",
          String.join("; ", opened));
    }
  }

  /** Ends the quarrels that are over. */
  void settle() {
    Set<String> ended = faults.settle();
    if (!ended.isEmpty()) {
      LOG.info("Left alone again, and as it should be: {}", String.join("; ", ended));
    }
  }
}
