package org.culvert.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * When the client's end sends its echo requests, and how many stayed without an answer (RFC 5572
 * section 4.6). Times are nanoseconds of one monotonic clock.
 *
 * <ol>
 *   <li>The first goes out at once: it shows whether the tunnel carries anything.
 *   <li>The next ones follow after 1, 2, 4, ... seconds, until that would be more than three
 *       quarters of the interval. A NAT or a firewall that tracks connections keeps a UDP mapping
 *       longer once it has seen packets both ways; Linux wants to see one more than two seconds
 *       after the first ({@code nf_conntrack_proto_udp.c}: {@code stream_ts}). And where mappings
 *       are forgotten sooner than the interval, that comes to light within the first minute.
 *   <li>From then on one goes out after three quarters to the whole of the interval, never later:
 *       the agreed interval may be all that a NAT grants.
 *   <li>One that stays without an answer for two seconds is followed by another, so that a single
 *       lost packet does not cost the mapping, and by a third after ten seconds more.
 * </ol>
 */
final class Probes {
  private static final long TIME_TO_ANSWER = Duration.ofSeconds(5).toNanos();
  private static final long FIRST_GAP = Duration.ofSeconds(1).toNanos();

  /** Below this the interval itself is short enough to begin with. */
  private static final long SHORT_INTERVAL = Duration.ofSeconds(5).toNanos();

  private static final long FIRST_REPEAT = Duration.ofSeconds(2).toNanos();
  private static final long NEXT_REPEAT = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_TICK = Duration.ofSeconds(2).toNanos();
  private static final int MISSES_THAT_MEAN_SILENCE = 3;

  private final long interval;
  private final Jitter jitter;

  /** When those that wait for an answer were sent; few. */
  private final Queue<Long> unanswered = new ArrayDeque<>(4);

  /** The gap after the next one, while gaps still grow; else 0. */
  private long growing;

  private long sent;
  private long earliest;
  private long latest;
  private long looked;
  private int sequence;
  private int misses;

  /** The first one is due at once. */
  Probes(Duration interval, long now, Jitter jitter) {
    this.interval = interval.toNanos();
    this.jitter = jitter;
    this.growing = this.interval < SHORT_INTERVAL ? 0 : FIRST_GAP;
    this.sent = now;
    this.earliest = now;
    this.latest = now;
    this.looked = now;
  }

  /** Takes note that the other end lives. */
  void answered() {
    unanswered.clear();
    misses = 0;
  }

  /** Tells whether enough of them, one after another, had no answer in time. */
  boolean areMissed(long now) {
    for (Long waiting = unanswered.peek();
        waiting != null && now - waiting >= TIME_TO_ANSWER;
        waiting = unanswered.peek()) {
      unanswered.remove();
      misses++;
    }
    return misses >= MISSES_THAT_MEAN_SILENCE;
  }

  Optional<Integer> due(long now) {
    // The next look comes as late as this one did: what cannot wait until then goes out now.
    long tick = Math.max(0, Math.min(now - looked, LONGEST_TICK));
    looked = now;
    boolean regular = now - latest >= 0 || (now - earliest >= 0 && now + tick - latest > 0);
    if (!regular && !needsRepeating(now)) {
      return Optional.empty();
    }
    if (regular) {
      plan(now);
    }
    sent = now;
    unanswered.add(now);
    return Optional.of(sequence++ & 0xFFFF);
  }

  private boolean needsRepeating(long now) {
    int inVain = unanswered.size() + misses;
    if (inVain == 0) {
      return false;
    }
    return now - sent >= Math.min(interval, inVain == 1 ? FIRST_REPEAT : NEXT_REPEAT);
  }

  private void plan(long now) {
    if (growing > 0 && growing <= interval - interval / 4) {
      earliest = now + growing;
      latest = earliest;
      growing *= 2;
    } else {
      growing = 0;
      earliest = now + jitter.least(interval);
      latest = now + jitter.spread(interval);
    }
  }
}
