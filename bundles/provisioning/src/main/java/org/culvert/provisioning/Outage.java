package org.culvert.provisioning;

import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.culvert.api.recurrence.Flaps;
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
  private final Flaps flaps;

  /** Begins with a service that works; takes a clock that never jumps. */
  Outage(String service, Settings settings, RandomGenerator random, LongSupplier nanos) {
    this.service = service;
    this.flaps = new Flaps(nanos);
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
      tell(flaps.failed(), said(failure));
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
    tell(flaps.worked(), "");
    told = false;
    refusalTold = false;
    clear();
    return ended;
  }

  /** Looks now and then whether outages that followed one another are over. */
  void look() {
    tell(flaps.look(), "");
  }

  private void tell(Flaps.News news, String why) {
    switch (news) {
      case FAILS -> LOG.warn("{} is out of order: {}; what it has to do waits", service, why);
      case FAILS_AGAIN_AND_AGAIN ->
          LOG.warn(
              "{} is out of order again and again: {}; what it has to do waits, and nothing more is"
                  + " told until it has worked for a minute",
              service,
              why);
      case WORKS -> LOG.info("{} works again; outages: {}", service, flaps.times());
      case NONE -> {}
    }
  }

  /** Lets everything be tried at once. */
  void clear() {
    failures = 0;
    tunnels = 0;
    last = null;
    until = Instant.MIN;
  }
}
