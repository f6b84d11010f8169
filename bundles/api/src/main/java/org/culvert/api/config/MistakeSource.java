package org.culvert.api.config;

import java.util.List;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows mistakes in files that an operator writes and that are no configurations of the framework,
 * registered as a service by whoever reads such a file. It tells them in the log itself, once each;
 * {@link ConfigurationReport} lists them beside all others.
 */
@ConsumerType
public interface MistakeSource {

  /** Returns what is wrong at this moment. Does not block. */
  List<Mistake> mistakes();
}
