package org.culvert.broker;

import java.util.Arrays;
import java.util.Locale;
import org.culvert.api.config.InvalidConfigurationException;

/** What becomes of a host that comes with an account whose tunnel another host has and uses. */
enum SecondHost {
  /** It gets the tunnel; who had it before may take it back a few times. */
  WINS,
  /** It is refused while the other is heard. */
  REFUSED;

  static SecondHost of(String text) {
    return Arrays.stream(values())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidConfigurationException(
                    Keys.PID, "secondHost", text, "write wins or refused"));
  }
}
