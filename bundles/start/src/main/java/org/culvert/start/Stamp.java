package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says that everything in a cache of bundles is completely installed. It stands in the cache, so
 * that it goes with it, and it is away while something is installed or removed.
 *
 * @param role the role that was installed
 * @param build the installation that it was installed from
 * @param home where that was; bundles in the cache refer to it
 * @param asked the features that the configuration named at first
 * @param boot the features that were installed at first
 * @param fromStart the locations of the bundles and repositories that were there at first
 * @param bundles those that are there, by the name of their folder, as {@link BundleCache}
 *     describes them
 */
record Stamp(
    String role,
    String build,
    String home,
    Set<String> asked,
    Set<String> boot,
    Set<String> fromStart,
    Map<String, String> bundles) {

  /** Copies the collections. */
  Stamp {
    asked = Set.copyOf(asked);
    boot = Set.copyOf(boot);
    fromStart = Set.copyOf(fromStart);
    bundles = Map.copyOf(bundles);
  }

  static Path file(Path cache) {
    return cache.resolve("culvert.complete");
  }

  /** Reads the stamp of a cache, if it has one. */
  static Optional<Stamp> of(Path cache) {
    return Notes.read(file(cache))
        .filter(notes -> notes.containsKey("role"))
        .map(
            notes -> {
              Map<String, String> bundles = new TreeMap<>();
              notes.stringPropertyNames().stream()
                  .filter(name -> name.startsWith("bundle"))
                  .forEach(name -> bundles.put(name, notes.getProperty(name)));
              return new Stamp(
                  notes.getProperty("role"),
                  notes.getProperty("build", ""),
                  notes.getProperty("home", ""),
                  Notes.list(notes, "asked"),
                  Notes.list(notes, "boot"),
                  Notes.list(notes, "first"),
                  bundles);
            });
  }

  void write(Path cache) throws IOException {
    Properties notes = new Properties();
    notes.setProperty("role", role);
    notes.setProperty("build", build);
    notes.setProperty("home", home);
    Notes.put(notes, "asked", asked);
    Notes.put(notes, "boot", boot);
    Notes.put(notes, "first", fromStart);
    notes.putAll(bundles);
    Notes.write(file(cache), notes);
  }

  static void remove(Path cache) throws IOException {
    Files.deleteIfExists(file(cache));
  }
}
