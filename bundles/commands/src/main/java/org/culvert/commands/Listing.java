package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Rows of named values, as a table of at most 80 columns or as JSON.
 *
 * <p>JSON shows every value, the table those it has a column for. The last column takes what is
 * left of the line and is cut there.
 */
final class Listing {
  static final int WIDTH = 80;
  private static final String GAP = "  ";

  private final List<String> columns;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private Optional<Function<Map<String, Object>, String>> secondLine = Optional.empty();

  Listing(String... columns) {
    this.columns = List.of(columns);
  }

  /** Adds a second, indented line to each row of the table. */
  Listing secondLine(Function<Map<String, Object>, String> line) {
    secondLine = Optional.of(line);
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
      secondLine.ifPresent(line -> lines.add(Text.cut("    " + Text.safe(line.apply(row)), WIDTH)));
    }
    return lines;
  }

  private String cell(Map<String, Object> row, int column) {
    return Text.safe(row.getOrDefault(columns.get(column), "").toString());
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

  /** Prints one row, a value on each line, or as JSON. */
  static void printOne(PrintStream out, boolean json, Map<String, Object> row) {
    if (json) {
      out.println(Json.write(row));
      return;
    }
    int width = row.keySet().stream().mapToInt(String::length).max().orElse(0);
    row.forEach(
        (name, value) ->
            out.println(
                Text.cut(
                    name + " ".repeat(width - name.length()) + GAP + Text.safe(value.toString()),
                    WIDTH)));
  }
}
