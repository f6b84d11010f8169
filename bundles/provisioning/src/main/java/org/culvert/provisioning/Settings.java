package org.culvert.provisioning;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.culvert.api.config.InvalidConfigurationException;

/**
 * The configuration, checked.
 *
 * @param firstRetry time until the second try
 * @param longestRetry time between two tries at most
 * @param serviceTimeout how long one deed may take
 * @param leave how long a routing service that leaves may take to take its tunnels back
 * @param absence how long a service may be missing before another takes over
 * @param verify time between two looks; zero: never
 */
record Settings(
    Duration firstRetry,
    Duration longestRetry,
    Duration serviceTimeout,
    Duration leave,
    Duration absence,
    Duration verify) {
  static final String PID = "org.culvert.provisioning";
  private static final int MOST_DOUBLINGS = 20;
  private static final long DAY = 86_400;

  static Settings from(Config config) {
    long first = within("firstRetryMillis", config.firstRetryMillis(), 10, 3_600_000);
    long longest = within("longestRetrySeconds", config.longestRetrySeconds(), 1, DAY);
    if (longest * 1_000 < first) {
      throw new InvalidConfigurationException(
          PID, "longestRetrySeconds", longest, "is shorter than firstRetryMillis; write more");
    }
    return new Settings(
        Duration.ofMillis(first),
        Duration.ofSeconds(longest),
        Duration.ofSeconds(within("serviceTimeoutSeconds", config.serviceTimeoutSeconds(), 1, 600)),
        Duration.ofSeconds(within("leaveSeconds", config.leaveSeconds(), 0, 600)),
        Duration.ofSeconds(within("absenceSeconds", config.absenceSeconds(), 0, DAY)),
        Duration.ofSeconds(
            config.verifySeconds() == 0
                ? 0
                : within("verifySeconds", config.verifySeconds(), 10, 30 * DAY)));
  }

  /**
   * Returns how long to wait after a number of failures; different each time, so that what failed
   * together is not tried again together.
   */
  Duration backOff(int failures, RandomGenerator random) {
    long doubled = firstRetry.toMillis() << Math.min(Math.max(failures - 1, 0), MOST_DOUBLINGS);
    long capped = Math.min(doubled, longestRetry.toMillis());
    return Duration.ofMillis(capped - (long) (random.nextDouble() * capped / 4));
  }

  private static long within(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidConfigurationException(
          PID, key, value, "write a number from " + least + " to " + most);
    }
    return value;
  }
}
