package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.culvert.api.config.ConfigurationReport.Mistake;

/**
 * Finds files that are called as a configuration, or almost so, but for their ending, which the
 * framework therefore never looks at. What differs in the ending alone and stands beside the right
 * file is taken for an editor's copy of it. Finds also what is called as a configuration and is no
 * file: a directory, or a link to nothing.
 *
 * @param folder where the framework looks for configurations
 */
record Unread(Path folder) {
  private static final String ENDING = ".cfg";

  /** An example, or what an editor kept; but some editors hide an ending that they add. */
  private static final Pattern COPY =
      Pattern.compile("\\.cfg\\.(?!(txt|text|conf|config|properties|ini)$)|~$");

  private static final Pattern JOINED = Pattern.compile("(.+)[-_]cfg", Pattern.CASE_INSENSITIVE);

  /** What the framework reads too; of two files the one that was written last counts. */
  private static final List<String> OTHER_ENDINGS = List.of(".config", ".cfg.json");

  /** Looks through the folder; there is nothing to tell of one that cannot be read. */
  List<Mistake> look(Map<String, Definition> definitions) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .sorted()
          .flatMap(
              file ->
                  Files.isRegularFile(file)
                      ? misnamed(file.getFileName().toString(), definitions).stream()
                      : noFile(file, definitions).stream())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private Optional<Mistake> misnamed(String name, Map<String, Definition> definitions) {
    if (name.endsWith(ENDING)) {
      return Optional.empty();
    }
    for (String other : OTHER_ENDINGS) {
      if (name.endsWith(other)) {
        return second(name, name.substring(0, name.length() - other.length()), definitions);
      }
    }
    return COPY.matcher(name).find() ? Optional.empty() : mistake(name, definitions);
  }

  private Optional<Mistake> second(String name, String stem, Map<String, Definition> definitions) {
    String first = stem + ENDING;
    if (!definitions.containsKey(kind(stem)) || !Files.exists(folder.resolve(first))) {
      return Optional.empty();
    }
    String text =
        "etc/%s: etc/%s is there too, and what was written last counts; delete one of them, then"
            + " write the other once more";
    return Optional.of(new Mistake(kind(stem), false, text.formatted(name, first)));
  }

  private static Optional<Mistake> noFile(Path file, Map<String, Definition> definitions) {
    String name = file.getFileName().toString();
    String kind = kind(stem(name));
    if (!name.endsWith(ENDING) || !definitions.containsKey(kind)) {
      return Optional.empty();
    }
    String what =
        Files.isDirectory(file)
            ? "it is a directory"
            : Files.isSymbolicLink(file) ? "it is a link to nothing" : "it is no file";
    String text = "etc/%s: %s, so nothing of it is read; put a file there".formatted(name, what);
    return Optional.of(new Mistake(kind, false, text));
  }

  private Optional<Mistake> mistake(String name, Map<String, Definition> definitions) {
    String stem = stem(name);
    Optional<String> right =
        Stream.of(stem, name)
            .filter(one -> definitions.containsKey(kind(one)))
            .map(one -> one + ENDING)
            .findFirst();
    if (right.isPresent()) {
      return right.filter(one -> !Files.exists(folder.resolve(one))).map(one -> told(name, one));
    }
    return new FileNames(definitions.values()).meant(stem).map(one -> told(name, one));
  }

  private static String stem(String name) {
    Matcher joined = JOINED.matcher(name);
    if (joined.matches()) {
      return joined.group(1);
    }
    String stem = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    return stem.endsWith(ENDING) ? stem.substring(0, stem.length() - ENDING.length()) : stem;
  }

  private static Mistake told(String name, String right) {
    String text = "etc/%s: nothing reads it; is %s meant?".formatted(name, right);
    return new Mistake(kind(stem(right)), false, text);
  }

  /** Of one of several, what they are: a hyphen or a tilde stands before its own name. */
  private static String kind(String stem) {
    return stem.replaceFirst("[-~].*", "");
  }
}
