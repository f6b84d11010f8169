package org.culvert.lease.jdbc;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator once that the store fails, once for each cause, and once that it works again.
 * Where the disk is full and has a little room again in turns, each is told once a minute; an
 * outage that lasts is told after a minute at the latest. For the writer's thread.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcLeaseStore.class);
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;

  /** When each cause was told last. */
  private final Map<String, Long> told = new HashMap<>();

  /** The causes that were told in this outage. */
  private final Set<String> causes = new HashSet<>();

  private boolean lasts;
  private long since;
  private long refused;

  Outage(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  boolean lasts() {
    return lasts;
  }

  /**
   * Is called for each attempt that failed.
   *
   * @param why the cause and the remedy
   * @param changes how many were refused
   * @return whether that is told
   */
  boolean failed(String why, int changes) {
    long now = nanoTime.getAsLong();
    if (!lasts) {
      lasts = true;
      since = now;
    }
    refused += changes;
    String cause = cause(why);
    Long last = told.get(cause);
    boolean isDue = last == null || now - last > QUIET.toNanos();
    if (!isDue || !causes.add(cause)) {
      return false;
    }
    told.put(cause, now);
    LOG.warn(
        "Leases cannot be stored: {}. New requests are refused with 310, tunnels that stand go on;"
            + " it is tried again all the time",
        why);
    return true;
  }

  /** The database's own words, in brackets at the end, differ from one attempt to the next. */
  private static String cause(String why) {
    int details = why.indexOf(" [");
    return details < 0 ? why : why.substring(0, details);
  }

  void refused(int changes) {
    refused += changes;
  }

  /**
   * Is called for each attempt that succeeded.
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
    lasts = false;
    return isTold;
  }
}
