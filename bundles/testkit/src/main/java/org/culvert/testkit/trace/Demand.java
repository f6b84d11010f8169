package org.culvert.testkit.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * A demanding sentence of one of the documents, in words of our own.
 *
 * @param id never changes
 * @param section where it stands
 * @param level MUST, SHOULD, MAY; STATED if it only says how things are
 * @param whom client, server or both
 * @param text what is demanded
 */
record Demand(String id, String section, String level, String whom, String text) {
  private static final int COLUMNS = 5;

  /**
   * Reads the lines of {@code demands.txt}.
   *
   * @throws IllegalArgumentException if one is not understood
   */
  static List<Demand> read(List<String> lines) {
    List<Demand> demands = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] cells = line.split(" \\| ", COLUMNS);
      if (cells.length != COLUMNS) {
        throw new IllegalArgumentException("no demand: " + line);
      }
      demands.add(
          new Demand(
              cells[0].strip(),
              cells[1].strip(),
              cells[2].strip(),
              cells[3].strip(),
              cells[4].strip()));
    }
    return List.copyOf(demands);
  }
}
