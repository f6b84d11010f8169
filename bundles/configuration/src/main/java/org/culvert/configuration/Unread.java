package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.culvert.api.config.ConfigurationReport.Mistake;

/**
 * Finds files that are called as a configuration, or almost so, but for their ending, which the
 * framework therefore never looks at. What differs in the ending alone and stands beside the right
 * file is taken for an editor's copy of it.
 *
 * @param folder where the framework looks for configurations
 */
record Unread(Path folder) {
  private static final String ENDING = ".cfg";

  /** An example, or what an editor kept; but some editors hide an ending that they add. */
  private static final Pattern COPY =
      Pattern.compile("\\.cfg\\.(?!(txt|text|conf|config|properties|ini)$)|~$");

  private static final List<String> READ = List.of(ENDING, ".config", ".json");

  /** Looks through the folder; there is nothing to tell of one that cannot be read. */
  List<Mistake> look(Map<String, Definition> definitions) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> READ.stream().noneMatch(name::endsWith))
          .filter(name -> !COPY.matcher(name).find())
          .sorted()
          .flatMap(name -> mistake(name, definitions).stream())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
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
    String stem = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    return stem.endsWith(ENDING) ? stem.substring(0, stem.length() - ENDING.length()) : stem;
  }

  private static Mistake told(String name, String right) {
    String text = "etc/%s: nothing reads it; is %s meant?".formatted(name, right);
    return new Mistake(kind(stem(right)), false, text);
  }

  /** Of one of several, what they are. */
  private static String kind(String stem) {
    int hyphen = stem.indexOf('-');
    return hyphen < 0 ? stem : stem.substring(0, hyphen);
  }
}
