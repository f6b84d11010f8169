package org.culvert.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads case files; the bundle's README describes the format.
 *
 * <p>A block begins with {@code case} or {@code table} and ends where the next one begins. A table
 * is a case whose text has columns, and makes one case for each row.
 */
final class CaseReader {
  private static final int MOST_COLUMNS = 9;

  private final Map<String, String> definitions = new HashMap<>();
  private final List<Case> cases = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private String file = "";
  private String topic = "";
  private int number;
  private @Nullable Block block;
  private boolean inRows;
  private String defining = "";

  /** A block that is being read. */
  private static final class Block {
    final String id;
    final String title;
    final boolean table;
    final int line;
    final List<String> lines = new ArrayList<>();
    final List<String> rows = new ArrayList<>();

    Block(String id, String title, boolean table, int line) {
      this.id = id;
      this.title = title;
      this.table = table;
      this.line = line;
    }
  }

  /** Returns the cases read so far. */
  List<Case> cases() {
    return List.copyOf(cases);
  }

  /**
   * Reads one file.
   *
   * @param name its name, which is also the topic
   * @throws CaseFormatException if it cannot be understood
   */
  void read(String name, List<String> lines) {
    file = name;
    topic = name.replaceAll(".*/", "").replaceAll("\\.[^.]*$", "");
    number = 0;
    for (String raw : lines) {
      number++;
      String line = raw.strip();
      if (line.startsWith("|") && !inRows) {
        more("\\r\\n" + raw.stripLeading().substring(1).stripTrailing());
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        take(line);
      }
    }
    finish();
  }

  /** Takes a line that goes on with the one before. */
  private void more(String text) {
    Block current = block;
    if (!defining.isEmpty()) {
      definitions.merge(defining, text, String::concat);
    } else if (current == null || current.lines.isEmpty()) {
      throw failure("nothing to continue");
    } else {
      int last = current.lines.size() - 1;
      current.lines.set(last, current.lines.get(last) + text);
    }
  }

  private void take(String line) {
    String[] words = line.split("\\s+", 3);
    boolean begins = List.of("case", "table", "define").contains(words[0]);
    if (begins) {
      finish();
      if (words.length < 2) {
        throw failure("a name is needed");
      }
    }
    Block current = block;
    if (words[0].equals("define")) {
      defining = words[1];
      definitions.put(defining, words.length > 2 ? words[2] : "");
    } else if (begins) {
      block =
          new Block(words[1], words.length > 2 ? words[2] : "", words[0].equals("table"), number);
    } else if (current == null) {
      throw failure("this belongs to no case");
    } else if (line.equals("rows")) {
      inRows = true;
    } else {
      (inRows ? current.rows : current.lines).add(line);
    }
  }

  private void finish() {
    Block done = block;
    block = null;
    inRows = false;
    defining = "";
    if (done == null) {
      return;
    } else if (!done.table) {
      add(done.id, done.title, done.lines, done.line);
      return;
    }
    int row = 0;
    for (String line : done.rows) {
      row++;
      String[] cells = line.split(" \\| ", MOST_COLUMNS);
      List<String> filled = new ArrayList<>();
      for (String step : done.lines) {
        filled.add(fill(step, cells));
      }
      String id = String.format(Locale.ROOT, "%s-%02d", done.id, row);
      add(id, fill(done.title, cells), filled, done.line);
    }
  }

  private static String fill(String text, String[] cells) {
    String filled = text;
    for (int i = 0; i < cells.length; i++) {
      filled = filled.replace("${" + (i + 1) + "}", cells[i].strip());
    }
    return filled;
  }

  private void add(String id, String title, List<String> lines, int at) {
    number = at;
    if (!ids.add(id)) {
      throw failure("there are two cases " + id);
    }
    String source = "";
    Level level = Level.MUST;
    List<String> demands = new ArrayList<>();
    Set<Leg> legs = EnumSet.allOf(Leg.class);
    List<Need> needs = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    try {
      for (String line : repeated(lines)) {
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
          case "source" -> source = rest;
          case "level" -> level = Level.valueOf(rest);
          case "demands" -> demands.addAll(List.of(rest.split("\\s+", -1)));
          case "on" -> legs = Leg.parse(rest);
          case "needs" -> List.of(rest.split("\\s+", -1)).forEach(n -> needs.add(Need.parse(n)));
          default -> steps.add(Step.parse(define(line)));
        }
      }
    } catch (IllegalArgumentException e) {
      throw failure(id + ": " + e.getMessage());
    }
    if (steps.isEmpty() || source.isEmpty()) {
      throw failure(id + ": a source and a dialogue are needed");
    }
    cases.add(new Case(id, topic, title, source, level, demands, legs, needs, steps));
  }

  /** Writes out what stands between {@code times N} and {@code end}. */
  private static List<String> repeated(List<String> lines) {
    List<String> all = new ArrayList<>();
    List<String> block = new ArrayList<>();
    int times = 0;
    for (String line : lines) {
      if (line.startsWith("times ")) {
        times = Integer.parseInt(line.substring("times ".length()).strip());
      } else if (line.equals("end")) {
        for (int i = 0; i < times; i++) {
          all.addAll(block);
        }
        block.clear();
        times = 0;
      } else {
        (times > 0 ? block : all).add(line);
      }
    }
    if (!block.isEmpty()) {
      throw new IllegalArgumentException("what is to be repeated does not end");
    }
    return all;
  }

  /** Puts definitions in, also those within definitions. */
  private String define(String line) {
    String defined = line;
    boolean changed = true;
    while (changed) {
      String before = defined;
      for (Map.Entry<String, String> definition : definitions.entrySet()) {
        defined = defined.replace("${" + definition.getKey() + "}", definition.getValue());
      }
      changed = !defined.equals(before);
    }
    return defined;
  }

  private CaseFormatException failure(String why) {
    return new CaseFormatException(file, number, why);
  }
}
