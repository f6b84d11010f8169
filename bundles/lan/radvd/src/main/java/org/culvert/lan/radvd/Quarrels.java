package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps account of what is found wrong again and again, so that a quarrel with another program
 * stays bounded: for some times in a row it is put right at the next look, and then ever later, up
 * to half a minute. Tells the operator of its beginning and its end. Guarded by its user.
 */
final class Quarrels {
  private static final Logger LOG = LoggerFactory.getLogger(Quarrels.class);

  /** So many times in a row nothing waits. */
  static final int PATIENCE = 16;

  private static final long FIRST_WAIT = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(30);
  private static final int DOUBLINGS = 4;

  /** What was as it should be for so long is in no quarrel. */
  private static final long QUIET = TimeUnit.SECONDS.toNanos(60);

  private final LongSupplier nanos;
  private final Map<String, Quarrel> quarrels = new HashMap<>();

  /** How often something was put right in a row, and when last. */
  private record Quarrel(int times, long last) {
    boolean isOpen() {
      return times > PATIENCE;
    }

    long pause() {
      int doublings = Math.min(DOUBLINGS, times - PATIENCE - 1);
      return isOpen() ? Math.min(LONGEST_WAIT, FIRST_WAIT << doublings) : 0;
    }
  }

  /** Takes a clock that never jumps. */
  Quarrels(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Tells whether one of these faults need not wait. */
  boolean isDue(Collection<String> faults) {
    long now = nanos.getAsLong();
    return faults.stream()
        .map(quarrels::get)
        .anyMatch(quarrel -> quarrel == null || now - quarrel.last() >= quarrel.pause());
  }

  /** Tells whether a fault was put right more often than one is patient. */
  boolean isOpen(String fault) {
    Quarrel quarrel = quarrels.get(fault);
    return quarrel != null && quarrel.isOpen();
  }

  /** Takes note that these faults are put right now, and tells of it. */
  void putRight(Collection<String> faults) {
    List<String> news = new ArrayList<>();
    List<String> opened = new ArrayList<>();
    for (String fault : faults) {
      Quarrel earlier = quarrels.get(fault);
      Quarrel quarrel = new Quarrel(earlier == null ? 1 : earlier.times() + 1, nanos.getAsLong());
      quarrels.put(fault, quarrel);
      if (!quarrel.isOpen()) {
        news.add(fault);
      } else if (quarrel.times() == PATIENCE + 1) {
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
    long now = nanos.getAsLong();
    List<String> ended = new ArrayList<>();
    quarrels
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = now - entry.getValue().last() >= QUIET;
              if (over && entry.getValue().isOpen()) {
                ended.add(entry.getKey());
              }
              return over;
            });
    if (!ended.isEmpty()) {
      LOG.info("Left alone again, and as it should be: {}", String.join("; ", ended));
    }
  }
}
