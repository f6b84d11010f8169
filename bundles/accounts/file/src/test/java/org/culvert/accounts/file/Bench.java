package org.culvert.accounts.file;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;

/** Makes stores whose threads a test drives: the last one that was made follows its file. */
final class Bench {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.5Z");

  private final ManualClock clock = new ManualClock();
  private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
  private ManualExecutor executor = new ManualExecutor(clock);

  /** Returns what the stores told the operator. */
  List<String> warnings() {
    return warnings;
  }

  /** Starts a store, and lets it hash what is in clear. */
  FileCredentialStore store(Settings settings) {
    FileCredentialStore store = fresh(settings, Hashing.of(settings));
    settle();
    return store;
  }

  /** Starts a store whose threads have done nothing yet. */
  FileCredentialStore fresh(Settings settings, Hashing hashing) {
    executor = new ManualExecutor(clock);
    return new FileCredentialStore(
        settings, hashing, warnings::add, clock::nanoTime, () -> NOW, executor, executor);
  }

  /** Starts a store with threads of its own. */
  FileCredentialStore running(Settings settings, Hashing hashing) {
    return new FileCredentialStore(
        settings,
        hashing,
        warnings::add,
        System::nanoTime,
        () -> NOW,
        Executors.newSingleThreadScheduledExecutor(),
        Executors.newSingleThreadExecutor());
  }

  /** Lets the threads see what changed, and do what there is to do. */
  void settle() {
    advance(Duration.ofSeconds(5));
  }

  /** Lets time pass. */
  void advance(Duration by) {
    executor.advance(by);
  }
}
