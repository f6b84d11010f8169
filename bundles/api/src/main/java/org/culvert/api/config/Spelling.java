package org.culvert.api.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the name that was meant by a misspelt one. */
public final class Spelling {
  private Spelling() {}

  /** Returns the name that is nearest to what is written; empty if none is near. */
  public static Optional<String> nearest(String written, Collection<String> names) {
    return nearest(written, names, Integer.MAX_VALUE);
  }

  /**
   * Returns the name that is nearest to what is written; empty if none is near.
   *
   * @param most how many letters may be wrong in the longest names
   */
  public static Optional<String> nearest(String written, Collection<String> names, int most) {
    String plain = plain(written);
    return names.stream()
        .map(name -> Map.entry(name, distance(plain, plain(name))))
        .filter(one -> one.getValue() <= Math.min(most, allowed(one.getKey(), written)))
        .min(
            Comparator.comparingInt((Map.Entry<String, Integer> one) -> one.getValue())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey);
  }

  /** Short names are near to everything. */
  private static int allowed(String name, String written) {
    return Math.min(name.length(), written.length()) / 3;
  }

  /** Case, and what words are joined by, is what is mistaken most. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
  }

  /** Counts letters that are missing, too many, wrong, or in the place of their neighbour. */
  private static int distance(String one, String other) {
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int changed = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + changed, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[one.length()][other.length()];
  }
}
