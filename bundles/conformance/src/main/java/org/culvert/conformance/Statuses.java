package org.culvert.conformance;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which statuses are right, and which say that an optional thing is not there: {@code 200 absent
 * 303|504}. {@code error} is any number of an error, {@code any} any number, {@code none} no
 * answer. A referral stands for its plain number too.
 *
 * @param right a set of words
 * @param absent a set of words
 */
record Statuses(List<String> right, List<String> absent) {
  private static final String WORDS =
      "(?:any|error|none|\\d{3,4})(?:\\|(?:any|error|none|\\d{3,4}))*";
  private static final Pattern FORM = Pattern.compile(WORDS + "(?: absent " + WORDS + ")?");
  private static final int REFERRAL = 1000;

  /** Reads an expectation; empty if it is a regular expression instead. */
  static Optional<Statuses> parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    String[] halves = text.split(" absent ", 2);
    return Optional.of(
        new Statuses(
            List.of(halves[0].split("\\|", -1)),
            halves.length > 1 ? List.of(halves[1].split("\\|", -1)) : List.of()));
  }

  /** Tells whether no answer at all is right too. */
  boolean mayBeNone() {
    return right.contains("none");
  }

  /** Holds a status to this. */
  void check(int status, String line) throws Unmet {
    if (right.contains(Integer.toString(status))) {
      return;
    }
    if (matches(absent, status)) {
      throw Unmet.absent("the server says " + line);
    }
    if (!matches(right, status)) {
      throw Unmet.violation("expected " + String.join(" or ", right) + ", got \"" + line + "\"");
    }
  }

  private static boolean matches(List<String> words, int status) {
    int plain = status >= REFERRAL ? status - REFERRAL : status;
    boolean error = plain >= 300 && plain <= 599;
    return words.contains(Integer.toString(status))
        || words.contains(Integer.toString(plain))
        || (words.contains("error") && error)
        || (words.contains("any") && status > 0);
  }
}
