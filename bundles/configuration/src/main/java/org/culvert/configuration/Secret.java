package org.culvert.configuration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.file.SmallFile;

/**
 * Reads a secret as it is written. In a file of the framework {@code \} and <code>${</code> mean
 * something; in a password they are what they are, unless the framework wrote them so itself.
 */
final class Secret {
  private static final int LARGEST_FILE = 1 << 20;

  /** What the framework puts a backslash before. */
  private static final String ESCAPED = "\\:=#! ${}";

  private Secret() {}

  /**
   * Returns the secret as its file has it; empty if there is nothing in it to be mistaken, or if it
   * does not come from this file.
   *
   * @param handed what the framework made of it
   */
  static Optional<String> asWritten(Path file, String key, String handed) {
    Optional<String> written = line(file, key);
    return written
        .filter(text -> text.contains("\\") || text.contains("${"))
        // A variable that is there on purpose.
        .filter(text -> !text.contains("${env:") && !text.contains("${karaf."))
        .filter(text -> pattern(text).matcher(handed).matches())
        .map(Secret::literal);
  }

  private static Optional<String> line(Path file, String key) {
    Pattern wanted =
        Pattern.compile(
            "^\\s*" + Pattern.quote(key) + "\\s*[=:]\\s*(.*?)\\s*$", Pattern.CASE_INSENSITIVE);
    try {
      // Octets that are no UTF-8 are no reason to fail; they are told elsewhere.
      return new String(SmallFile.read(file, LARGEST_FILE), StandardCharsets.UTF_8)
          .lines()
          .map(wanted::matcher)
          .filter(Matcher::matches)
          .map(line -> line.group(1))
          .reduce((first, last) -> last);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Matches all that the framework may have made of a text. */
  private static Pattern pattern(String text) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      int end = text.startsWith("${", i) ? text.indexOf('}', i) : -1;
      if (end > 0) {
        pattern.append(".*");
        i = end;
      } else if (text.charAt(i) == '\\' && i + 1 < text.length()) {
        i++;
        pattern.append("(\\\\?").append(Pattern.quote(text.substring(i, i + 1))).append("|\\s)");
      } else {
        pattern.append(Pattern.quote(text.substring(i, i + 1)));
      }
    }
    return Pattern.compile(pattern.toString(), Pattern.DOTALL);
  }

  private static String literal(String text) {
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      boolean escapes =
          text.charAt(i) == '\\'
              && i + 1 < text.length()
              && ESCAPED.indexOf(text.charAt(i + 1)) >= 0;
      if (escapes) {
        i++;
      }
      literal.append(text.charAt(i));
    }
    return literal.toString();
  }
}
