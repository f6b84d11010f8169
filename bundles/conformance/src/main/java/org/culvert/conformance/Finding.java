package org.culvert.conformance;

/**
 * Something that a server did wrong.
 *
 * @param level whose rule it broke
 * @param what one sentence
 */
record Finding(Level level, String what) {
  private static final String TOGETHER = "two replies share a segment";

  /** Says that two replies came in one segment. */
  static Finding together(String second) {
    return new Finding(Level.FIELD, TOGETHER + "; the second is " + second);
  }

  /** Tells whether a machine that was too busy to read in time could be to blame. */
  boolean mayBeLateness() {
    return what.startsWith(TOGETHER);
  }
}
