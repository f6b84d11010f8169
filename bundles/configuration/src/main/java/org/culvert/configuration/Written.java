package org.culvert.configuration;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A configuration as the operator wrote it.
 *
 * @param pid its own name
 * @param kind what it is one of: its name, or that of those that there may be several of
 * @param one whether it is one of several
 * @param file what the operator calls it
 * @param values its keys and values, those of the framework too
 */
record Written(String pid, String kind, boolean one, String file, Map<String, Object> values) {
  /** Some editors begin a file with it. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final String PID = "service.pid";
  private static final String FACTORY_PID = "service.factoryPid";
  static final String FILE = "felix.fileinstall.filename";

  Written {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** Reads what the framework hands on. */
  static Written of(Dictionary<String, Object> properties) {
    Map<String, Object> values = new TreeMap<>();
    Collections.list(properties.keys())
        .forEach(key -> values.put(key.replace(BYTE_ORDER_MARK, ""), properties.get(key)));
    String pid = text(values, PID).orElse("");
    Optional<String> factory = text(values, FACTORY_PID);
    // A name with a bar is for one bundle or version only.
    String kind = factory.orElse(pid).replaceFirst("\\|.*", "");
    String file =
        text(values, FILE)
            .map(path -> path.substring(path.lastIndexOf('/') + 1))
            .orElse(pid + ".cfg");
    return new Written(pid, kind, factory.isPresent(), "etc/" + file, values);
  }

  /** Returns its file's name without directory and ending. */
  String stem() {
    return file.replaceFirst("^etc/", "").replaceFirst("\\.[a-z]+$", "");
  }

  /** Returns where it was read from; empty if it came from elsewhere. */
  Optional<Path> path() {
    try {
      return text(values, FILE).map(address -> Path.of(URI.create(address)));
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  /** Tells whether its file has no octet, as a power cut may leave it. */
  boolean isEmptied() {
    try {
      Optional<Path> path = path();
      return path.isPresent() && Files.size(path.get()) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells whether a key is the framework's, and no component's. */
  static boolean isOfFramework(String key) {
    return key.startsWith(".")
        || key.startsWith(":")
        || key.startsWith("service.")
        || key.startsWith("component.")
        || key.startsWith("felix.")
        || key.startsWith("osgi.")
        || key.startsWith("org.apache.")
        || key.endsWith(".target")
        || key.endsWith(".cardinality.minimum");
  }

  /** Returns a value's parts, where it is a list, as text. */
  static List<String> parts(Object value) {
    if (value instanceof Collection<?> several) {
      return several.stream().map(String::valueOf).toList();
    }
    if (value.getClass().isArray()) {
      return IntStream.range(0, java.lang.reflect.Array.getLength(value))
          .mapToObj(i -> String.valueOf(java.lang.reflect.Array.get(value, i)))
          .toList();
    }
    return List.of(value.toString());
  }

  private static Optional<String> text(Map<String, Object> values, String key) {
    return Optional.ofNullable(values.get(key)).map(Object::toString);
  }

  /** Returns what a configuration of this name is one of. */
  static String kindOf(String pid) {
    return pid.replaceFirst("~.*", "");
  }

  /** Lists are arrays, which are equal to themselves only. */
  static boolean same(Map<String, Object> one, Map<String, Object> other) {
    return texts(one).equals(texts(other));
  }

  private static Map<String, List<String>> texts(Map<String, Object> values) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, one -> parts(one.getValue())));
  }
}
