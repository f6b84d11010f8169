package org.culvert.endpoint;

import java.util.random.RandomGenerator;

/** Spreads keepalives evenly between three quarters of the interval and all of it. */
final class Jitter {
  private final RandomGenerator random;

  Jitter(RandomGenerator random) {
    this.random = random;
  }

  /** Returns the shortest. */
  long least(long interval) {
    return interval - interval / 4;
  }

  long spread(long interval) {
    return interval - (long) (random.nextDouble() * interval / 4);
  }
}
