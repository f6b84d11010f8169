package org.culvert.accounts.file;

import java.time.Duration;
import java.util.Optional;

/** How long a user's tunnels live, in the minutes of a line. */
final class Lifetime {
  /** The longest, as the broker has it. */
  static final int MAX_MINUTES = 5_256_000;

  private Lifetime() {}

  /** Reads minutes; what is no number is as good as a number that cannot be. */
  static Duration of(String minutes) {
    return Duration.ofMinutes(minutes.matches("[0-9]{1,7}") ? Integer.parseInt(minutes) : 0);
  }

  /** Tells whether tunnels can live so long. */
  static boolean fits(Optional<Duration> time) {
    return time.map(Duration::toMinutes)
        .filter(minutes -> minutes < 1 || minutes > MAX_MINUTES)
        .isEmpty();
  }
}
