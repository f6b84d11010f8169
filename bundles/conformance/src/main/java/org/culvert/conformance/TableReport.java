package org.culvert.conformance;

import java.io.PrintStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.culvert.conformance.Result.Outcome;
import org.culvert.conformance.cause.Causes;

/** Prints what came of a run, for people. */
final class TableReport {
  private final PrintStream out;
  private final boolean all;

  /**
   * @param all whether to list what passed too
   */
  TableReport(PrintStream out, boolean all) {
    this.out = out;
    this.all = all;
  }

  void print(List<Result> results) {
    if (all) {
      results.forEach(this::row);
    }
    results.stream().filter(Result::isViolation).forEach(this::story);
    Causes.print(results, Result::causes, one -> one.leg() + " " + one.tested().id(), out);
    Map<Leg, Map<Outcome, Integer>> counts = new EnumMap<>(Leg.class);
    for (Result result : results) {
      counts
          .computeIfAbsent(result.leg(), leg -> new EnumMap<>(Outcome.class))
          .merge(result.outcome(), 1, Integer::sum);
    }
    out.printf("%n%-6s %8s %10s %12s %8s%n", "leg", "pass", "violation", "not offered", "skipped");
    counts.forEach(
        (leg, count) ->
            out.printf(
                "%-6s %8d %10d %12d %8d%n",
                leg,
                count.getOrDefault(Outcome.PASSED, 0),
                count.getOrDefault(Outcome.VIOLATION, 0),
                count.getOrDefault(Outcome.NOT_OFFERED, 0),
                count.getOrDefault(Outcome.SKIPPED, 0)));
    out.flush();
  }

  private void row(Result result) {
    out.printf(
        "%-4s  %-24s  %-8s  %-11s  %s%s%n",
        result.leg(),
        result.tested().id(),
        result.tested().level().name().toLowerCase(Locale.ROOT),
        result.outcome(),
        result.tested().title(),
        result.reason().isEmpty() ? "" : " (" + result.reason() + ")");
  }

  private void story(Result result) {
    out.printf(
        "%n%s on %s: %s (%s)%n",
        result.tested().id(), result.leg(), result.tested().title(), result.tested().source());
    result
        .findings()
        .forEach(finding -> out.println("  " + finding.level() + ": " + finding.what()));
    result.transcript().forEach(line -> out.println("    " + line));
  }
}
