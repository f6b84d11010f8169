package org.culvert.datapath.kernel;

import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Filters that another program changes, and how often in a row: once is told, and not every time is
 * answered at once. Guarded by the lock of the forwarding that it belongs to.
 */
final class Disturbances {
  private static final Logger LOG = LoggerFactory.getLogger(KernelForwarding.class);

  /** Who changes filters more often in a row waits for the next look. */
  private static final int AT_ONCE = 16;

  private boolean told;
  private int answered;

  /** Tells whether one that was just heard of is to be answered now; it counts as answered. */
  boolean isAnsweredAtOnce() {
    if (answered >= AT_ONCE) {
      return false;
    }
    answered++;
    return true;
  }

  /** Says what was found, and what came of putting it back, by device. */
  void tell(IOException cause, Map<String, String> failures) {
    if (!told) {
      LOG.warn(
          "{}; {}",
          cause.getMessage(),
          failures.isEmpty() ? "it was put back" : "it could not be put back: " + failures);
    }
    told = true;
  }

  /** All was found as it should be. */
  void over() {
    told = false;
    answered = 0;
  }
}
