package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.TunnelStatus.Quiet;

/**
 * What the losses of tunnels tell that had come a short while before.
 *
 * <p>What forgets a quiet tunnel, like a NAT, has a time after which it does so. It never forgets
 * sooner than after a time that was survived, and it forgets again and again. So one loss tells
 * nothing, and two are a pattern only if no tunnel of that row had survived being quiet for as long
 * as it was when it was lost. A row in which one had is something else's doing: another host takes
 * the tunnel, or the path comes and goes. Confined to the {@link EventLoop}.
 */
final class Losses {
  /** What a row of losses looks like. */
  enum Pattern {
    /** Nothing yet. */
    NONE,
    /** Something forgets the tunnel when it is quiet. */
    FORGETFUL,
    /** The tunnel goes, whether it is quiet or not. */
    CONTESTED
  }

  /** A tunnel that was lost within this many intervals, or some minutes, came a short while ago. */
  private static final int YOUNG = 10;

  private static final Duration AT_LEAST_YOUNG = Duration.ofMinutes(5);

  private static final int ALIKE = 2;

  /** Where a row was contested, chance must not make it look like a NAT. */
  private static final int ALIKE_AFTER_CONTEST = 6;

  private static final int ROW = 3;

  /** What was heard is looked at once a second. */
  static final Duration LATE = Duration.ofSeconds(1);

  private int row;

  /** How many of the last ones in the row may all be a NAT's doing. */
  private int alike;

  private boolean refuted;
  private Optional<Duration> survived = Optional.empty();
  private Duration last = Duration.ZERO;

  /**
   * Notes that a tunnel that had been heard is silent.
   *
   * @param granted the interval of its keepalives
   * @param age how long it had stood with that
   * @param quiet how long it was quiet, if that is known
   * @param lasted the interval with which tunnels had stood here for long, if it was shorter
   * @param contested whether a row before looked so
   */
  Pattern lost(
      Duration granted,
      Duration age,
      Optional<Quiet> quiet,
      Optional<Duration> lasted,
      boolean contested) {
    if (age.compareTo(longer(granted.multipliedBy(YOUNG), AT_LEAST_YOUNG)) > 0) {
      forget();
      return Pattern.NONE;
    }
    row++;
    last = quiet.map(Quiet::last).orElse(granted);
    survived =
        quiet.map(Quiet::survived).map(s -> longer(s, survivedUntilNow())).or(() -> survived);
    Duration held = longer(survivedUntilNow(), lasted.orElse(Duration.ZERO));
    if (held.minus(LATE).compareTo(last) >= 0) {
      refuted = true;
      alike = 0;
      survived = Optional.empty();
    } else {
      alike++;
    }
    int enough = contested ? ALIKE_AFTER_CONTEST : lasted.isPresent() ? 1 : ALIKE;
    return refuted && row >= ROW && alike < enough
        ? Pattern.CONTESTED
        : alike >= enough ? Pattern.FORGETFUL : Pattern.NONE;
  }

  /** Returns the longest quiet that a tunnel of the row had survived, if that is known. */
  Optional<Duration> survived() {
    return survived;
  }

  /** Returns how long the last one was quiet when it was lost. */
  Duration last() {
    return last;
  }

  /** Begins a new row. */
  void forget() {
    row = 0;
    alike = 0;
    refuted = false;
    survived = Optional.empty();
  }

  private Duration survivedUntilNow() {
    return survived.orElse(Duration.ZERO);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
