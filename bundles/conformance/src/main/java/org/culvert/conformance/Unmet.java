package org.culvert.conformance;

/** Why a dialogue cannot go on. */
final class Unmet extends Exception {
  private static final long serialVersionUID = 1;

  private final Result.Outcome outcome;

  private Unmet(String why, Result.Outcome outcome) {
    super(why);
    this.outcome = outcome;
  }

  /** The server did something wrong. */
  static Unmet violation(String why) {
    return new Unmet(why, Result.Outcome.VIOLATION);
  }

  /** The server says that it does not have the thing. */
  static Unmet absent(String why) {
    return new Unmet(why, Result.Outcome.NOT_OFFERED);
  }

  /** What the kit was given does not suffice. */
  static Unmet skipped(String why) {
    return new Unmet(why, Result.Outcome.SKIPPED);
  }

  Result.Outcome outcome() {
    return outcome;
  }

  String why() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
