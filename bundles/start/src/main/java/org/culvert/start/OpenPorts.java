package org.culvert.start;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The open ports, as a line that stays short and changes at most once a minute: a host may have
 * thousands of addresses, and containers whose addresses come and go.
 */
final class OpenPorts {
  /** So many are named; the log and {@code culvert:services} have the rest. */
  static final int NAMED = 12;

  static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanos;
  private String line = "";
  private long changed;

  /** Takes a clock that never jumps. */
  OpenPorts(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Returns the line for these ports, or an earlier one that is less than a minute old. */
  String line(List<String> ports) {
    String now = text(ports);
    if (line.isEmpty() || nanos.getAsLong() - changed >= PAUSE_NANOS) {
      if (!now.equals(line)) {
        changed = nanos.getAsLong();
      }
      line = now;
    }
    return line;
  }

  /** Forgets what was open, for nothing is: the next line is told at once. */
  void closed() {
    line = "";
  }

  private static String text(List<String> ports) {
    List<String> sorted = ports.stream().sorted().toList();
    return sorted.size() <= NAMED
        ? String.join(", ", sorted)
        : String.join(", ", sorted.subList(0, NAMED)) + " and " + (sorted.size() - NAMED) + " more";
  }
}
