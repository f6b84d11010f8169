package org.culvert.configuration;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What components say beforehand of configurations that they would refuse.
 *
 * @param services those who know it at this moment
 */
record Checks(Supplier<List<ConfigurationCheck>> services) {
  private static final Logger LOG = LoggerFactory.getLogger(Checks.class);

  /** Returns why a configuration would be refused; empty if nobody knows why. */
  Optional<Mistake> mistake(String kind, Map<String, Object> values) {
    return services.get().stream()
        .filter(check -> check.pid().equals(kind))
        .flatMap(check -> refusal(check, values).stream())
        .findFirst()
        .map(text -> new Mistake(kind, true, text));
  }

  /** A component tells itself what is wrong, if its check cannot. */
  private static Optional<String> refusal(ConfigurationCheck check, Map<String, Object> values) {
    try {
      return check.refusal(values);
    } catch (RuntimeException e) {
      LOG.debug("{} cannot be checked", check.pid(), e);
      return Optional.empty();
    }
  }
}
