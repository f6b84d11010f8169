package org.culvert.api.status;

import java.util.List;

/**
 * Other brokers to ask, in order of preference (RFC 5572 section 4.4.5).
 *
 * @param brokers addresses in text form or host names; the wire cannot express a port
 */
public record Referral(List<String> brokers) {

  /** Copies the list and refuses an empty one. */
  public Referral {
    brokers = List.copyOf(brokers);
    if (brokers.isEmpty()) {
      throw new IllegalArgumentException("a referral names at least one broker");
    }
  }
}
