package org.culvert.conformance.client;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Fills in the text of steps. A character stands for an octet.
 *
 * <p>Escapes: {@code \r \n \t \0 \\ \s} (a space), {@code \e} (nothing), {@code \xHH} (an octet).
 * Placeholders stand in <code>${...}</code> and may nest.
 */
final class Words {
  private static final int MOST_SHOWN = 1000;

  private Words() {}

  /**
   * Fills in escapes and placeholders.
   *
   * @throws IllegalArgumentException if an escape is not one
   */
  static String fill(String text, UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      if (text.startsWith("${", at)) {
        int end = closing(text, at + 2);
        filled.append(values.apply(fill(text.substring(at + 2, end), values)));
        at = end + 1;
      } else if (text.charAt(at) == '\\') {
        at += escape(text, at + 1, filled) + 1;
      } else {
        filled.append(text.charAt(at));
        at++;
      }
    }
    return filled.toString();
  }

  /** Fills in placeholders of a regular expression, whose escapes are its own. */
  static Pattern pattern(String regex, UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < regex.length()) {
      if (regex.startsWith("${", at)) {
        int end = closing(regex, at + 2);
        String value = values.apply(regex.substring(at + 2, end));
        filled.append(Pattern.quote(value));
        at = end + 1;
      } else {
        filled.append(regex.charAt(at));
        at++;
      }
    }
    return Pattern.compile(filled.toString(), Pattern.DOTALL);
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

  /** Returns how many characters of the escape come after the backslash. */
  private static int escape(String text, int at, StringBuilder filled) {
    char c = at < text.length() ? text.charAt(at) : ' ';
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
        return 3;
      }
      default -> throw new IllegalArgumentException("no escape is called \\" + c);
    }
    return 1;
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
  static String hex(String digits) {
    return latin(HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  /** Shows octets on one line, in the escapes of the scripts; long ones are cut. */
  static String shown(String octets) {
    StringBuilder shown = new StringBuilder();
    for (char c : octets.substring(0, Math.min(octets.length(), MOST_SHOWN)).toCharArray()) {
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        case '\0' -> shown.append("\\0");
        case '\\' -> shown.append("\\\\");
        default -> shown.append(c >= ' ' && c < 0x7F ? c : String.format("\\x%02x", (int) c));
      }
    }
    return octets.length() > MOST_SHOWN
        ? shown + "... (" + octets.length() + " octets)"
        : shown.toString();
  }
}
