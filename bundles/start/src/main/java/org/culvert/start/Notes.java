package org.culvert.start;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** Small files of keys and values that are whole or not there. */
final class Notes {
  private Notes() {}

  /** Reads one; empty if it is not there, or no such file. */
  static Optional<Properties> read(Path file) {
    Properties notes = new Properties();
    if (!Files.isRegularFile(file)) {
      // A pipe would be waited at for ever.
      return Optional.empty();
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      notes.load(reader);
      return Optional.of(notes);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Writes one and waits until it is on the disk; a crash leaves the old one or the new one. */
  static void write(Path file, Properties notes) throws IOException {
    StringWriter text = new StringWriter();
    notes.store(text, null);
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer octets = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (octets.hasRemaining()) {
        channel.write(octets);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Reads a list; no entry has a space in it. */
  static Set<String> list(Properties notes, String key) {
    Set<String> entries = new TreeSet<>();
    Arrays.stream(notes.getProperty(key, "").split(" ", -1))
        .filter(entry -> !entry.isEmpty())
        .forEach(entries::add);
    return entries;
  }

  /** Writes a list. */
  static void put(Properties notes, String key, Collection<String> entries) {
    notes.setProperty(key, String.join(" ", new TreeSet<>(entries)));
  }
}
