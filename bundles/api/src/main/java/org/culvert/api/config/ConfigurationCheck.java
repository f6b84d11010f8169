package org.culvert.api.config;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows beforehand what a component would refuse: rules between two keys, or what another file
 * holds. Who hands configurations on asks it before a component that runs is given another one, and
 * keeps the change back if it would be refused.
 *
 * <p>Registered as a service by a component that needs no configuration itself. Any thread may ask.
 */
@ConsumerType
public interface ConfigurationCheck {

  /** Returns the persistent identity of the configuration that it knows. */
  String pid();

  /**
   * Returns what the component would say to a configuration; empty if it would take it. Is asked
   * again while a change is kept back. Reads small files at most.
   *
   * @param values the keys and values as the framework hands them on
   */
  Optional<String> refusal(Map<String, Object> values);

  /** Returns what is said by a reading that refuses; empty if it ends without. */
  static Optional<String> refusalOf(Runnable reading) {
    try {
      reading.run();
      return Optional.empty();
    } catch (InvalidConfigurationException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }
}
