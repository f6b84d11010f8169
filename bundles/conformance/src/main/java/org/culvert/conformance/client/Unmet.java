package org.culvert.conformance.client;

/** Why a script cannot go on: the client did not do what it should have. */
final class Unmet extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean skipped;

  private Unmet(String why, boolean skipped) {
    super(why);
    this.skipped = skipped;
  }

  static Unmet violation(String why) {
    return new Unmet(why, false);
  }

  /** The client is not one that this can be asked of. */
  static Unmet skipped(String why) {
    return new Unmet(why, true);
  }

  boolean isSkip() {
    return skipped;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
