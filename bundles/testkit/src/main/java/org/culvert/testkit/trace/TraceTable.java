package org.culvert.testkit.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which case or test shows that a demand is met, for every demand of both documents: read from the
 * sources, so that nothing has to be built or run for it. A demand that binds both sides needs
 * evidence of both: a case that examines a server says nothing about a client.
 */
public final class TraceTable {
  private static final String KIT =
      "bundles/conformance/src/main/resources/org/culvert/conformance";
  private static final String EXEMPTIONS =
      "bundles/conformance/src/test/resources/org/culvert/conformance/exemptions.txt";

  /** Bundles that are one side; the tests of all others say by their tags whom they examine. */
  private static final Map<String, Set<Side>> SIDES =
      Map.of("bundles/client/", Set.of(Side.CLIENT), "bundles/broker/", Set.of(Side.SERVER));

  private final List<Demand> demands;
  private final Map<String, Exemption> exemptions;
  private final Map<String, List<Evidence>> cases;
  private final Map<String, List<Evidence>> tests;

  TraceTable(
      List<Demand> demands,
      List<Exemption> exemptions,
      List<Evidence> cases,
      List<Evidence> tests) {
    this.demands = List.copyOf(demands);
    this.exemptions =
        exemptions.stream()
            .collect(
                Collectors.toMap(Exemption::demand, one -> one, (a, b) -> a, LinkedHashMap::new));
    this.cases = byDemand(cases);
    this.tests = byDemand(tests);
  }

  /** Leaves out what shows the conduct of those whom the demand does not bind. */
  private Map<String, List<Evidence>> byDemand(List<Evidence> evidence) {
    Map<String, Set<Side>> bound =
        demands.stream()
            .collect(Collectors.toMap(Demand::id, one -> Side.named(one.whom()), (a, b) -> a));
    return evidence.stream()
        .filter(
            one -> !Collections.disjoint(bound.getOrDefault(one.demand(), Side.BOTH), one.sides()))
        .collect(Collectors.groupingBy(Evidence::demand, LinkedHashMap::new, Collectors.toList()));
  }

  /**
   * Reads the sources.
   *
   * @param root the project's directory
   */
  public static TraceTable of(Path root) throws IOException {
    Path kit = root.resolve(KIT);
    List<Evidence> cases = new ArrayList<>();
    cases.addAll(Evidence.inCases(kit.resolve("server"), Set.of(Side.SERVER)));
    cases.addAll(Evidence.inCases(kit.resolve("client"), Set.of(Side.CLIENT)));
    List<Evidence> tests = new ArrayList<>();
    for (Path directory : testDirectories(root)) {
      String name = root.relativize(directory).toString();
      Set<Side> sides =
          SIDES.entrySet().stream()
              .filter(entry -> name.startsWith(entry.getKey()))
              .map(Map.Entry::getValue)
              .findAny()
              .orElse(Side.BOTH);
      tests.addAll(Evidence.inTests(directory, Tag.DEMANDS, sides));
    }
    tests.addAll(Evidence.inLab(root.resolve("itests/lab"), Tag.DEMANDS));
    return new TraceTable(
        Demand.read(Files.readAllLines(kit.resolve("demands.txt"))),
        Exemption.read(Files.readAllLines(root.resolve(EXEMPTIONS))),
        cases,
        tests);
  }

  static List<Path> testDirectories(Path root) throws IOException {
    try (Stream<Path> directories = Files.find(root, 5, (path, is) -> path.endsWith("src/test"))) {
      return directories.sorted().toList();
    }
  }

  /** Returns what nothing shows to be met and nobody excuses: a demand and the side it binds. */
  public List<String> gaps() {
    return demands.stream()
        .filter(demand -> !exemptions.containsKey(demand.id()))
        .flatMap(demand -> missing(demand).stream().map(side -> demand.id() + " " + side))
        .toList();
  }

  /** Returns exemptions that excuse nothing any more, or nothing that is demanded. */
  public List<String> outdated() {
    List<String> outdated = new ArrayList<>();
    Map<String, Demand> known =
        demands.stream().collect(Collectors.toMap(Demand::id, demand -> demand, (a, b) -> a));
    for (Exemption exemption : exemptions.values()) {
      Demand demand = known.get(exemption.demand());
      Set<String> citing = new TreeSet<>(named(cases, exemption.demand()));
      if (demand == null) {
        outdated.add(exemption.demand() + " is not demanded");
      } else if (!citing.containsAll(exemption.asking())) {
        outdated.add(exemption.demand() + " names cases that do not cite it");
      } else if (missing(demand).isEmpty()) {
        outdated.add(exemption.demand() + " is shown to be met");
      }
    }
    return outdated;
  }

  private Set<Side> missing(Demand demand) {
    Set<String> asking =
        exemptions.containsKey(demand.id()) ? exemptions.get(demand.id()).asking() : Set.of();
    Set<Side> shown = EnumSet.noneOf(Side.class);
    cases.getOrDefault(demand.id(), List.of()).stream()
        .filter(evidence -> !asking.contains(evidence.what()))
        .forEach(evidence -> shown.addAll(evidence.sides()));
    tests.getOrDefault(demand.id(), List.of()).forEach(found -> shown.addAll(found.sides()));
    return Side.without(Side.named(demand.whom()), shown);
  }

  /** Returns ids that cases or tests cite and that no demand has. */
  public List<String> strays() {
    Set<String> cited = new TreeSet<>(cases.keySet());
    cited.addAll(tests.keySet());
    demands.forEach(demand -> cited.remove(demand.id()));
    return List.copyOf(cited);
  }

  /** Returns ids that two demands have. */
  public List<String> twins() {
    Set<String> seen = new TreeSet<>();
    return demands.stream().map(Demand::id).filter(id -> !seen.add(id)).toList();
  }

  /** Returns the table in Markdown. */
  public String markdown() {
    long met = demands.stream().filter(demand -> missing(demand).isEmpty()).count();
    StringBuilder text = new StringBuilder(64 * 1024);
    text.append("# From demand to test\n\n");
    text.append(met).append(" of ").append(demands.size());
    text.append(" demands are shown to be met, ").append(exemptions.size());
    text.append(" are known not to be. R is RFC 5572, D is the draft of 2004.\n\n");
    text.append("| demand | section | level | binds | what is demanded | cases | tests |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    for (Demand demand : demands) {
      text.append("| ").append(demand.id());
      text.append(" | ").append(demand.section());
      text.append(" | ").append(demand.level());
      text.append(" | ").append(demand.whom());
      text.append(" | ").append(demand.text());
      text.append(" | ").append(String.join(", ", named(cases, demand.id())));
      text.append(" | ").append(tests(demand)).append(" |\n");
    }
    return text.toString();
  }

  private String tests(Demand demand) {
    String found = String.join(", ", named(tests, demand.id()));
    return exemptions.containsKey(demand.id())
        ? "not met: " + exemptions.get(demand.id()).reason() + " " + found
        : found;
  }

  private static Set<String> named(Map<String, List<Evidence>> evidence, String demand) {
    return evidence.getOrDefault(demand, List.of()).stream()
        .map(Evidence::what)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
