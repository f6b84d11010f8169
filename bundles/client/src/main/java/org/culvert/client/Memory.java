package org.culvert.client;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, over restarts, what worked last: the broker that answered, the transport and the
 * version. It holds nothing secret, and losing it costs a few seconds.
 */
final class Memory {
  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
  private static final long LARGEST_FILE = 4096;

  private final Path file;
  private final String servers;
  private Optional<Remembered> remembered;

  /**
   * Reads the file if there is one.
   *
   * @param servers the configured brokers; what was learned under others is not believed
   */
  Memory(Path file, List<BrokerAddress> servers) {
    this.file = file;
    this.servers = servers.toString();
    this.remembered = load();
  }

  /** Returns what worked last. */
  Optional<Remembered> recall() {
    return remembered;
  }

  /** Writes down what works; a file that cannot be written is no reason to stop. Blocks. */
  void remember(Remembered now) {
    if (remembered.equals(Optional.of(now))) {
      return;
    }
    remembered = Optional.of(now);
    Properties properties = new Properties();
    properties.setProperty("servers", servers);
    properties.setProperty("broker", now.broker().toString());
    properties.setProperty("transport", now.rung().transport().name());
    properties.setProperty("version", now.rung().version());
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      try (Writer writer = Files.newBufferedWriter(fresh)) {
        properties.store(writer, "What worked last; may be deleted");
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("Cannot remember the broker that answered in {}: {}", file, e.toString());
    }
  }

  private Optional<Remembered> load() {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
      if (!servers.equals(properties.getProperty("servers"))) {
        return Optional.empty();
      }
      return Optional.of(
          new Remembered(
              BrokerAddress.parse(properties.getProperty("broker", ""), SignalingTarget.PORT),
              new Ladder.Rung(
                  Transport.valueOf(properties.getProperty("transport", "")),
                  properties.getProperty("version", ""))));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("{} is not readable and is ignored: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /**
   * What worked.
   *
   * @param broker the broker that answered, which a referral may have named
   * @param rung how
   */
  record Remembered(BrokerAddress broker, Ladder.Rung rung) {}
}
