package org.culvert.conformance;

import org.culvert.conformance.cause.Causes;

/**
 * Something that a server did wrong.
 *
 * @param level whose rule it broke
 * @param what one sentence; what differs from case to case is in quotes, or a number
 * @param ends whether the case could not go on after it
 */
record Finding(Level level, String what, boolean ends) {
  private static final String TOGETHER = "two replies share a segment";

  /** Makes one after which a case goes on. */
  Finding(Level level, String what) {
    this(level, what, false);
  }

  /** Says that two replies came in one segment. */
  static Finding together(String second) {
    return new Finding(Level.FIELD, TOGETHER + "; the second is " + second);
  }

  /** Tells whether a machine that was too busy to read in time could be to blame. */
  boolean mayBeLateness() {
    return what.startsWith(TOGETHER);
  }

  /** Returns what others of its kind have in common with it. */
  String cause() {
    return Causes.of(level, what);
  }
}
