package org.culvert.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The folder where the framework and Karaf's features service keep what is installed: for each
 * bundle a folder {@code bundleN} with {@code bundle.info}, whose second line is the location, and
 * a revision with the bundle's jar, unless the location refers to one elsewhere.
 */
final class BundleCache {
  private static final String INFO = "bundle.info";

  /** Id, location, state, start level, last change, number of refreshes. */
  private static final int INFO_LINES = 6;

  private final Path folder;

  BundleCache(Path folder) {
    this.folder = folder;
  }

  boolean exists() {
    return Files.isDirectory(folder);
  }

  /**
   * Returns the bundles in it that can be whole, by the name of their folder: the location, and
   * behind a space the checksum of the jar, if there is one.
   */
  Map<String, String> bundles() {
    Map<String, String> found = new TreeMap<>();
    for (Path bundle : list(folder, "bundle")) {
      description(bundle).ifPresent(text -> found.put(bundle.getFileName().toString(), text));
    }
    return found;
  }

  /** Says what is wrong with it, compared to what once was complete; empty if nothing is. */
  Optional<String> fault(Map<String, String> complete) {
    Map<String, String> now = bundles();
    for (Map.Entry<String, String> bundle : complete.entrySet()) {
      if (!bundle.getValue().equals(now.get(bundle.getKey()))) {
        String location = bundle.getValue().split(" ", 2)[0];
        return Optional.of(bundle.getKey() + " (" + location + ") is damaged or gone");
      }
    }
    return list(folder, "bundle").stream()
        .map(bundle -> bundle.resolve("data").resolve("state.json"))
        .filter(state -> Files.exists(state) && !endsAsJson(state))
        .findFirst()
        .map(state -> folder.relativize(state) + " is damaged");
  }

  /** Returns how many octets the files in it take. */
  long size() throws IOException {
    if (!exists()) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.mapToLong(path -> path.toFile().isFile() ? path.toFile().length() : 0).sum();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Deletes all of it. Leases and configurations are elsewhere. */
  void clear() throws IOException {
    if (!exists()) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static Optional<String> description(Path bundle) {
    try {
      List<String> info = Files.readAllLines(bundle.resolve(INFO));
      if (info.size() < INFO_LINES || info.get(1).isBlank()) {
        return Optional.empty();
      }
      String location = info.get(1);
      // The framework takes the last one.
      return list(bundle, "version").stream()
          .filter(revision -> isFilled(revision.resolve("revision.location")))
          .reduce((earlier, later) -> later)
          .flatMap(revision -> description(revision, location));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> description(Path revision, String location) {
    return location.startsWith("reference:")
        ? Optional.of(location)
        : checksum(revision.resolve("bundle.jar")).map(sum -> location + " " + sum);
  }

  private static Optional<String> checksum(Path file) {
    CRC32 sum = new CRC32();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] octets = new byte[1 << 16];
      for (int read = in.read(octets); read >= 0; read = in.read(octets)) {
        sum.update(octets, 0, read);
      }
      return Optional.of(Long.toHexString(sum.getValue()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean isFilled(Path file) {
    try {
      return Files.size(file) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean endsAsJson(Path file) {
    try {
      return Files.readString(file).stripTrailing().endsWith("}");
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> list(Path folder, String prefix) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches(prefix + "[0-9].*"))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
