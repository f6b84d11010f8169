package org.culvert.configuration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.config.ConfigurationReport.Mistake;

/**
 * Finds files that are called as a configuration but for their ending, which the framework
 * therefore never looks at. What stands beside the right file is taken for an editor's copy of it.
 *
 * @param folder where the framework looks for configurations
 */
record Unread(Path folder) {
  private static final String ENDING = ".cfg";
  private static final List<String> READ = List.of(ENDING, ".config", ".json");

  /** Looks through the folder; there is nothing to tell of one that cannot be read. */
  List<Mistake> look(Map<String, Definition> definitions) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .filter(name -> READ.stream().noneMatch(name::endsWith))
          // An example, or what an editor kept.
          .filter(name -> !name.contains(ENDING + "."))
          .sorted()
          .flatMap(name -> mistake(name, definitions).stream())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private Optional<Mistake> mistake(String name, Map<String, Definition> definitions) {
    return Stream.of(name.substring(0, Math.max(0, name.lastIndexOf('.'))), name)
        .filter(stem -> definitions.containsKey(kind(stem)))
        .filter(stem -> !Files.exists(folder.resolve(stem + ENDING)))
        .findFirst()
        .map(stem -> told(name, stem));
  }

  private static Mistake told(String name, String stem) {
    String text = "etc/%s: nothing reads it; is %s meant?".formatted(name, stem + ENDING);
    return new Mistake(kind(stem), false, text);
  }

  /** Of one of several, what they are. */
  private static String kind(String stem) {
    int hyphen = stem.indexOf('-');
    return hyphen < 0 ? stem : stem.substring(0, hyphen);
  }
}
