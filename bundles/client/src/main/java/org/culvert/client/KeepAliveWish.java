package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.TunnelStatus.Quiet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often keepalives are asked for: as configured, or more often where something on the way seems
 * to forget a quiet tunnel sooner than that; {@link Losses} tells that from an outage.
 *
 * <p>Then no more is asked for than what was survived, and a third at most. When that has lasted
 * for ten minutes, twice as long is asked for again; if that was too bold, the last that had lasted
 * is asked for, and patience grows. Where a shorter interval cannot help, since something else
 * takes the tunnel, the interval stays as configured and each loss is followed by a longer wait:
 * the newest host wins, and the other one does not take the tunnel back at once.
 *
 * <p>Confined to the {@link EventLoop}, but for {@link #note}.
 */
final class KeepAliveWish {
  private static final Logger LOG = LoggerFactory.getLogger(KeepAliveWish.class);

  private static final int DIVISOR = 3;
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Keepalives do not become quicker than this for what was seen to survive. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final Duration FIRST_PATIENCE = Duration.ofMinutes(10);
  private static final Duration LONGEST_PATIENCE = Duration.ofDays(1);

  /** A tunnel that has stood for so long is contested no more. */
  static final Duration PEACE = Duration.ofHours(1);

  private static final String TAKEN =
      "the tunnel is lost again and again soon after it came, which no quicker keepalive prevents:"
          + " another host may use the account, or the path comes and goes";

  private final Optional<Duration> configured;
  private final Backoff backoff;
  private final Losses losses = new Losses();
  private Optional<Duration> asked;
  private Optional<Duration> lasted = Optional.empty();
  private Optional<Duration> beforeSuspicion = Optional.empty();
  private Duration patience = FIRST_PATIENCE;
  private boolean contested;
  private volatile Optional<String> note = Optional.empty();

  /**
   * @param backoff how long to wait where something else takes the tunnel
   */
  KeepAliveWish(Optional<Duration> configured, Backoff backoff) {
    this.configured = configured;
    this.backoff = backoff;
    this.asked = configured;
  }

  /** Returns the interval to ask for; empty: no keepalive. */
  Optional<Duration> interval() {
    return asked;
  }

  /** Returns what the operator should know of it; any thread may ask. */
  Optional<String> note() {
    return note;
  }

  /**
   * Notes that a tunnel that had been heard is silent; the next session asks for less if that may
   * help.
   *
   * @param granted the interval that the broker had granted
   * @param age how long the tunnel had stood with that
   * @param quiet how long it was quiet, if that is known
   * @return how long to wait before a session
   */
  Duration silent(Duration granted, Duration age, Optional<Quiet> quiet) {
    if (asked.isEmpty()) {
      return Duration.ZERO;
    }
    stood(age);
    beforeSuspicion = Optional.empty();
    Optional<Duration> shorter = lasted.filter(l -> l.compareTo(granted) < 0);
    switch (losses.lost(granted, age, quiet, shorter, contested)) {
      case FORGETFUL -> suspect(granted, shorter);
      case CONTESTED -> contest();
      case NONE -> {}
    }
    return contested ? backoff.next() : Duration.ZERO;
  }

  private void suspect(Duration granted, Optional<Duration> shorter) {
    if (granted.compareTo(SHORTEST) <= 0) {
      contest();
      return;
    }
    beforeSuspicion = asked;
    shorter.ifPresent(tooBold -> patience = least(patience.multipliedBy(4), LONGEST_PATIENCE));
    Duration third = granted.dividedBy(DIVISOR);
    Duration survived = losses.survived().map(s -> most(s, SHORT)).orElse(third);
    Duration less = shorter.orElse(least(third, survived));
    lasted = shorter;
    asked = Optional.of(most(Duration.ofSeconds(less.toSeconds()), SHORTEST));
  }

  private void contest() {
    if (!contested) {
      LOG.warn(
          "{}. The client waits longer each time; give each host an account of its own", TAKEN);
    }
    contested = true;
    asked = configured;
    lasted = Optional.empty();
    losses.forget();
    note = Optional.of(TAKEN);
  }

  /**
   * Notes that the path itself was broken, and forgot nothing: no session was to be had, or the
   * tunnel was heard again without one.
   */
  void pathBroken() {
    losses.forget();
    beforeSuspicion.ifPresent(before -> asked = Optional.of(before));
    beforeSuspicion = Optional.empty();
  }

  /**
   * Notes that a session brought a tunnel.
   *
   * @param granted the interval that the broker granted
   */
  void up(Optional<Duration> granted) {
    if (beforeSuspicion.isPresent() && granted.isPresent()) {
      LOG.info(
          "something on the way seems to forget the tunnel when it is quiet for {} s;"
              + " keepalives every {} s from now on",
          losses.last().plus(Losses.LATE).toSeconds(),
          granted.get().toSeconds());
    }
    beforeSuspicion = Optional.empty();
    describe(granted);
  }

  /**
   * Notes how long the present tunnel has stood.
   *
   * @return whether a session should ask for a longer interval now
   */
  boolean stands(Optional<Duration> granted, Duration age) {
    stood(age);
    return asked.equals(granted) && lastedLong(age);
  }

  private void stood(Duration age) {
    if (contested && age.compareTo(PEACE) >= 0) {
      contested = false;
      backoff.reset();
      note = Optional.empty();
    }
  }

  /**
   * Asks for a longer interval if a tunnel has lasted long enough.
   *
   * @param age how long it has stood with the interval that was granted
   */
  void asking(Optional<Duration> granted, Duration age) {
    if (granted.isEmpty() || !lastedLong(age)) {
      return;
    }
    losses.forget();
    lasted = granted;
    asked = Optional.of(least(granted.get().multipliedBy(2), configured.orElseThrow()));
    LOG.info(
        "the tunnel has lasted with keepalives every {} s; asking for {} s",
        granted.get().toSeconds(),
        asked.get().toSeconds());
  }

  private boolean lastedLong(Duration age) {
    return !asked.equals(configured) && age.compareTo(patience) >= 0;
  }

  /** Forgets what was learned about a network that the machine has left. */
  void networkChanged() {
    losses.forget();
    backoff.reset();
    asked = configured;
    lasted = Optional.empty();
    beforeSuspicion = Optional.empty();
    patience = FIRST_PATIENCE;
    contested = false;
    note = Optional.empty();
  }

  private void describe(Optional<Duration> granted) {
    if (contested) {
      return;
    }
    note =
        asked.equals(configured) || granted.isEmpty()
            ? Optional.empty()
            : Optional.of(
                "every %s s instead of %s s: something on the way seems to forget the tunnel sooner"
                    .formatted(granted.get().toSeconds(), configured.orElseThrow().toSeconds()));
  }

  private static Duration least(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration most(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
