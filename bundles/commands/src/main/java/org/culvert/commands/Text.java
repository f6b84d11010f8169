package org.culvert.commands;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes values for people, and keeps what came from the wire from writing to the terminal. */
final class Text {
  private Text() {}

  /**
   * Replaces control characters, so that a user's name can neither break a line nor move the
   * cursor.
   */
  static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (steers(c)) {
                safe.append(String.format("\\u%04x", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }

  /** Tells whether a terminal may obey a code point instead of showing it. */
  static boolean steers(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** Cuts a text to a width, and shows that it was cut. */
  static String cut(String text, int width) {
    return text.length() <= width ? text : text.substring(0, whole(text, width - 1)) + "…";
  }

  /** Breaks a text into lines of a width, between words where there are any; nothing is lost. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space > 0 ? space : whole(rest, width);
      lines.add(rest.substring(0, end));
      rest = rest.substring(space > 0 ? end + 1 : end);
    }
    lines.add(rest);
    return lines;
  }

  /** Steps back from the middle of a surrogate pair. */
  private static int whole(String text, int end) {
    return Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }

  /** Writes a value of a row; what is not there is a hyphen. */
  static String of(Object value) {
    if (value instanceof Optional<?> perhaps) {
      return perhaps.isPresent() ? of(perhaps.get()) : "-";
    }
    if (value instanceof Boolean yes) {
      return yes ? "yes" : "no";
    }
    return value instanceof Duration time ? of(time) : value.toString();
  }

  /** Writes a duration by its two largest units: {@code 3d4h}, {@code 12m5s}, {@code 7s}. */
  static String of(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds >= 86_400) {
      return seconds / 86_400 + "d" + seconds % 86_400 / 3_600 + "h";
    }
    if (seconds >= 3_600) {
      return seconds / 3_600 + "h" + seconds % 3_600 / 60 + "m";
    }
    return seconds >= 60 ? seconds / 60 + "m" + seconds % 60 + "s" : seconds + "s";
  }
}
