package org.culvert.conformance.client;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sorts what is wrong by its cause, so that one habit of a client is one violation and hides no
 * other.
 */
final class Causes {
  /** So many scripts are named of each cause. */
  private static final int NAMED = 6;

  private Causes() {}

  /** Leaves each deviation that a script goes on after with the first script that shows it. */
  static List<Verdict> once(List<Verdict> verdicts) {
    List<Verdict> reported = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Verdict verdict : verdicts) {
      reported.add(verdict.without(Set.copyOf(known)));
      verdict.findings().stream()
          .filter(finding -> !finding.ends())
          .forEach(finding -> known.add(finding.cause()));
    }
    return reported;
  }

  /** Prints each cause with how many scripts show it, the most frequent first. */
  static void print(List<Verdict> verdicts, PrintStream out) {
    Map<String, List<String>> scripts = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      Stream.concat(verdict.findings().stream(), verdict.repeated().stream())
          .map(Finding::cause)
          .distinct()
          .forEach(
              cause ->
                  scripts
                      .computeIfAbsent(cause, unknown -> new ArrayList<>())
                      .add(verdict.way() + " " + verdict.script().id()));
    }
    if (!scripts.isEmpty()) {
      out.printf("%nby cause:%n");
    }
    scripts.entrySet().stream()
        .sorted(Comparator.comparing(entry -> -entry.getValue().size()))
        .forEach(
            entry -> {
              List<String> ids = entry.getValue();
              out.printf("%4d  %s%n", ids.size(), entry.getKey());
              String more = ids.size() > NAMED ? " and " + (ids.size() - NAMED) + " more" : "";
              out.printf(
                  "      %s%s%n",
                  String.join(", ", ids.subList(0, Math.min(NAMED, ids.size()))), more);
            });
  }
}
