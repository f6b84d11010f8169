package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Rows of named values, as a table that fits the terminal or as JSON.
 *
 * <p>JSON shows every value, the table those it has a column for. Where the terminal is too narrow
 * the widest column is cut, and what stands under a row is wrapped. Rows are made when they are
 * printed, one at a time, so that a list of a hundred thousand needs no memory of its own.
 */
final class Listing {
  private static final String GAP = "  ";
  private static final String INDENT = "    ";

  private final List<String> columns;
  private final List<Supplier<Map<String, Object>>> rows = new ArrayList<>();
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
    rows.add(() -> row);
  }

  /** Adds a row that is made anew each time that it is looked at. */
  void add(Supplier<Map<String, Object>> row) {
    rows.add(row);
  }

  /** Prints all. Of JSON the width means nothing. */
  void print(PrintStream out, boolean json, int width) {
    if (json) {
      printJson(out);
    } else if (rows.isEmpty()) {
      out.println("none");
    } else {
      table(width, out::println);
    }
  }

  private void printJson(PrintStream out) {
    if (rows.isEmpty()) {
      out.println("[]");
      return;
    }
    out.println("[");
    for (int i = 0; i < rows.size(); i++) {
      String row = Json.write(rows.get(i).get(), Json.INDENT);
      out.println(Json.INDENT + row + (i < rows.size() - 1 ? "," : ""));
    }
    out.println("]");
  }

  /** Returns the lines of the table. */
  List<String> table(int width) {
    List<String> lines = new ArrayList<>();
    table(width, lines::add);
    return lines;
  }

  private void table(int width, Consumer<String> lines) {
    int[] widths = widths(width);
    lines.accept(line(widths, i -> columns.get(i).toUpperCase(Locale.ROOT)));
    for (Supplier<Map<String, Object>> made : rows) {
      Map<String, Object> row = made.get();
      lines.accept(line(widths, i -> cell(row, i)));
      secondLine.ifPresent(
          line ->
              Text.wrap(Text.safe(line.apply(row)), width - INDENT.length()).stream()
                  .filter(part -> !part.isEmpty())
                  .forEach(part -> lines.accept(INDENT + part)));
    }
  }

  /** What is too wide takes from the widest column, so that no other is pushed out of sight. */
  private int[] widths(int width) {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).length();
    }
    for (Supplier<Map<String, Object>> made : rows) {
      Map<String, Object> row = made.get();
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cell(row, i).length());
      }
    }
    long over = (long) GAP.length() * (widths.length - 1) - width;
    for (int one : widths) {
      over += one;
    }
    while (over > 0) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= 1) {
        break;
      }
      widths[widest]--;
      over--;
    }
    return widths;
  }

  private String cell(Map<String, Object> row, int column) {
    String text = Text.safe(Text.of(row.getOrDefault(columns.get(column), "")));
    int width = shortened.getOrDefault(columns.get(column), text.length());
    return text.substring(0, Math.min(width, text.length()));
  }

  private static String line(int[] widths, Function<Integer, String> cell) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String text = Text.cut(cell.apply(i), widths[i]);
      line.append(text);
      if (i < widths.length - 1) {
        line.append(" ".repeat(widths[i] - text.length())).append(GAP);
      }
    }
    return line.toString().stripTrailing();
  }

  /** Prints one row, whole: a value, or each of a list, on a line or wrapped; or as JSON. */
  static void printOne(PrintStream out, boolean json, int width, Map<String, Object> row) {
    if (json) {
      out.println(Json.write(row));
      return;
    }
    int names = row.keySet().stream().mapToInt(String::length).max().orElse(0);
    row.forEach(
        (name, value) -> {
          String label = name;
          if (value instanceof Shown shown && shown.text().isEmpty()) {
            return;
          }
          for (Object one : value instanceof Collection<?> list ? list : List.of(value)) {
            int left = Math.max(1, width - names - GAP.length());
            for (String part : Text.wrap(Text.safe(Text.of(one)), left)) {
              out.println(
                  (label + " ".repeat(names - label.length()) + GAP + part).stripTrailing());
              label = "";
            }
          }
        });
  }
}
