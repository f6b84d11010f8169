package org.culvert.commands;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Writes maps, lists, texts, numbers and truth values as JSON (RFC 8259), one key a line.
 *
 * <p>A {@link Duration} becomes an object that names its unit, {@code {"seconds": 4}}; an instant
 * its text in UTC (RFC 3339); an empty {@link Optional} null.
 */
final class Json {
  /** What stands before each line of an object. */
  static final String INDENT = "  ";

  private Json() {}

  static String write(Object value) {
    return write(value, "");
  }

  /** Writes a value that is part of another, whose lines stand so far in. */
  static String write(Object value, String indent) {
    StringBuilder out = new StringBuilder();
    append(out, value, indent);
    return out.toString();
  }

  private static void append(StringBuilder out, Object value, String indent) {
    if (value instanceof Map<?, ?> map) {
      appendMap(out, map, indent);
    } else if (value instanceof Collection<?> list) {
      appendList(out, list, indent);
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Duration time) {
      out.append("{\"seconds\": ").append(time.toSeconds()).append('}');
    } else if (value instanceof Optional<?> perhaps) {
      perhaps.ifPresentOrElse(one -> append(out, one, indent), () -> out.append("null"));
    } else if (value instanceof Shown shown) {
      append(out, shown.json(), indent);
    } else {
      appendText(out, value.toString());
    }
  }

  private static void appendMap(StringBuilder out, Map<?, ?> map, String indent) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    String inner = indent + INDENT;
    out.append("{\n");
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      out.append(inner);
      appendText(out, entry.getKey().toString());
      out.append(": ");
      append(out, entry.getValue(), inner);
      out.append(entries.hasNext() ? ",\n" : "\n");
    }
    out.append(indent).append('}');
  }

  private static void appendList(StringBuilder out, Collection<?> list, String indent) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    String inner = indent + INDENT;
    out.append("[\n");
    Iterator<?> values = list.iterator();
    while (values.hasNext()) {
      out.append(inner);
      append(out, values.next(), inner);
      out.append(values.hasNext() ? ",\n" : "\n");
    }
    out.append(indent).append(']');
  }

  private static void appendText(StringBuilder out, String text) {
    out.append('"');
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                out.append('\\').appendCodePoint(c);
              } else if (Text.steers(c)) {
                for (char unit : Character.toChars(c)) {
                  out.append(String.format("\\u%04x", (int) unit));
                }
              } else {
                out.appendCodePoint(c);
              }
            });
    out.append('"');
  }
}
