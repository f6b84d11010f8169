package org.culvert.conformance.client;

/** Why a script cannot go on: the client did not do what it should have. */
final class Unmet extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean skipped;
  private final boolean late;

  private Unmet(String why, boolean skipped, boolean late) {
    super(why);
    this.skipped = skipped;
    this.late = late;
  }

  static Unmet violation(String why) {
    return new Unmet(why, false, false);
  }

  /** The same, unless this machine was too busy to tell the time. */
  static Unmet late(String why) {
    return new Unmet(why, false, true);
  }

  /** The client is not one that this can be asked of. */
  static Unmet skipped(String why) {
    return new Unmet(why, true, false);
  }

  boolean isSkip() {
    return skipped;
  }

  boolean isLate() {
    return late;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
