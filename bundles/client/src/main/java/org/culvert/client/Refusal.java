package org.culvert.client;

import org.culvert.api.config.InvalidConfigurationException;

/** Refuses what the operator wrote, with the name of the client's file. */
final class Refusal {
  static final String PID = "org.culvert.client";

  private Refusal() {}

  /** Makes the exception; never pass a secret as value. */
  static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}
