package org.culvert.conformance;

import java.io.InterruptedIOException;

/** Waits where a dialogue says so. */
final class Pause {
  private Pause() {}

  static void millis(int millis) throws InterruptedIOException {
    if (millis <= 0) {
      return;
    }
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
