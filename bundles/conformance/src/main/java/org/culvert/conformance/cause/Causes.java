package org.culvert.conformance.cause;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Sorts what is wrong by its cause, so that one habit of who is examined is one violation and hides
 * no other.
 */
public final class Causes {
  /** So many cases are named of each cause. */
  private static final int NAMED = 6;

  private Causes() {}

  /**
   * Returns what findings of one kind have in common.
   *
   * @param what a sentence; what differs from case to case is in quotes, or a number
   */
  public static String of(Object level, String what) {
    return level + ": " + what.replaceAll("(?s)\".*\"", "\"...\"").replaceAll("\\d+", "N");
  }

  /**
   * Leaves each deviation that a case goes on after with the first case that shows it.
   *
   * @param passed the causes of what a case went on after
   * @param without takes findings of known causes away
   */
  public static <R> List<R> once(
      List<R> results, Function<R, Stream<String>> passed, BiFunction<R, Set<String>, R> without) {
    List<R> reported = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (R result : results) {
      reported.add(without.apply(result, Set.copyOf(known)));
      passed.apply(result).forEach(known::add);
    }
    return reported;
  }

  /**
   * Prints each cause with how many cases show it, the most frequent first.
   *
   * @param causes those of all that is wrong in a case
   * @param name what a case is called
   */
  public static <R> void print(
      List<R> results,
      Function<R, Stream<String>> causes,
      Function<R, String> name,
      PrintStream out) {
    Map<String, List<String>> cases = new LinkedHashMap<>();
    for (R result : results) {
      causes
          .apply(result)
          .distinct()
          .forEach(
              cause ->
                  cases
                      .computeIfAbsent(cause, unknown -> new ArrayList<>())
                      .add(name.apply(result)));
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
