package org.culvert.endpoint;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The probes that wait for an answer. Each is known by a number of 64 bits that stands in it and
 * that nobody can guess: who has not seen a probe cannot make up its answer.
 *
 * <p>Not for several threads at a time.
 *
 * @param <S> whose probes they are
 */
final class SentProbes<S> {
  /** No path takes longer, and what it carried then may not be so any more. */
  private static final long REMEMBERED = Duration.ofSeconds(10).toNanos();

  /** So many are remembered; when there are more, the oldest is forgotten. */
  private static final int MOST = 20_000;

  private final LongSupplier nonces;

  /** The oldest comes first. */
  private final Map<Long, Probe<S>> waiting = new LinkedHashMap<>();

  /** A probe that was sent at a time, in nanoseconds of one monotonic clock. */
  record Probe<S>(S search, int size, long at) {}

  /** Takes what makes unguessable numbers. */
  SentProbes(LongSupplier nonces) {
    this.nonces = nonces;
  }

  /** Returns the number of the next probe. */
  long nonce() {
    return nonces.getAsLong();
  }

  /** Takes note that the probe with this number went out. */
  void sent(long nonce, Probe<S> probe) {
    waiting.put(nonce, probe);
    if (waiting.size() > MOST) {
      Iterator<Probe<S>> oldest = waiting.values().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Returns the probe that has just been answered; a second answer is to none. */
  Optional<Probe<S>> answered(long nonce, long now) {
    return Optional.ofNullable(waiting.remove(nonce)).filter(probe -> !isOld(probe, now));
  }

  /** Forgets those that are not answered any more. */
  void expire(long now) {
    Iterator<Probe<S>> oldest = waiting.values().iterator();
    while (oldest.hasNext() && isOld(oldest.next(), now)) {
      oldest.remove();
    }
  }

  private boolean isOld(Probe<S> probe, long now) {
    return now - probe.at > REMEMBERED;
  }
}
