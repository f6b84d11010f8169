package org.culvert.broker;

import org.culvert.api.config.InvalidConfigurationException;

/** The broker's own configuration: its file, and what its numbers may be. */
final class Keys {
  /** The persistent identity of the broker's configuration. */
  static final String PID = "org.culvert.broker";

  private Keys() {}

  /** Refuses a number out of bounds. */
  static int within(String key, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidConfigurationException(
          PID, key, value, "write a number from " + min + " to " + max);
    }
    return value;
  }
}
