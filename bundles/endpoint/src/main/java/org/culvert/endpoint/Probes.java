package org.culvert.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * When the client's end sends its echo requests, and how many stayed without an answer (RFC 5572
 * section 4.4.3.1). Times are nanoseconds of one monotonic clock.
 */
final class Probes {
  private static final long TIME_TO_ANSWER = Duration.ofSeconds(5).toNanos();
  private static final int MISSES_THAT_MEAN_SILENCE = 3;

  private final long interval;
  private final Jitter jitter;

  /** When those that wait for an answer were sent; few, and one only if the interval is long. */
  private final Queue<Long> unanswered = new ArrayDeque<>(1);

  private long next;
  private int sequence;
  private int misses;

  /** The first one is due a full interval after the tunnel was opened. */
  Probes(Duration interval, long now, Jitter jitter) {
    this.interval = interval.toNanos();
    this.jitter = jitter;
    this.next = now + this.interval;
  }

  /** Takes note that the other end lives. */
  void answered() {
    unanswered.clear();
    misses = 0;
  }

  /** Tells whether enough of them, one after another, had no answer in time. */
  boolean areMissed(long now) {
    for (Long sent = unanswered.peek();
        sent != null && now - sent >= TIME_TO_ANSWER;
        sent = unanswered.peek()) {
      unanswered.remove();
      misses++;
    }
    return misses >= MISSES_THAT_MEAN_SILENCE;
  }

  Optional<Integer> due(long now) {
    if (now - next < 0) {
      return Optional.empty();
    }
    next = now + jitter.spread(interval);
    unanswered.add(now);
    return Optional.of(sequence++ & 0xFFFF);
  }
}
