package org.culvert.accounts.file;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.culvert.accounts.file.Remarks.Topic;

/**
 * Keeps the file closed to others, and a copy beside it. What could not be done is told, and tried
 * again by {@link #look}. For use by one thread at a time.
 */
final class Upkeep {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final UserFile file;
  private final Copies copies;
  private final Remarks remarks;
  private final LongSupplier nanoTime;
  private long tried;

  Upkeep(UserFile file, Copies copies, Remarks remarks, LongSupplier nanoTime) {
    this.file = file;
    this.copies = copies;
    this.remarks = remarks;
    this.nanoTime = nanoTime;
    this.tried = nanoTime.getAsLong();
  }

  /** Lets nobody but its owner read the file. */
  void close() {
    tried = nanoTime.getAsLong();
    remarks.say(Topic.MODE, file.closeToOthers().stream().toList());
  }

  /** Keeps a copy of a file that is whole. */
  void copy(UserTable read, Optional<UserFile.Stamp> state) {
    tried = nanoTime.getAsLong();
    remarks.say(Topic.COPY, copies.keep(read, state));
  }

  /** Tries again what could not be done, if it is time. */
  void look(UserTable whole, Optional<UserFile.Stamp> state) {
    if (nanoTime.getAsLong() - tried < RETRY_NANOS) {
      return;
    }
    if (remarks.holds(Topic.MODE)) {
      close();
    }
    if (remarks.holds(Topic.COPY)) {
      copy(whole, state);
    }
  }
}
