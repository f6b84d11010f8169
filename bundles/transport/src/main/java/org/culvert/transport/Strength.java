package org.culvert.transport;

import java.util.Comparator;
import java.util.List;

/**
 * The order in which SASL mechanisms are named: the strongest first. TSP leaves the order free, old
 * clients choose by their own lists, and whoever takes the first one is served best that way.
 */
final class Strength {
  private static final List<String> STRONG =
      List.of(
          "EXTERNAL",
          "SCRAM-SHA-512-PLUS",
          "SCRAM-SHA-256-PLUS",
          "SCRAM-SHA-1-PLUS",
          "SCRAM-SHA-512",
          "SCRAM-SHA-256",
          "SCRAM-SHA-1");

  /** Those that give something away; whatever is not known stands before them. */
  private static final List<String> WEAK = List.of("DIGEST-MD5", "CRAM-MD5", "PLAIN", "ANONYMOUS");

  /** Orders names in upper case. */
  static final Comparator<String> DESCENDING = Comparator.comparingInt(Strength::rank);

  private Strength() {}

  private static int rank(String mechanism) {
    int strong = STRONG.indexOf(mechanism);
    if (strong >= 0) {
      return strong;
    }
    return STRONG.size() + 1 + WEAK.indexOf(mechanism);
  }
}
