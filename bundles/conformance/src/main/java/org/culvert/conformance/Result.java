package org.culvert.conformance;

import static java.util.stream.Collectors.partitioningBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What came of a case on a leg.
 *
 * @param tested the case
 * @param leg where it ran
 * @param outcome how it ended
 * @param reason why it was not offered or did not run; empty otherwise
 * @param findings what is wrong
 * @param repeated what is wrong, too, and was reported with a case before
 * @param transcript what was said, a line for each message
 * @param time how long it took
 */
record Result(
    Case tested,
    Leg leg,
    Outcome outcome,
    String reason,
    List<Finding> findings,
    List<Finding> repeated,
    List<String> transcript,
    Duration time) {

  /** How a case ends. */
  enum Outcome {
    PASSED("pass"),
    VIOLATION("VIOLATION"),
    NOT_OFFERED("not offered"),
    SKIPPED("skipped");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  Result {
    findings = List.copyOf(findings);
    repeated = List.copyOf(repeated);
    transcript = List.copyOf(transcript);
  }

  static Result withoutRun(Case tested, Leg leg, Outcome outcome, String reason) {
    return new Result(tested, leg, outcome, reason, List.of(), List.of(), List.of(), Duration.ZERO);
  }

  /** Returns the same with one thing more that is wrong. */
  Result with(Finding finding) {
    List<Finding> more = new ArrayList<>(findings);
    more.add(finding);
    return new Result(tested, leg, Outcome.VIOLATION, "", more, repeated, transcript, time);
  }

  /** Returns the causes of what it went on after. */
  Stream<String> passed() {
    return findings.stream().filter(finding -> !finding.ends()).map(Finding::cause);
  }

  /** Returns the causes of all that is wrong. */
  Stream<String> causes() {
    return Stream.concat(findings.stream(), repeated.stream()).map(Finding::cause);
  }

  /** Returns the same without findings whose cause is known; it passes if no other is left. */
  Result without(Set<String> causes) {
    Map<Boolean, List<Finding>> parts =
        findings.stream()
            .collect(partitioningBy(one -> !one.ends() && causes.contains(one.cause())));
    List<Finding> left = parts.getOrDefault(false, List.of());
    return new Result(
        tested,
        leg,
        isViolation() && left.isEmpty() ? Outcome.PASSED : outcome,
        reason,
        left,
        parts.getOrDefault(true, List.of()),
        transcript,
        time);
  }

  boolean isViolation() {
    return outcome == Outcome.VIOLATION;
  }

  boolean mayBeLateness() {
    return isViolation() && findings.stream().allMatch(Finding::mayBeLateness);
  }
}
