package org.culvert.conformance.client;

import org.culvert.conformance.cause.Causes;

/**
 * Something that a client did wrong.
 *
 * @param level whose rule it broke
 * @param what one sentence; what differs from case to case is in quotes, or a number
 * @param ends whether the case could not go on after it
 */
record Finding(Level level, String what, boolean ends) {
  /** Returns what others of its kind have in common with it. */
  String cause() {
    return Causes.of(level, what);
  }
}
