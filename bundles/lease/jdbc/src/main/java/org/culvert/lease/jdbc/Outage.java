package org.culvert.lease.jdbc;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator once that the store fails, once for each cause, and once that it works again.
 * Where the disk is full and has a little room again in turns, each is told once a minute; an
 * outage that lasts is told after a minute at the latest. For the writer's thread; {@link #why} for
 * any.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcLeaseStore.class);
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;

  /** When each cause was told last. */
  private final Map<String, Long> told = new HashMap<>();

  /** The causes that were told in this outage. */
  private final Set<String> causes = new HashSet<>();

  private volatile Optional<String> why = Optional.empty();
  private long since;
  private long refused;
  private int largest;

  Outage(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  boolean lasts() {
    return why.isPresent();
  }

  /** Returns the cause and the remedy that were named last; empty: there is no outage. */
  Optional<String> why() {
    return why;
  }

  /** Returns how many changes were refused at once, at most, in this outage. */
  int largest() {
    return largest;
  }

  /**
   * Is called for each attempt that failed.
   *
   * @param reason the cause and the remedy
   * @param changes how many were refused
   * @return whether that is told
   */
  boolean failed(String reason, int changes) {
    long now = nanoTime.getAsLong();
    if (!lasts()) {
      since = now;
    }
    why = Optional.of(reason);
    refused(changes);
    String cause = cause(reason);
    Long last = told.get(cause);
    boolean isDue = last == null || now - last > QUIET.toNanos();
    if (!isDue || !causes.add(cause)) {
      return false;
    }
    told.put(cause, now);
    LOG.warn(
        "Leases cannot be stored: {}. New requests are refused with 310, tunnels that stand go on;"
            + " it is tried again all the time",
        reason);
    return true;
  }

  /** The database's own words, in brackets at the end, differ from one attempt to the next. */
  private static String cause(String reason) {
    int details = reason.indexOf(" [");
    return details < 0 ? reason : reason.substring(0, details);
  }

  void refused(int changes) {
    refused += changes;
    largest = Math.max(largest, changes);
  }

  /**
   * Is called once what was refused could be stored.
   *
   * @return whether that is told
   */
  boolean isOver() {
    boolean isTold = !causes.isEmpty();
    if (isTold) {
      LOG.info(
          "Leases are stored again, after {} s in which {} changes were refused",
          Duration.ofNanos(nanoTime.getAsLong() - since).toSeconds(),
          refused);
      refused = 0;
    }
    causes.clear();
    why = Optional.empty();
    largest = 0;
    return isTold;
  }
}
