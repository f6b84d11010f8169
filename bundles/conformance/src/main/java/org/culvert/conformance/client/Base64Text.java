package org.culvert.conformance.client;

import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the messages of mechanisms have in common: base64, and pairs of names and values. */
final class Base64Text {
  private Base64Text() {}

  static String encode(String octets) {
    return Base64.getEncoder().encodeToString(Words.octets(octets));
  }

  /**
   * Decodes a line.
   *
   * @throws Unmet if it is not base64
   */
  static String decode(String line) throws Unmet {
    try {
      return Words.latin(Base64.getDecoder().decode(line));
    } catch (IllegalArgumentException e) {
      throw Unmet.violation("not base64: \"" + Words.shown(line) + "\"");
    }
  }

  /** Splits {@code name=value} pairs at commas, values quoted or not. */
  static Map<String, String> pairs(String text) {
    Map<String, String> found = new LinkedHashMap<>();
    int at = 0;
    while (at < text.length() && text.indexOf('=', at) >= 0) {
      int equals = text.indexOf('=', at);
      boolean quoted = text.startsWith("\"", equals + 1);
      int from = quoted ? equals + 2 : equals + 1;
      int to = text.indexOf(quoted ? '"' : ',', from);
      to = to < 0 ? text.length() : to;
      found.put(text.substring(at, equals).strip(), text.substring(from, to));
      int comma = text.indexOf(',', to);
      at = comma < 0 ? text.length() : comma + 1;
    }
    return found;
  }

  /** Reads words such as {@code realm=x} and {@code space} that change a message. */
  static Map<String, String> changes(String words) {
    Map<String, String> with = new HashMap<>();
    for (String word : words.strip().split(" +", -1)) {
      String[] parts = word.split("=", 2);
      with.put(parts[0], parts.length == 2 ? parts[1] : "");
    }
    return with;
  }
}
