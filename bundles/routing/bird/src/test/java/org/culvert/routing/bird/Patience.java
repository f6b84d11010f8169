package org.culvert.routing.bird;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for routing protocols, some of which let five seconds pass before they say a thing again.
 */
final class Patience {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(40);

  /** Long enough for programs that are asked to get something done between two questions. */
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(20);

  private Patience() {}

  /** Returns as soon as the condition holds; fails, naming it, when forty seconds were too few. */
  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT) {
        throw new AssertionError("not within forty seconds: " + what);
      }
      LockSupport.parkNanos(STEP);
    }
  }
}
