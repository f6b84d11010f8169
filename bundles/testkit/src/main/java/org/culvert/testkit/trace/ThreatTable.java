package org.culvert.testkit.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which tests show that a promise is kept and a threat is stopped, for each of them: read from the
 * sources, so that nothing has to be built or run for it.
 */
public final class ThreatTable {
  private static final String FILE = "itests/threats.txt";

  private final List<Peril> perils;
  private final Map<String, Set<String>> tests = new LinkedHashMap<>();

  ThreatTable(List<Peril> perils, List<Evidence> evidence) {
    this.perils = List.copyOf(perils);
    for (Evidence one : evidence) {
      tests.computeIfAbsent(one.demand(), id -> new LinkedHashSet<>()).add(one.what());
    }
  }

  /**
   * Reads the sources.
   *
   * @param root the project's directory
   */
  public static ThreatTable of(Path root) throws IOException {
    List<Evidence> evidence = new ArrayList<>();
    for (Tag tag : List.of(Tag.PROMISES, Tag.THREATS)) {
      for (Path directory : TraceTable.testDirectories(root)) {
        evidence.addAll(Evidence.inTests(directory, tag, Side.BOTH));
      }
      evidence.addAll(Evidence.inLab(root.resolve("itests/lab"), tag));
    }
    return new ThreatTable(Peril.read(Files.readAllLines(root.resolve(FILE))), evidence);
  }

  /** Returns the ids of what no test shows, and nobody says why. */
  public List<String> gaps() {
    return perils.stream()
        .filter(one -> one.whyNotShown().isEmpty() && testsOf(one).isEmpty())
        .map(Peril::id)
        .toList();
  }

  /** Returns the ids of what is said not to be shown, and is. */
  public List<String> outdated() {
    return perils.stream()
        .filter(one -> one.whyNotShown().isPresent() && !testsOf(one).isEmpty())
        .map(Peril::id)
        .toList();
  }

  /** Returns ids that tests name and the list does not have. */
  public List<String> strays() {
    Set<String> named = new TreeSet<>(tests.keySet());
    perils.forEach(one -> named.remove(one.id()));
    return List.copyOf(named);
  }

  /** Returns ids that two entries have. */
  public List<String> twins() {
    Set<String> seen = new TreeSet<>();
    return perils.stream().map(Peril::id).filter(id -> !seen.add(id)).toList();
  }

  /** Returns the table in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder(16 * 1024);
    text.append("# Promises and threats, and the tests that show them\n\n");
    text.append("| id | promise or threat | defence | tests |\n|---|---|---|---|\n");
    for (Peril one : perils) {
      text.append("| ").append(one.id());
      text.append(" | ").append(one.text());
      text.append(" | ").append(one.defence());
      text.append(" | ").append(String.join(", ", testsOf(one)));
      one.whyNotShown().ifPresent(why -> text.append("none: ").append(why));
      text.append(" |\n");
    }
    return text.toString();
  }

  private Set<String> testsOf(Peril one) {
    return tests.getOrDefault(one.id(), Set.of());
  }
}
