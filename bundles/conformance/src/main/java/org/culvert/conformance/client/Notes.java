package org.culvert.conformance.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was said in a script and what was wrong with it. For one thread. */
final class Notes {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long begin = System.nanoTime();
  private final List<String> transcript = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  void note(String what) {
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    transcript.add(String.format(Locale.ROOT, "%7.3f %s", seconds, what));
  }

  /** Takes down what is wrong, once; the script goes on. */
  void find(Level level, String what) {
    find(new Finding(level, what, false));
  }

  /** Takes down what a script could not go on after. */
  void end(Level level, String what) {
    find(new Finding(level, what, true));
  }

  private void find(Finding finding) {
    if (!findings.contains(finding)) {
      findings.add(finding);
      note("!! " + finding.what());
    }
  }

  List<String> transcript() {
    return transcript;
  }

  List<Finding> findings() {
    return findings;
  }
}
