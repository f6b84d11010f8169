package org.culvert.conformance.client;

import java.time.Duration;
import java.util.List;

/**
 * What came of a script.
 *
 * @param script the script
 * @param way how the client came
 * @param skipped why it was not played; empty if it was
 * @param late whether all that is wrong may be this machine's doing, which was too busy
 * @param findings what is wrong
 * @param transcript what was said, a line for each message
 * @param time how long it took
 */
record Verdict(
    Script script,
    Way way,
    String skipped,
    boolean late,
    List<Finding> findings,
    List<String> transcript,
    Duration time) {

  Verdict {
    findings = List.copyOf(findings);
    transcript = List.copyOf(transcript);
  }

  static Verdict skipped(Script script, Way way, String why) {
    return new Verdict(script, way, why, false, List.of(), List.of(), Duration.ZERO);
  }

  boolean isViolation() {
    return !findings.isEmpty();
  }

  boolean isPass() {
    return findings.isEmpty() && skipped.isEmpty();
  }
}
