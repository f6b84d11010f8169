package org.culvert.routing.frr;

import java.util.List;

/**
 * One line of FRR's configuration.
 *
 * @param path the lines of the blocks that it stands in, the outermost first
 * @param text the line as FRR shows it, without the spaces before it
 */
record ConfigLine(List<String> path, String text) {

  /** Copies the list. */
  ConfigLine {
    path = List.copyOf(path);
  }

  /** Returns a line in no block. */
  static ConfigLine top(String text) {
    return new ConfigLine(List.of(), text);
  }

  /** Tells whether this line begins the block that another one stands in. */
  boolean holds(ConfigLine other) {
    int depth = path.size();
    return other.path.size() > depth
        && other.path.subList(0, depth).equals(path)
        && other.path.get(depth).equals(text);
  }

  /** Tells whether this line stands in a block of that name, or in a block in it. */
  boolean isIn(String block) {
    return !path.isEmpty() && path.get(0).equals(block);
  }

  /** Writes the blocks and the line, for people to read. */
  @Override
  public String toString() {
    return path.isEmpty() ? text : String.join(" / ", path) + " / " + text;
  }
}
