package org.culvert.conformance;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a server says it has, on one leg.
 *
 * @param tunnels tunnel types, in upper case
 * @param mechanisms SASL mechanisms, in upper case
 */
record Capabilities(Set<String> tunnels, Set<String> mechanisms) {

  /** Reads a CAPABILITY line as leniently as can be. */
  static Capabilities parse(String line) {
    Set<String> tunnels = new TreeSet<>();
    Set<String> mechanisms = new TreeSet<>();
    for (String word : line.strip().toUpperCase(Locale.ROOT).split("\\s+", -1)) {
      if (word.startsWith("TUNNEL=")) {
        tunnels.add(word.substring("TUNNEL=".length()));
      } else if (word.startsWith("AUTH=")) {
        mechanisms.add(word.substring("AUTH=".length()));
      }
    }
    return new Capabilities(tunnels, mechanisms);
  }
}
