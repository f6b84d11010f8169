package org.culvert.commands;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Writes maps, lists, texts, numbers and truth values as JSON (RFC 8259), one key a line. */
final class Json {
  private Json() {}

  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "");
    return out.toString();
  }

  private static void append(StringBuilder out, Object value, String indent) {
    if (value instanceof Map<?, ?> map) {
      appendMap(out, map, indent);
    } else if (value instanceof Collection<?> list) {
      appendList(out, list, indent);
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      appendText(out, value.toString());
    }
  }

  private static void appendMap(StringBuilder out, Map<?, ?> map, String indent) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    String inner = indent + "  ";
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
    String inner = indent + "  ";
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
