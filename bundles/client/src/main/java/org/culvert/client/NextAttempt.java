package org.culvert.client;

import java.time.Duration;

/**
 * When the client asks next: some time after a failure, or in time before a lifetime ends. At most
 * one moment is set. Confined to the {@link EventLoop}.
 */
final class NextAttempt {
  /**
   * What a broker means that tells no lifetime (RFC 5572 appendix A), and brokers that write
   * seconds instead of minutes mean a day or a week.
   */
  static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

  private static final Duration SHORTEST_RENEWAL = Duration.ofSeconds(30);

  private final EventLoop loop;
  private final Backoff backoff;
  private final Runnable ask;
  private EventLoop.Timer timer = () -> {};
  private volatile boolean set;

  /** Whether it waits for what may pass with another network, and until when. */
  private boolean hurryable;

  private volatile long due;

  /**
   * @param ask asks; runs on the loop
   */
  NextAttempt(EventLoop loop, Backoff backoff, Runnable ask) {
    this.loop = loop;
    this.backoff = backoff;
    this.ask = ask;
  }

  /** Tells whether a moment is set. May be called from any thread. */
  boolean isSet() {
    return set;
  }

  /** Returns the moment that was set last, in nanoseconds. May be called from any thread. */
  long due() {
    return due;
  }

  /** Sets the moment after a failure; returns how long that is. */
  Duration afterFailure(Failure failure) {
    Duration wait = failure.lasting() ? backoff.patient() : backoff.next();
    in(wait);
    // A lasting failure does not pass because the machine got another address.
    hurryable = !failure.lasting();
    return wait;
  }

  /**
   * Sets the moment to renew a tunnel at about three quarters of its lifetime; clients that came
   * together part ways. The failures of before are forgotten.
   */
  void renewWithin(Duration said) {
    backoff.reset();
    Duration positive = said.isNegative() ? Duration.ZERO : said;
    Duration lifetime = positive.compareTo(LONGEST_LIFETIME) < 0 ? positive : LONGEST_LIFETIME;
    Duration wait =
        backoff.between(
            lifetime.multipliedBy(7).dividedBy(10), lifetime.multipliedBy(8).dividedBy(10));
    in(wait.compareTo(SHORTEST_RENEWAL) < 0 ? SHORTEST_RENEWAL : wait);
  }

  /**
   * Sets the moment after a tunnel that carried nothing; another network may be better there, too.
   */
  void afterUnheard(Duration wait) {
    in(wait);
    hurryable = true;
  }

  /** Cuts a long wait after a failure to a short one: another network may be better. */
  void hurry() {
    backoff.reset();
    Duration wait = backoff.next();
    if (set && hurryable && loop.nanos() + wait.toNanos() - due < 0) {
      in(wait);
      hurryable = true;
    }
  }

  /** Forgets the failures of before. */
  void forgive() {
    backoff.reset();
  }

  /** Sets no moment any more. */
  void cancel() {
    timer.cancel();
    set = false;
    hurryable = false;
  }

  private void in(Duration wait) {
    cancel();
    due = loop.nanos() + wait.toNanos();
    set = true;
    timer =
        loop.after(
            wait,
            () -> {
              set = false;
              ask.run();
            });
  }
}
