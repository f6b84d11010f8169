package org.culvert.client;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.service.ServedTunnel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, over restarts, what services provide, so that it is adopted or taken back by whoever
 * comes after a crash. It is written before the deed. Any thread may use it.
 */
final class Provided {
  private static final Logger LOG = LoggerFactory.getLogger(Provided.class);
  private static final int LARGEST_FILE = 65_536;

  private final StateFile file;
  private final AtomicBoolean queued = new AtomicBoolean();

  /** Guarded by {@code this}, which is not held while something is written. */
  private final Map<String, ServedTunnel> entries;

  /** Reads the file if there is one. */
  Provided(Path path) {
    this.file =
        new StateFile(path, "what is provided with the tunnel", LARGEST_FILE, Runnable::run);
    this.entries = load();
  }

  /** Returns what a service provides, or may provide. */
  synchronized Optional<ServedTunnel> recall(String service) {
    return Optional.ofNullable(entries.get(service));
  }

  /** Writes down what a service is about to provide. Blocks. */
  void remember(String service, ServedTunnel tunnel) {
    synchronized (this) {
      if (!tunnel.equals(entries.put(service, tunnel))) {
        file.keep(content());
      }
    }
    file.flush();
  }

  /** Forgets what was taken back. Blocks. */
  void forget(String service) {
    synchronized (this) {
      if (entries.remove(service) != null) {
        file.keep(content());
      }
    }
    file.flush();
  }

  /**
   * Tries again to write what could not be written.
   *
   * @param disk does it, and may block; while it hangs, it is given nothing more
   */
  void flush(Executor disk) {
    if (!queued.compareAndSet(false, true)) {
      return;
    }
    try {
      disk.execute(
          () -> {
            queued.set(false);
            file.flush();
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, what is provided is not written again", e);
    }
  }

  private Map<String, String> content() {
    Map<String, String> content = new LinkedHashMap<>();
    int number = 0;
    for (Map.Entry<String, ServedTunnel> entry : entries.entrySet()) {
      String prefix = number++ + ".";
      content.put(prefix + "service", entry.getKey());
      ServedText.write(entry.getValue()).forEach((k, v) -> content.put(prefix + k, v));
    }
    return content;
  }

  private Map<String, ServedTunnel> load() {
    Map<String, ServedTunnel> loaded = new LinkedHashMap<>();
    Map<String, String> content = file.read();
    for (int number = 0; content.containsKey(number + ".service"); number++) {
      String prefix = number + ".";
      Map<String, String> texts = new HashMap<>();
      content.forEach(
          (key, value) -> {
            if (key.startsWith(prefix)) {
              texts.put(key.substring(prefix.length()), value);
            }
          });
      try {
        loaded.put(String.valueOf(texts.get("service")), ServedText.read(texts));
      } catch (IllegalArgumentException e) {
        file.distrust(
            "what "
                + texts.get("service")
                + " provided may have to be taken back by hand: "
                + e.getMessage());
      }
    }
    return loaded;
  }
}
