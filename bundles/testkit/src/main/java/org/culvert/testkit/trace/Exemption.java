package org.culvert.testkit.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A demand that the product does not meet yet, told openly.
 *
 * @param demand its id
 * @param asking cases of the kit that ask for it where a server offers it, and so show nothing here
 * @param reason why it is not met
 */
record Exemption(String demand, Set<String> asking, String reason) {
  private static final int COLUMNS = 3;

  /**
   * Reads lines of the form {@code id | cases or - | reason}.
   *
   * @throws IllegalArgumentException if one is not understood
   */
  static List<Exemption> read(List<String> lines) {
    List<Exemption> exemptions = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] cells = line.split(" \\| ", COLUMNS);
      if (cells.length != COLUMNS || cells[2].isBlank()) {
        throw new IllegalArgumentException("no exemption: " + line);
      }
      Set<String> asking = new LinkedHashSet<>(Arrays.asList(cells[1].strip().split("\\s+", -1)));
      asking.remove("-");
      exemptions.add(new Exemption(cells[0].strip(), Set.copyOf(asking), cells[2].strip()));
    }
    return List.copyOf(exemptions);
  }
}
