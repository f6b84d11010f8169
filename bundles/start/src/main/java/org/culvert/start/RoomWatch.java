package org.culvert.start;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Watches the disk while all bundles are installed: tells once when it is full, and knows when
 * there is room for the installation to begin anew. Karaf tries nothing a second time. For one
 * installation; threads take turns.
 */
final class RoomWatch {
  /** Less than this is called full; octets. */
  private static final long FULL = 1L << 20;

  /** A bundle that is larger than what is free leaves the disk with some room; octets. */
  private static final long LARGEST_BUNDLE = 20L << 20;

  /** So much more than before is room that somebody has made; octets. */
  private static final long MADE = 8L << 20;

  /** What has not changed for so long does not go on any more. */
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Folders folders;
  private final LongSupplier nanoTime;
  private final Installation.Teller teller;
  private long progress;
  private long since;
  private long lowest = Long.MAX_VALUE;
  private boolean isTold;

  RoomWatch(Folders folders, LongSupplier nanoTime, Installation.Teller teller) {
    this.folders = folders;
    this.nanoTime = nanoTime;
    this.teller = teller;
    this.since = nanoTime.getAsLong();
  }

  /**
   * Looks once.
   *
   * @param now changes whenever the installation goes on
   * @param failed whether it is known to have failed
   * @param free octets that are free on the disk
   * @param needed octets that have to be free for the installation to begin anew
   * @return whether to begin anew
   */
  synchronized boolean look(long now, boolean failed, long free, long needed) {
    if (now != progress) {
      progress = now;
      since = nanoTime.getAsLong();
    }
    boolean ended = failed || nanoTime.getAsLong() - since >= STALLED_NANOS;
    lowest = Math.min(lowest, free);
    if (free < FULL || (ended && free < Math.min(LARGEST_BUNDLE, needed))) {
      tell("is full", needed);
    } else if (ended && lowest < LARGEST_BUNDLE && free - lowest > MADE) {
      tell("was full for a moment", needed);
    }
    return isTold && ended && free >= needed;
  }

  /** Tells whether the disk was full. */
  synchronized boolean wasFull() {
    return isTold;
  }

  private void tell(String how, long needed) {
    if (!isTold) {
      isTold = true;
      teller.tell(
          "the disk of "
              + folders.data()
              + " "
              + how
              + ", and not all bundles are installed there yet: make room, until "
              + (((needed - 1) >> 20) + 1)
              + " MB are free; then the installation begins anew by itself");
    }
  }
}
