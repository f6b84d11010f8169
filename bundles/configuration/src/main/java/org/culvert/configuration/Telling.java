package org.culvert.configuration;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.configuration.Failures.Failure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the log what was not told yet. A mistake is a line; a component that did not start
 * for a reason of its own is a line with the stack trace behind it.
 *
 * @param before what was told
 */
record Telling(Set<String> before) {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** The stack trace as the runtime keeps it, which is text. */
  private static final class Trace extends Exception {
    private static final long serialVersionUID = 1L;

    Trace(String text) {
      super(text, null, false, false);
    }

    @Override
    public String toString() {
      return String.valueOf(getMessage()).stripTrailing();
    }
  }

  /** Returns what is told now; what is no more will be told if it comes back. */
  Set<String> tell(List<Mistake> mistakes, List<Failure> failures) {
    Set<String> now = new HashSet<>();
    for (Mistake mistake : mistakes) {
      if (isNew(now, mistake.text())) {
        LOG.warn("{}", mistake.text());
      }
    }
    for (Failure failure : failures) {
      if (failure.mistake().isEmpty()
          && !failure.isConsequence()
          && isNew(now, failure.component() + ": " + failure.cause())) {
        LOG.error(
            "{} of {} did not start: {}",
            failure.component(),
            failure.bundle(),
            failure.cause(),
            new Trace(failure.text()));
      }
    }
    return now;
  }

  private boolean isNew(Set<String> now, String what) {
    return now.add(what) && !before.contains(what);
  }
}
