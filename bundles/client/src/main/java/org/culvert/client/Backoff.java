package org.culvert.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after a failure: a uniform choice between the shortest wait and a bound that
 * doubles with each failure, so that many clients of one broker do not come back together.
 */
final class Backoff {
  private final Duration min;
  private final Duration max;
  private final RandomGenerator random;
  private Duration bound;

  Backoff(Duration min, Duration max, RandomGenerator random) {
    this.min = min;
    this.max = max;
    this.random = random;
    this.bound = min;
  }

  /** Returns the next wait and doubles the bound. */
  Duration next() {
    bound = shorter(bound.multipliedBy(2), max);
    return between(min, bound);
  }

  /** Returns a wait for what will not heal by itself: from half the longest wait to the longest. */
  Duration patient() {
    bound = max;
    Duration half = max.dividedBy(2);
    return between(half.compareTo(min) < 0 ? min : half, max);
  }

  /** Forgets the failures. */
  void reset() {
    bound = min;
  }

  /** Chooses uniformly between two waits, both included. */
  Duration between(Duration least, Duration most) {
    long span = most.toMillis() - least.toMillis();
    return least.plusMillis(random.nextLong(span + 1));
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
