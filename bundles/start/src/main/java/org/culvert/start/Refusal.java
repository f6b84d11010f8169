package org.culvert.start;

/** Culvert cannot start; the message says in one line why, and what to do. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  Refusal(String message) {
    super(message);
  }
}
