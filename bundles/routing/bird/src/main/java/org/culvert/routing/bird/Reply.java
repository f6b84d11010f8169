package org.culvert.routing.bird;

import java.util.List;

/**
 * What BIRD answered to one command.
 *
 * @param lines all lines, the last one decides
 */
record Reply(List<Line> lines) {
  private static final int RUNTIME_ERROR = 8000;

  /**
   * One line.
   *
   * @param code what kind of line it is
   * @param text the line's text; nobody vouches for it
   */
  record Line(int code, String text) {}

  /** Copies the list. */
  Reply {
    lines = List.copyOf(lines);
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("a reply has a line at least");
    }
  }

  /** Returns the code of the whole reply. */
  int code() {
    return last().code();
  }

  /** Returns the text of the line that ends the reply. */
  String text() {
    return last().text();
  }

  /** Tells whether BIRD did not do as it was told. */
  boolean isError() {
    return code() >= RUNTIME_ERROR;
  }

  /** Returns the texts of all lines of a kind. */
  List<String> texts(int code) {
    return lines.stream().filter(line -> line.code() == code).map(Line::text).toList();
  }

  private Line last() {
    return lines.get(lines.size() - 1);
  }
}
