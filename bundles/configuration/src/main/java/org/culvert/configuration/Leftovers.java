package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it, before anybody is configured, that what is in force is what the folder has. The
 * framework keeps what it read in an earlier run, also of a file that was deleted since.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final String FILE = "felix.fileinstall.filename";

  private final ConfigurationAdmin framework;

  Leftovers(ConfigurationAdmin framework) {
    this.framework = framework;
  }

  /** Ends what files configured that are gone. */
  void endThoseOfFilesThatAreGone(Map<String, Definition> definitions) throws IOException {
    for (Configuration one : new Configurations(framework).all()) {
      Dictionary<String, Object> properties = one.getProperties();
      Written written = properties == null ? null : Written.of(properties);
      if (written != null
          && definitions.containsKey(written.kind())
          && written.path().filter(file -> !Files.exists(file)).isPresent()) {
        LOG.info("{} is gone, and what it configured has ended", written.file());
        one.delete();
      }
    }
  }

  /**
   * Keeps components from starting with their defaults where there is a file for them of which the
   * framework can take nothing.
   */
  void holdThoseOf(List<Path> spoiled) throws IOException {
    for (Path file : spoiled) {
      Configuration held = configuration(file);
      if (held.getProperties() == null) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(FILE, file.toUri().toString());
        properties.put(Guard.CONDITION, Guard.NEVER);
        held.update(properties);
      }
    }
  }

  private Configuration configuration(Path file) throws IOException {
    String kind = RepeatedKeys.kind(file);
    String stem = file.getFileName().toString().replaceFirst("\\.cfg$", "");
    return stem.equals(kind)
        ? framework.getConfiguration(kind, "?")
        : framework.getFactoryConfiguration(kind, stem.substring(kind.length() + 1), "?");
  }
}
