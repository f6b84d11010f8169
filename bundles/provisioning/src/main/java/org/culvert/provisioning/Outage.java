package org.culvert.provisioning;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a service as a whole is out of order: then one tunnel after another is tried at growing
 * distances, not all of them, and the log has one line at the beginning and one at the end.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  /** So many failures in a row are no longer one tunnel's. */
  private static final int TOLD = 3;

  /** A service that works again shall not be looked for longer than this. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final String service;
  private final Settings settings;
  private final RandomGenerator random;
  private int failures;
  private int tunnels;
  private @Nullable Entry last;
  private Instant until = Instant.MIN;
  private boolean told;
  private boolean refusalTold;

  Outage(String service, Settings settings, RandomGenerator random) {
    this.service = service;
    this.settings = settings;
    this.random = random;
  }

  boolean isPaused(Instant now) {
    return now.isBefore(until);
  }

  /** Notes a failure that may pass. */
  void failed(Entry entry, ServiceException failure, Instant now) {
    failures++;
    if (last != entry) {
      tunnels++;
      last = entry;
    }
    if (tunnels >= TOLD) {
      Duration pause = settings.backOff(tunnels - TOLD + 1, random);
      until = now.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
    }
    if (failures >= TOLD && !told) {
      told = true;
      LOG.warn("{} is out of order: {}; what it has to do waits", service, said(failure));
    }
  }

  /** Notes a failure that lasts: the service answers, but does not do it. */
  void refused(ServiceException failure) {
    clear();
    if (!refusalTold) {
      refusalTold = true;
      LOG.warn("{} refuses: {}; see culvert:duties for this and any more", service, said(failure));
    }
  }

  private static String said(ServiceException failure) {
    return Printable.of(String.valueOf(failure.getMessage()));
  }

  /** Notes that something was done; returns whether that ends an outage. */
  boolean worked() {
    boolean ended = told;
    if (ended) {
      LOG.info("{} works again", service);
    }
    told = false;
    refusalTold = false;
    clear();
    return ended;
  }

  /** Lets everything be tried at once. */
  void clear() {
    failures = 0;
    tunnels = 0;
    last = null;
    until = Instant.MIN;
  }
}
