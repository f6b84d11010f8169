package org.culvert.commands;

import java.util.ArrayDeque;
import java.util.Deque;

/** Tells whether the shell finds an end to each quote and each bracket of a line. */
final class Brackets {
  private static final String OPENING = "([{";
  private static final String CLOSING = ")]}";
  private static final int NONE = 0;

  private Brackets() {}

  static boolean areClosed(String line) {
    Deque<Integer> open = new ArrayDeque<>();
    int quote = NONE;
    char before = ' ';
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quote != '\'') {
        i++;
      } else if (quote != NONE) {
        quote = c == quote ? NONE : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#' && Character.isWhitespace(before)) {
        // A comment, to the end of the line.
        int end = line.indexOf('\n', i);
        i = end < 0 ? line.length() : end;
      } else if (OPENING.indexOf(c) >= 0) {
        open.push(OPENING.indexOf(c));
      } else if (CLOSING.indexOf(c) >= 0 && (open.isEmpty() || open.pop() != CLOSING.indexOf(c))) {
        return false;
      }
      before = c;
    }
    return quote == NONE && open.isEmpty();
  }
}
