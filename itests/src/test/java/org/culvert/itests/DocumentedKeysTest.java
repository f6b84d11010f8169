package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Compares the keys that a bundle reads with the ones that its README names. */
class DocumentedKeysTest {
  private static final Path BUNDLES =
      Path.of(System.getProperty("culvert.root", "..")).resolve("bundles");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** Of every service; the runtime reads it. */
  private static final String RANKING = "service.ranking";

  /** Every number means something here. */
  private static final Set<String> ANY_NUMBER = Set.of(RANKING, "order");

  static Stream<Path> configured() throws IOException {
    try (Stream<Path> files = Files.walk(BUNDLES, 3)) {
      return files
          .filter(file -> Files.isDirectory(file.resolve("target/classes/OSGI-INF/metatype")))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("configured")
  void readmeNamesEachKeyWithItsDefaultAndNoOther(Path bundle) throws Exception {
    Map<String, String> read = read(bundle.resolve("target/classes/OSGI-INF/metatype"));
    Map<String, String> named = named(bundle.resolve("README.md"));
    read.remove(RANKING);
    named.remove(RANKING);

    assertThat(named.keySet()).containsExactlyInAnyOrderElementsOf(read.keySet());
    read.forEach(
        (key, standard) -> {
          if (standard.matches("\\d+|true|false")) {
            assertThat(named.get(key).split("[, `]+")).as(key).contains(standard);
          }
        });
  }

  /** Then a wrong number is told before the component that reads it is touched. */
  @ParameterizedTest
  @MethodSource("configured")
  void eachNumberHasItsLimits(Path bundle) throws Exception {
    List<String> unlimited = new ArrayList<>();
    for (Element one : described(bundle.resolve("target/classes/OSGI-INF/metatype"))) {
      boolean number = one.getAttribute("type").matches("Byte|Short|Integer|Long");
      boolean limited =
          one.hasAttribute("min") || one.getElementsByTagName("Option").getLength() > 0;
      if (number && !limited && !ANY_NUMBER.contains(one.getAttribute("id"))) {
        unlimited.add(one.getAttribute("id"));
      }
    }

    assertThat(unlimited).isEmpty();
  }

  /** Returns the keys of the bundle's descriptions, with their defaults. */
  private static Map<String, String> read(Path folder) throws Exception {
    Map<String, String> keys = new TreeMap<>();
    for (Element one : described(folder)) {
      keys.put(one.getAttribute("id"), one.getAttribute("default"));
    }
    return keys;
  }

  private static List<Element> described(Path folder) throws Exception {
    List<Element> keys = new ArrayList<>();
    for (File file : folder.toFile().listFiles((where, name) -> name.endsWith(".xml"))) {
      NodeList found =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file)
              .getElementsByTagName("AD");
      for (int i = 0; i < found.getLength(); i++) {
        keys.add((Element) found.item(i));
      }
    }
    return keys;
  }

  /** Returns the keys in the README's tables, with the column of their defaults. */
  private static Map<String, String> named(Path readme) throws IOException {
    Map<String, String> keys = new TreeMap<>();
    boolean table = false;
    for (String line : Files.readAllLines(readme)) {
      List<String> cells = List.of(line.split("\\s*\\|\\s*", -1));
      if (!line.startsWith("|")) {
        table = false;
      } else if (line.startsWith("| key")) {
        table = true;
      } else if (table) {
        NAME.matcher(cells.get(1))
            .results()
            .map(one -> one.group(1))
            .forEach(key -> keys.put(key, cells.get(2)));
      }
    }
    return keys;
  }
}
