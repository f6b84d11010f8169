package org.culvert.conformance;

import java.time.Duration;
import java.util.List;

/**
 * What came of a case on a leg.
 *
 * @param tested the case
 * @param leg where it ran
 * @param outcome how it ended
 * @param reason why it was not offered or did not run; empty otherwise
 * @param findings what is wrong
 * @param transcript what was said, a line for each message
 * @param time how long it took
 */
record Result(
    Case tested,
    Leg leg,
    Outcome outcome,
    String reason,
    List<Finding> findings,
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
    transcript = List.copyOf(transcript);
  }

  static Result withoutRun(Case tested, Leg leg, Outcome outcome, String reason) {
    return new Result(tested, leg, outcome, reason, List.of(), List.of(), Duration.ZERO);
  }

  boolean isViolation() {
    return outcome == Outcome.VIOLATION;
  }

  boolean mayBeLateness() {
    return isViolation() && findings.stream().allMatch(Finding::mayBeLateness);
  }
}
