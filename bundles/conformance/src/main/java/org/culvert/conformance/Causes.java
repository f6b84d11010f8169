package org.culvert.conformance;

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
 * Sorts what is wrong by its cause, so that one habit of a server is one violation and hides no
 * other.
 */
final class Causes {
  /** So many cases are named of each cause. */
  private static final int NAMED = 6;

  private Causes() {}

  /** Leaves each deviation that a case goes on after with the first case that shows it. */
  static List<Result> once(List<Result> results) {
    List<Result> reported = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Result result : results) {
      reported.add(result.without(Set.copyOf(known)));
      result.findings().stream()
          .filter(finding -> !finding.ends())
          .forEach(finding -> known.add(finding.cause()));
    }
    return reported;
  }

  /** Prints each cause with how many cases show it, the most frequent first. */
  static void print(List<Result> results, PrintStream out) {
    Map<String, List<String>> cases = new LinkedHashMap<>();
    for (Result result : results) {
      Stream.concat(result.findings().stream(), result.repeated().stream())
          .map(Finding::cause)
          .distinct()
          .forEach(
              cause ->
                  cases
                      .computeIfAbsent(cause, unknown -> new ArrayList<>())
                      .add(result.leg() + " " + result.tested().id()));
    }
    if (!cases.isEmpty()) {
      out.printf("%nby cause:%n");
    }
    cases.entrySet().stream()
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
