package org.culvert.broker;

import java.util.Arrays;
import java.util.Locale;
import org.culvert.api.config.InvalidConfigurationException;

/** The broker's own configuration: its file, and what its numbers and words may be. */
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

  /** Returns the constant that a word names in small letters; refuses every other word. */
  static <E extends Enum<E>> E word(String key, String text, Class<E> type, String remedy) {
    return Arrays.stream(type.getEnumConstants())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text.strip()))
        .findFirst()
        .orElseThrow(() -> new InvalidConfigurationException(PID, key, text, remedy));
  }
}
