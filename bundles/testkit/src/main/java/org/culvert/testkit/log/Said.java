package org.culvert.testkit.log;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the log says while something runs, where it goes to the error stream. Not for tests that run
 * side by side.
 */
public final class Said {
  private Said() {}

  /** Returns the lines, without what the logger writes in front. */
  public static List<String> during(Runnable steps) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      steps.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
