package org.culvert.lease.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.config.ConfigurationCheck;
import org.culvert.api.config.ConfigurationValues;
import org.culvert.api.config.InvalidConfigurationException;
import org.osgi.service.component.annotations.Component;

/**
 * Says beforehand which file cannot be opened as a store, so that a broker that runs keeps the one
 * that it has. A store without another waits for such a file.
 */
@Component
public final class LeaseStoreCheck implements ConfigurationCheck {
  @Override
  public String pid() {
    return ConfiguredLeaseStore.PID;
  }

  @Override
  public Optional<String> refusal(Map<String, Object> values) {
    try {
      String url = ConfigurationValues.as(ConfiguredLeaseStore.Config.class, values).url();
      Path file = ConfiguredLeaseStore.file(url).toAbsolutePath();
      return obstacle(file)
          .map(remedy -> new InvalidConfigurationException(pid(), "url", url, remedy).getMessage());
    } catch (InvalidConfigurationException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  /** Makes nothing: what is missing is made when the store is opened. */
  private static Optional<String> obstacle(Path file) {
    if (Files.exists(file)) {
      if (!Files.isRegularFile(file)) {
        return Optional.of(file + " is no regular file; write the name of one");
      }
      if (!Files.isReadable(file) || !Files.isWritable(file)) {
        return Optional.of("let the user that Culvert runs as read and write " + file);
      }
      return isForeign(file)
          ? Optional.of(file + " is no SQLite database; write the name of another file")
          : Optional.empty();
    }
    Path folder = file.getParent();
    while (folder != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    if (folder == null || !Files.isDirectory(folder)) {
      return Optional.of(folder + " is no folder; write the name of a file in one");
    }
    return Files.isWritable(folder)
        ? Optional.empty()
        : Optional.of("let the user that Culvert runs as make files in " + folder);
  }

  private static boolean isForeign(Path file) {
    try {
      return SqliteFile.isForeign(file);
    } catch (IOException e) {
      // The store itself will say why it cannot be read.
      return false;
    }
  }
}
