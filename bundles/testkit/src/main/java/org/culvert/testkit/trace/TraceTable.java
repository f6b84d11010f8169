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
import java.util.stream.Stream;

/**
 * Which case or test shows that a demand is met, for every demand of both documents: read from the
 * sources, so that nothing has to be built or run for it.
 */
public final class TraceTable {
  private static final String KIT =
      "bundles/conformance/src/main/resources/org/culvert/conformance";

  private final List<Demand> demands;
  private final Map<String, Set<String>> cases = new LinkedHashMap<>();
  private final Map<String, Set<String>> tests = new LinkedHashMap<>();

  TraceTable(List<Demand> demands, List<Evidence> cases, List<Evidence> tests) {
    this.demands = List.copyOf(demands);
    collect(cases, this.cases);
    collect(tests, this.tests);
  }

  private static void collect(List<Evidence> evidence, Map<String, Set<String>> by) {
    for (Evidence one : evidence) {
      by.computeIfAbsent(one.demand(), id -> new LinkedHashSet<>()).add(one.what());
    }
  }

  /**
   * Reads the sources.
   *
   * @param root the project's directory
   */
  public static TraceTable of(Path root) throws IOException {
    Path kit = root.resolve(KIT);
    List<Evidence> tests = new ArrayList<>();
    for (Path directory : testDirectories(root)) {
      tests.addAll(Evidence.inTests(directory));
    }
    return new TraceTable(
        Demand.read(Files.readAllLines(kit.resolve("demands.txt"))), Evidence.inCases(kit), tests);
  }

  private static List<Path> testDirectories(Path root) throws IOException {
    try (Stream<Path> directories = Files.find(root, 5, (path, is) -> path.endsWith("src/test"))) {
      return directories.sorted().toList();
    }
  }

  /** Returns the ids of the demands that nothing shows to be met. */
  public List<String> gaps() {
    return demands.stream()
        .map(Demand::id)
        .filter(id -> !cases.containsKey(id) && !tests.containsKey(id))
        .toList();
  }

  /** Returns ids that cases or tests cite and that no demand has. */
  public List<String> strays() {
    Set<String> cited = new TreeSet<>(cases.keySet());
    cited.addAll(tests.keySet());
    demands.forEach(demand -> cited.remove(demand.id()));
    return List.copyOf(cited);
  }

  /** Returns the table in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder(64 * 1024);
    text.append("# From demand to test\n\n");
    text.append(demands.size() - gaps().size()).append(" of ").append(demands.size());
    text.append(" demands are shown to be met. R is RFC 5572, D is the draft of 2004.\n\n");
    text.append("| demand | section | level | binds | what is demanded | cases | tests |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    for (Demand demand : demands) {
      text.append("| ").append(demand.id());
      text.append(" | ").append(demand.section());
      text.append(" | ").append(demand.level());
      text.append(" | ").append(demand.whom());
      text.append(" | ").append(demand.text());
      text.append(" | ").append(listed(cases, demand));
      text.append(" | ").append(listed(tests, demand)).append(" |\n");
    }
    return text.toString();
  }

  private static String listed(Map<String, Set<String>> evidence, Demand demand) {
    return String.join(", ", evidence.getOrDefault(demand.id(), Set.of()));
  }
}
