package org.culvert.configuration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.file.SmallFile;

/**
 * Finds keys that stand in a file more than once. Of one that is written in the same way each time
 * the framework takes the last; with one in several spellings it takes nothing of the file.
 *
 * @param folder where the framework looks for configurations
 */
record RepeatedKeys(Path folder) {
  private static final String ENDING = ".cfg";
  private static final int LARGEST_FILE = 1 << 20;
  private static final Pattern KEY = Pattern.compile("[\\s\uFEFF]*([^#!=:\\s][^=:\\s]*)\\s*[=:].*");

  /** Looks through the folder; there is nothing to tell of what cannot be read. */
  List<Mistake> look(Map<String, Definition> definitions) {
    return files(definitions).stream().flatMap(file -> mistakes(file).stream()).toList();
  }

  /** Returns the files of which the framework can take nothing. */
  List<Path> spoiled(Map<String, Definition> definitions) {
    return files(definitions).stream()
        .filter(file -> mistakes(file).stream().anyMatch(Mistake::refused))
        .toList();
  }

  private List<Path> files(Map<String, Definition> definitions) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> definitions.containsKey(kind(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns what a file is about; empty if its name has another ending. */
  static String kind(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(ENDING)
        ? name.substring(0, name.length() - ENDING.length()).replaceFirst("-.*", "")
        : "";
  }

  private static List<Mistake> mistakes(Path file) {
    Map<String, String> first = new HashMap<>();
    List<Mistake> mistakes = new ArrayList<>();
    boolean goesOn = false;
    for (String line : lines(file)) {
      Matcher matcher = KEY.matcher(line);
      if (!goesOn && matcher.matches()) {
        String key = matcher.group(1);
        String before = first.putIfAbsent(key.toLowerCase(Locale.ROOT), key);
        if (before != null) {
          mistakes.add(mistake(file, before, key));
        }
      }
      goesOn = line.endsWith("\\") && !line.matches("\\s*[#!].*");
    }
    return mistakes.stream().distinct().toList();
  }

  private static Mistake mistake(Path file, String before, String key) {
    boolean same = key.equals(before);
    String text =
        same
            ? "%s stands there more than once, and the last counts; leave one".formatted(key)
            : "%s and %s are one key; leave one of them. Nothing of this file is in force"
                .formatted(before, key);
    return new Mistake(kind(file), !same, "etc/%s: %s".formatted(file.getFileName(), text));
  }

  private static List<String> lines(Path file) {
    try {
      return new String(SmallFile.read(file, LARGEST_FILE), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
