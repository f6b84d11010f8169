package org.culvert.commands;

/**
 * A value that people and scripts are shown in different ways: a prefix length as {@code /41} and
 * as {@code 41}, for example.
 *
 * @param text what a table shows; empty: nothing, not even its name, where a value has a line
 * @param json what JSON has instead: anything that {@link Json} writes
 */
record Shown(String text, Object json) {
  @Override
  public String toString() {
    return text;
  }
}
