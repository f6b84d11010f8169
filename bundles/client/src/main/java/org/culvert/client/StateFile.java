package org.culvert.client;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.FullDisk;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file that remembers something over restarts.
 *
 * <p>It is replaced as a whole and durably. Nobody waits for it to be there, and nothing stops if
 * it cannot be read or written: that is told once, and what could not be written is tried again by
 * {@link #flush}. A file that somebody else wrote is left as it is. Any thread may use it.
 */
final class StateFile {
  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);
  private static final String MARK = "#Culvert";

  private final Path file;
  private final String purpose;
  private final int largest;
  private final Executor disk;

  /** Held while the file is written. */
  private final Object writing = new Object();

  /** A disk that hangs gathers no tasks. */
  private final AtomicBoolean queued = new AtomicBoolean();

  /** What is to be written; guarded by {@code this}, as are the fields below. */
  private Optional<Map<String, String>> pending = Optional.empty();

  private boolean complained;
  private boolean foreign;

  /**
   * @param purpose what it remembers, in a few words
   * @param largest more octets than this are none of ours
   * @param disk writes, and may block
   */
  StateFile(Path file, String purpose, int largest, Executor disk) {
    this.file = file;
    this.purpose = purpose;
    this.largest = largest;
    this.disk = disk;
  }

  /** Returns what was written last; nothing if there is none, or none that makes sense. Blocks. */
  Map<String, String> read() {
    try {
      return Files.notExists(file) ? Map.of() : parsed();
    } catch (IOException | RuntimeException e) {
      distrust(e.toString());
      return Map.of();
    }
  }

  /** Says that what was read makes no sense. */
  void distrust(String why) {
    LOG.warn("{} is ignored, {} is not known: {}", file, purpose, why);
  }

  private Map<String, String> parsed() throws IOException {
    byte[] octets;
    try {
      octets = SmallFile.read(file, largest);
    } catch (UnfitFileException e) {
      return foreign();
    }
    if (isBlank(octets)) {
      distrust("it is empty, as a power cut leaves files");
      return Map.of();
    }
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    if (!text.startsWith(MARK)) {
      return foreign();
    }
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    Map<String, String> content = new HashMap<>();
    properties
        .stringPropertyNames()
        .forEach(key -> content.put(key, properties.getProperty(key, "")));
    return content;
  }

  private synchronized Map<String, String> foreign() {
    foreign = true;
    LOG.warn(
        "{} is not what this client wrote and is left alone; move it away, else {} is forgotten at"
            + " each restart",
        file,
        purpose);
    return Map.of();
  }

  private static boolean isBlank(byte[] octets) {
    for (byte octet : octets) {
      if (octet != 0) {
        return false;
      }
    }
    return true;
  }

  /** Sets what is to be written by the next {@link #flush}, instead of all that was there. */
  synchronized void keep(Map<String, String> content) {
    pending = Optional.of(Map.copyOf(content));
  }

  /** Has written what is not written yet, or could not be. */
  void flush() {
    synchronized (this) {
      if (pending.isEmpty()) {
        return;
      }
    }
    if (!queued.compareAndSet(false, true)) {
      return;
    }
    try {
      disk.execute(
          () -> {
            queued.set(false);
            store();
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, {} is not written", file, e);
    }
  }

  private void store() {
    synchronized (writing) {
      Optional<Map<String, String>> content = due();
      if (content.isEmpty()) {
        return;
      }
      try {
        DurableFile.write(file, octets(content.get()), DurableFile.PRIVATE);
        written(content);
      } catch (IOException | RuntimeException e) {
        failed(e);
      }
    }
  }

  private synchronized Optional<Map<String, String>> due() {
    return foreign && Files.exists(file) ? Optional.empty() : pending;
  }

  private synchronized void written(Optional<Map<String, String>> content) {
    if (pending.equals(content)) {
      pending = Optional.empty();
    }
    if (complained) {
      complained = false;
      LOG.info("{} can be written again", file);
    }
  }

  private synchronized void failed(Exception cause) {
    if (!complained) {
      complained = true;
      LOG.warn(
          "{} cannot be written and is tried again; until then a restart forgets {}: {}",
          file,
          purpose,
          FullDisk.words(file, cause));
    }
  }

  private byte[] octets(Map<String, String> content) throws IOException {
    Properties properties = new Properties();
    properties.putAll(content);
    StringWriter writer = new StringWriter();
    properties.store(writer, MARK.substring(1) + ": " + purpose + "; may be deleted");
    return writer.toString().getBytes(StandardCharsets.UTF_8);
  }
}
