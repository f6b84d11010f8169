package org.culvert.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * Says how long to wait for the answer to a datagram before it is sent again: the estimator of TCP
 * (RFC 6298), between a least and a most, and how often to try.
 *
 * <p>A peer that was never heard gets three datagrams: it is cheaper to try another transport than
 * to insist. One that was heard gets eight; the first four at an even pace, then at twice the
 * distance each, which with the least timeout adds up to 66 seconds.
 */
final class RetransmissionTimer {
  private static final int SENDS_IF_NEVER_HEARD = 3;
  private static final int SENDS_IF_HEARD = 8;
  private static final int EVEN_SENDS = 4;
  private static final int GRANULARITY_MILLIS = 10;

  private final Duration least;
  private final Duration most;
  private Duration timeout;
  private Optional<Estimate> estimate = Optional.empty();

  private record Estimate(Duration mean, Duration deviation) {}

  RetransmissionTimer(Duration least, Duration most) {
    this.least = least;
    this.most = most;
    this.timeout = least;
  }

  /** Learns a round-trip time. */
  void measured(Duration roundTrip) {
    Estimate next =
        estimate
            .map(
                known -> {
                  Duration error = known.mean().minus(roundTrip).abs();
                  return new Estimate(
                      known.mean().multipliedBy(7).plus(roundTrip).dividedBy(8),
                      known.deviation().multipliedBy(3).plus(error).dividedBy(4));
                })
            .orElseGet(() -> new Estimate(roundTrip, roundTrip.dividedBy(2)));
    estimate = Optional.of(next);
    Duration margin = next.deviation().multipliedBy(4);
    timeout = clamp(next.mean().plus(max(margin, Duration.ofMillis(GRANULARITY_MILLIS))));
  }

  /**
   * Returns how long to wait after a send.
   *
   * @param sends how often this datagram has been sent
   * @return empty if it is time to give up: the answer to this send was the last that was awaited
   */
  Optional<Duration> waitAfter(int sends) {
    if (sends > (estimate.isPresent() ? SENDS_IF_HEARD : SENDS_IF_NEVER_HEARD)) {
      return Optional.empty();
    }
    Duration wait = timeout;
    for (int i = EVEN_SENDS; i < sends && wait.compareTo(most) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return Optional.of(clamp(wait));
  }

  private Duration clamp(Duration duration) {
    return duration.compareTo(most) > 0 ? most : max(duration, least);
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
