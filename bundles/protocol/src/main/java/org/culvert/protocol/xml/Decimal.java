package org.culvert.protocol.xml;

import java.util.Optional;
import java.util.OptionalInt;

/** Reads numbers as the wire writes them: ASCII digits only, no sign. */
final class Decimal {
  private static final int MAX_DIGITS = 18;

  private Decimal() {}

  /** Reads a number of at most a value; empty if it is none, or larger. */
  static Optional<Long> parse(String text, long most) {
    if (text.isEmpty() || text.length() > MAX_DIGITS) {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    return Optional.of(Long.parseLong(text)).filter(value -> value <= most);
  }

  /** Reads a number from one value to another; empty if it is none, or outside. */
  static OptionalInt within(Optional<String> text, int least, int most) {
    return text.flatMap(digits -> parse(digits, most))
        .filter(value -> value >= least)
        .map(value -> OptionalInt.of(value.intValue()))
        .orElse(OptionalInt.empty());
  }
}
