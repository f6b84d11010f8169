package org.culvert.testkit.trace;

import java.util.List;
import java.util.Optional;

/**
 * A promise that may be broken, or a threat.
 *
 * @param id never changes: P and a number for promises, T and a number for threats
 * @param text what is promised, or what somebody may do
 * @param defence what keeps it, or stops him
 * @param whyNotShown why there is no test, told openly; empty: there must be one
 */
record Peril(String id, String text, String defence, Optional<String> whyNotShown) {
  private static final int FEWEST_COLUMNS = 3;
  private static final int MOST_COLUMNS = 4;

  /**
   * Reads lines of the form {@code id | text | defence}, or with a fourth cell that says why there
   * is no test.
   *
   * @throws IllegalArgumentException if one is not understood
   */
  static List<Peril> read(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Peril::of)
        .toList();
  }

  private static Peril of(String line) {
    String[] cells = line.split(" \\| ", -1);
    if (cells.length < FEWEST_COLUMNS || cells.length > MOST_COLUMNS) {
      throw new IllegalArgumentException("no promise and no threat: " + line);
    }
    return new Peril(
        cells[0].strip(),
        cells[1].strip(),
        cells[2].strip(),
        cells.length == MOST_COLUMNS ? Optional.of(cells[3].strip()) : Optional.empty());
  }
}
