package org.culvert.conformance;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Fills in the text of steps. A character stands for an octet.
 *
 * <p>Escapes: {@code \r \n \t \0 \\ \s} (a space), {@code \e} (nothing), {@code \xHH} (an octet),
 * {@code \}{@code uHHHH} (a character in UTF-8). Placeholders stand in <code>${...}</code> and may
 * nest.
 */
final class Text {
  private Text() {}

  /**
   * Fills in escapes and placeholders.
   *
   * @param values gives what a placeholder stands for
   * @throws IllegalArgumentException if an escape is not one
   */
  static String fill(String text, UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length()) {
        at = escape(text, at + 1, filled);
      } else if (text.startsWith("${", at)) {
        int end = closing(text, at + 2);
        filled.append(values.apply(nested(text.substring(at + 2, end), values)));
        at = end + 1;
      } else {
        filled.append(c);
        at++;
      }
    }
    return filled.toString();
  }

  /** Fills in placeholders of a regular expression, whose escapes are its own. */
  static String pattern(String regex, UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < regex.length()) {
      if (regex.startsWith("${", at)) {
        int end = closing(regex, at + 2);
        filled.append(Pattern.quote(values.apply(nested(regex.substring(at + 2, end), values))));
        at = end + 1;
      } else {
        filled.append(regex.charAt(at));
        at++;
      }
    }
    return filled.toString();
  }

  private static String nested(String name, UnaryOperator<String> values) {
    return name.contains("${") ? fill(name, values) : name;
  }

  private static int closing(String text, int from) {
    int depth = 1;
    for (int i = from; i < text.length(); i++) {
      if (text.startsWith("${", i)) {
        depth++;
      } else if (text.charAt(i) == '}' && --depth == 0) {
        return i;
      }
    }
    throw new IllegalArgumentException("a placeholder does not end in " + text);
  }

  private static int escape(String text, int at, StringBuilder filled) {
    char c = text.charAt(at);
    switch (c) {
      case 'r' -> filled.append('\r');
      case 'n' -> filled.append('\n');
      case 't' -> filled.append('\t');
      case '0' -> filled.append('\0');
      case 's' -> filled.append(' ');
      case 'e' -> {}
      case '\\', '$', '|' -> filled.append(c);
      case 'x' -> {
        filled.append((char) HexFormat.fromHexDigits(text, at + 1, at + 3));
        return at + 3;
      }
      case 'u' -> {
        String utf16 = String.valueOf((char) HexFormat.fromHexDigits(text, at + 1, at + 5));
        filled.append(latin(utf16.getBytes(StandardCharsets.UTF_8)));
        return at + 5;
      }
      default -> throw new IllegalArgumentException("no escape is called \\" + c);
    }
    return at + 1;
  }

  /** Returns octets as characters. */
  static String latin(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  /** Returns characters as octets. */
  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Reads hexadecimal with any spaces. */
  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  /** Shows octets on one line, in the escapes of the case files; long ones are cut. */
  static String shown(byte[] octets) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < octets.length && i < 1200; i++) {
      char c = (char) (octets[i] & 0xFF);
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        case '\0' -> shown.append("\\0");
        case '\\' -> shown.append("\\\\");
        default -> {
          if (c >= ' ' && c < 0x7F) {
            shown.append(c);
          } else {
            shown.append(String.format("\\x%02x", (int) c));
          }
        }
      }
    }
    return octets.length > 1200 ? shown + "… (" + octets.length + " octets)" : shown.toString();
  }
}
