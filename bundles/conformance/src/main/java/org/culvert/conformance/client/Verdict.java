package org.culvert.conformance.client;

import static java.util.stream.Collectors.partitioningBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What came of a script.
 *
 * @param script the script
 * @param way how the client came
 * @param skipped why it was not played; empty if it was
 * @param late whether all that is wrong may be this machine's doing, which was too busy
 * @param findings what is wrong
 * @param repeated what is wrong, too, and was reported with a script before
 * @param transcript what was said, a line for each message
 * @param time how long it took
 */
record Verdict(
    Script script,
    Way way,
    String skipped,
    boolean late,
    List<Finding> findings,
    List<Finding> repeated,
    List<String> transcript,
    Duration time) {

  Verdict {
    findings = List.copyOf(findings);
    repeated = List.copyOf(repeated);
    transcript = List.copyOf(transcript);
  }

  static Verdict skipped(Script script, Way way, String why) {
    return new Verdict(script, way, why, false, List.of(), List.of(), List.of(), Duration.ZERO);
  }

  boolean isViolation() {
    return !findings.isEmpty();
  }

  boolean isPass() {
    return findings.isEmpty() && skipped.isEmpty();
  }

  /** Returns the causes of what it went on after. */
  Stream<String> passed() {
    return findings.stream().filter(finding -> !finding.ends()).map(Finding::cause);
  }

  /** Returns the causes of all that is wrong. */
  Stream<String> causes() {
    return Stream.concat(findings.stream(), repeated.stream()).map(Finding::cause);
  }

  /** Returns the same without findings whose cause is known. */
  Verdict without(Set<String> causes) {
    Map<Boolean, List<Finding>> parts =
        findings.stream()
            .collect(partitioningBy(one -> !one.ends() && causes.contains(one.cause())));
    return new Verdict(
        script,
        way,
        skipped,
        late,
        parts.getOrDefault(false, List.of()),
        parts.getOrDefault(true, List.of()),
        transcript,
        time);
  }
}
