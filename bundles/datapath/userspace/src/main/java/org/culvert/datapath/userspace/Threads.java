package org.culvert.datapath.userspace;

/** Waits for threads without losing an interruption. */
final class Threads {
  private static final long LIMIT_MILLIS = 2_000;

  private Threads() {}

  static void join(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(LIMIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
