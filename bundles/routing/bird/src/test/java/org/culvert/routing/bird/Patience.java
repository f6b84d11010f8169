package org.culvert.routing.bird;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for routing protocols; its limit is a guard against hanging, and no more. */
final class Patience {
  private static final long LIMIT = TimeUnit.MINUTES.toNanos(1);

  /** Long enough for programs that are asked to get something done between two questions. */
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(20);

  private Patience() {}

  /** Returns as soon as the condition holds; fails, naming it, when a minute was too short. */
  static void until(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT) {
        throw new AssertionError("not within a minute: " + what);
      }
      LockSupport.parkNanos(STEP);
    }
  }
}
