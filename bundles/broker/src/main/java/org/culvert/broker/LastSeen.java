package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.culvert.api.lease.LeaseStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The date at which a broker last ran, by {@link LeaseClock}, kept beside the leases: whoever finds
 * their dates knows what time it was when they were right.
 */
final class LastSeen {
  private static final Logger LOG = LoggerFactory.getLogger(LastSeen.class);
  private static final String KEY = "clock";

  /** How old it may be when the power fails. */
  static final Duration AGE = Duration.ofSeconds(30);

  private final LeaseStore store;

  LastSeen(LeaseStore store) {
    this.store = store;
  }

  /**
   * Returns the date that is kept, or now if there is none. Blocks.
   *
   * @throws org.culvert.api.lease.LeaseStoreException if it cannot be read
   */
  Instant or(Instant now) {
    String kept = store.remember(KEY, now.toString());
    try {
      return Instant.parse(kept);
    } catch (DateTimeParseException e) {
      LOG.warn("The lease store has no date under \"{}\" but {}; taking the machine's", KEY, kept);
      return now;
    }
  }

  /** Keeps a date. If that fails, an older one stays, which the next replaces. */
  void note(Instant date) {
    try {
      store
          .note(KEY, date.toString())
          .whenComplete(
              (nothing, failure) -> {
                if (failure != null) {
                  LOG.debug("The date was not kept", failure);
                }
              });
    } catch (RuntimeException e) {
      LOG.debug("The date was not kept", e);
    }
  }
}
