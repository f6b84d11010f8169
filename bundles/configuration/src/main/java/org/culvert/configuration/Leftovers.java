package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
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

  private final ConfigurationAdmin configurations;
  private final Map<String, Definition> definitions;

  Leftovers(ConfigurationAdmin configurations, Map<String, Definition> definitions) {
    this.configurations = configurations;
    this.definitions = definitions;
  }

  /** Ends what files configured that are gone. */
  void endThoseOfFilesThatAreGone() throws IOException {
    for (Configuration one : all()) {
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
  void holdThoseOfSpoiledFiles(Path folder) throws IOException {
    List<Path> spoiled;
    try (Stream<Path> files = Files.list(folder)) {
      spoiled =
          files
              .filter(file -> definitions.containsKey(RepeatedKeys.kind(file)))
              .filter(RepeatedKeys::spoil)
              .toList();
    }
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
        ? configurations.getConfiguration(kind, "?")
        : configurations.getFactoryConfiguration(kind, stem.substring(kind.length() + 1), "?");
  }

  private Configuration[] all() throws IOException {
    try {
      Configuration[] found = configurations.listConfigurations(null);
      return found == null ? new Configuration[0] : found;
    } catch (InvalidSyntaxException e) {
      throw new IOException(e);
    }
  }
}
