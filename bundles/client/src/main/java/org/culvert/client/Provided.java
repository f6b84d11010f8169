package org.culvert.client;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.culvert.api.service.ServedTunnel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, over restarts, what services provide, so that it is adopted or taken back by whoever
 * comes after a crash. It is written before the deed. Any thread may use it.
 */
final class Provided {
  private static final Logger LOG = LoggerFactory.getLogger(Provided.class);
  private static final long LARGEST_FILE = 65_536;

  private final Path file;
  private final Map<String, ServedTunnel> entries;

  /** Reads the file if there is one. */
  Provided(Path file) {
    this.file = file;
    this.entries = load();
  }

  /** Returns what a service provides, or may provide. */
  synchronized Optional<ServedTunnel> recall(String service) {
    return Optional.ofNullable(entries.get(service));
  }

  /** Writes down what a service is about to provide. Blocks. */
  synchronized void remember(String service, ServedTunnel tunnel) {
    if (!tunnel.equals(entries.put(service, tunnel))) {
      store();
    }
  }

  /** Forgets what was taken back. Blocks. */
  synchronized void forget(String service) {
    if (entries.remove(service) != null) {
      store();
    }
  }

  private void store() {
    Properties properties = new Properties();
    int number = 0;
    for (Map.Entry<String, ServedTunnel> entry : entries.entrySet()) {
      String prefix = number++ + ".";
      properties.setProperty(prefix + "service", entry.getKey());
      ServedText.write(entry.getValue()).forEach((k, v) -> properties.setProperty(prefix + k, v));
    }
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      try (Writer writer = Files.newBufferedWriter(fresh)) {
        properties.store(writer, "What is provided with the tunnel, and is taken back with it");
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("Cannot remember in {} what is provided with the tunnel: {}", file, e.toString());
    }
  }

  private Map<String, ServedTunnel> load() {
    Map<String, ServedTunnel> loaded = new LinkedHashMap<>();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE) {
        return loaded;
      }
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
      for (int number = 0; properties.containsKey(number + ".service"); number++) {
        String prefix = number + ".";
        Map<String, String> texts = new HashMap<>();
        for (String key : properties.stringPropertyNames()) {
          if (key.startsWith(prefix)) {
            texts.put(key.substring(prefix.length()), properties.getProperty(key));
          }
        }
        loaded.put(String.valueOf(texts.get("service")), ServedText.read(texts));
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn(
          "{} is not readable, what was provided may have to be taken back by hand: {}",
          file,
          e.toString());
    }
    return loaded;
  }
}
