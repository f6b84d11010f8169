package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rows of named values, as a table of at most 80 columns or as JSON.
 *
 * <p>JSON shows every value, the table those it has a column for. The last column takes what is
 * left of the line and is cut there; what stands under a row is wrapped.
 */
final class Listing {
  static final int WIDTH = 80;
  private static final String GAP = "  ";
  private static final String INDENT = "    ";

  private final List<String> columns;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private final Map<String, Integer> shortened = new HashMap<>();
  private Optional<Function<Map<String, Object>, String>> secondLine = Optional.empty();

  Listing(String... columns) {
    this.columns = List.of(columns);
  }

  /** Adds indented text under each row of the table that there is any for. */
  Listing secondLine(Function<Map<String, Object>, String> line) {
    secondLine = Optional.of(line);
    return this;
  }

  /** Shows no more than the beginning of a column's values in the table. */
  Listing shorten(String column, int width) {
    shortened.put(column, width);
    return this;
  }

  void add(Map<String, Object> row) {
    rows.add(row);
  }

  void print(PrintStream out, boolean json) {
    if (json) {
      out.println(Json.write(rows));
    } else if (rows.isEmpty()) {
      out.println("none");
    } else {
      table().forEach(out::println);
    }
  }

  List<String> table() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).length();
      for (Map<String, Object> row : rows) {
        widths[i] = Math.max(widths[i], cell(row, i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(widths, i -> columns.get(i).toUpperCase(Locale.ROOT)));
    for (Map<String, Object> row : rows) {
      lines.add(line(widths, i -> cell(row, i)));
      secondLine.ifPresent(
          line ->
              Text.wrap(Text.safe(line.apply(row)), WIDTH - INDENT.length()).stream()
                  .filter(part -> !part.isEmpty())
                  .forEach(part -> lines.add(INDENT + part)));
    }
    return lines;
  }

  private String cell(Map<String, Object> row, int column) {
    String text = Text.safe(row.getOrDefault(columns.get(column), "").toString());
    int width = shortened.getOrDefault(columns.get(column), text.length());
    return text.substring(0, Math.min(width, text.length()));
  }

  private static String line(int[] widths, Function<Integer, String> cell) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String text = cell.apply(i);
      line.append(text);
      if (i < widths.length - 1) {
        line.append(" ".repeat(widths[i] - text.length())).append(GAP);
      }
    }
    return Text.cut(line.toString().stripTrailing(), WIDTH);
  }

  /** Prints one row, whole: a value, or each of a list, on a line or wrapped; or as JSON. */
  static void printOne(PrintStream out, boolean json, Map<String, Object> row) {
    if (json) {
      out.println(Json.write(row));
      return;
    }
    int width = row.keySet().stream().mapToInt(String::length).max().orElse(0);
    row.forEach(
        (name, value) -> {
          String label = name;
          for (Object one : value instanceof Collection<?> list ? list : List.of(value)) {
            for (String part : Text.wrap(Text.safe(one.toString()), WIDTH - width - GAP.length())) {
              out.println(
                  (label + " ".repeat(width - label.length()) + GAP + part).stripTrailing());
              label = "";
            }
          }
        });
  }
}
