package org.culvert.conformance.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of scripts; the bundle's README describes the format.
 *
 * <p>A block begins with {@code case}, {@code table}, {@code part} or {@code define} and ends where
 * the next one begins. Parts and definitions hold for all files read later.
 */
final class ScriptReader {
  private static final List<String> OPENINGS = List.of("case", "table", "part", "define");
  private static final int MOST_COLUMNS = 9;
  private static final int DEEPEST = 5;

  private final Map<String, String> definitions = new HashMap<>();
  private final Map<String, List<String>> parts = new HashMap<>();
  private final Map<String, Script> scripts = new HashMap<>();
  private final List<Script> inOrder = new ArrayList<>();
  private String file = "";
  private int number;
  private @Nullable Block block;

  /** A block that is being read. */
  private record Block(
      String kind, String name, String title, int line, List<String> lines, List<String> rows) {}

  /** Returns the scripts read so far. */
  List<Script> scripts() {
    return List.copyOf(inOrder);
  }

  /**
   * Reads one file.
   *
   * @param name its name, which is also the topic
   * @throws ScriptFormatException if it cannot be understood
   */
  void read(String name, List<String> lines) {
    file = name;
    number = 0;
    boolean inRows = false;
    for (String raw : lines) {
      number++;
      String line = raw.strip();
      String first = line.split("\\s+", 2)[0];
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (OPENINGS.contains(first)) {
        finish();
        inRows = false;
        String[] words = line.split("\\s+", 3);
        if (words.length < 2) {
          throw failure("a name is needed");
        }
        String title = words.length > 2 ? words[2] : "";
        block = new Block(words[0], words[1], title, number, new ArrayList<>(), new ArrayList<>());
        continue;
      }
      Block current = block;
      if (current == null) {
        throw failure("this belongs to no case");
      }
      if (line.equals("rows")) {
        inRows = true;
      } else if (line.startsWith("|") && !inRows) {
        more(current, raw.stripLeading().substring(1).stripTrailing());
      } else {
        (inRows ? current.rows() : current.lines()).add(line);
      }
    }
    finish();
  }

  /** Takes a line that goes on with the one before, after CR LF. */
  private void more(Block current, String text) {
    List<String> lines = current.lines();
    String joined = "\\r\\n" + text;
    if (lines.isEmpty() && current.kind().equals("define")) {
      lines.add(current.title() + joined);
    } else if (lines.isEmpty()) {
      throw failure("nothing to continue");
    } else {
      lines.set(lines.size() - 1, lines.get(lines.size() - 1) + joined);
    }
  }

  private void finish() {
    Block done = block;
    block = null;
    if (done == null) {
      return;
    }
    number = done.line();
    switch (done.kind()) {
      case "define" ->
          definitions.put(done.name(), done.lines().isEmpty() ? done.title() : done.lines().get(0));
      case "part" -> parts.put(done.name(), done.lines());
      case "case" -> add(done.name(), done.title(), done.lines());
      default -> {
        int row = 0;
        for (String line : done.rows()) {
          row++;
          String[] cells = line.split(" \\| ", MOST_COLUMNS);
          add(
              String.format(Locale.ROOT, "%s-%02d", done.name(), row),
              column(done.title(), cells),
              done.lines().stream().map(step -> column(step, cells)).toList());
        }
      }
    }
  }

  private static String column(String text, String[] cells) {
    String filled = text;
    for (int i = 0; i < cells.length; i++) {
      filled = filled.replace("${" + (i + 1) + "}", cells[i].strip());
    }
    return filled;
  }

  private void add(String id, String title, List<String> lines) {
    String source = "";
    Level level = Level.MUST;
    List<String> demands = List.of();
    Set<Way> ways = Way.USUAL;
    Set<String> needs = new LinkedHashSet<>();
    List<Step> steps = new ArrayList<>();
    try {
      for (String line : lines) {
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
          case "source" -> source = rest;
          case "level" -> level = Level.valueOf(rest);
          case "demands" -> demands = List.of(rest.split("\\s+", -1));
          case "on" -> ways = Way.parse(rest);
          case "needs" -> needs.addAll(List.of(rest.split("\\s+", -1)));
          default -> steps(line, steps, 0);
        }
      }
      if (steps.isEmpty() || source.isEmpty() || title.isEmpty()) {
        throw failure(id + ": a title, a source and a dialogue are needed");
      }
      String topic = file.replaceAll(".*/", "").replaceAll("\\.[^.]*$", "");
      Script script = new Script(id, topic, title, source, level, demands, ways, needs, steps);
      if (scripts.put(id, script) != null) {
        throw failure("there are two cases " + id);
      }
      inOrder.add(script);
    } catch (ScriptFormatException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw failure(id + ": " + e.getMessage());
    }
  }

  private void steps(String line, List<Step> steps, int depth) {
    Step step = Step.parse(defined(line));
    if (step.act() != Act.PLAY) {
      steps.add(step);
      return;
    }
    List<String> part = parts.get(step.text());
    if (part == null || depth == DEEPEST) {
      throw failure("no part is called " + step.text());
    }
    part.forEach(inner -> steps(inner, steps, depth + 1));
  }

  /** Puts definitions in, also those within definitions. */
  private String defined(String line) {
    String defined = line;
    for (int i = 0; i < DEEPEST; i++) {
      for (Map.Entry<String, String> definition : definitions.entrySet()) {
        defined = defined.replace("${" + definition.getKey() + "}", definition.getValue());
      }
    }
    return defined;
  }

  private ScriptFormatException failure(String why) {
    return new ScriptFormatException(file, number, why);
  }
}
