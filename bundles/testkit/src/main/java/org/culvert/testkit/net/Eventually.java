package org.culvert.testkit.net;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads bring about. */
public final class Eventually {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);

  private Eventually() {}

  /** Returns as soon as the condition holds; fails, naming it, when ten seconds were too few. */
  public static void holds(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE) {
        throw new AssertionError("not within ten seconds: " + what);
      }
      LockSupport.parkNanos(STEP);
    }
  }
}
