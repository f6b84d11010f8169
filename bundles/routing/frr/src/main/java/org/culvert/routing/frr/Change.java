package org.culvert.routing.frr;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has to be said to FRR so that a tunnel has the lines it needs, and no others. What is as it
 * should be is not said again, so that no session is disturbed.
 *
 * @param gone the lines to be taken away
 * @param added the lines to be added, in an order in which FRR takes them
 */
record Change(List<ConfigLine> gone, List<ConfigLine> added) {
  private static final String EXIT = "exit";
  private static final Pattern NEIGHBOR = Pattern.compile("(?:no )?neighbor (\\S+) (.*)");

  /** Copies the lists. */
  Change {
    gone = List.copyOf(gone);
    added = List.copyOf(added);
  }

  /**
   * Compares what is with what should be.
   *
   * @param present the lines that belong to the tunnel
   * @param wanted the lines that the tunnel needs
   * @param running all lines
   */
  static Change between(
      Collection<ConfigLine> present, Collection<ConfigLine> wanted, RunningConfig running) {
    return between(present, wanted, running, List.of());
  }

  /**
   * Compares what is with what should be.
   *
   * @param halfMade lines that an earlier change did not bring to an end: they are taken away in
   *     any case, and said anew where they are wanted
   */
  static Change between(
      Collection<ConfigLine> present,
      Collection<ConfigLine> wanted,
      RunningConfig running,
      Collection<ConfigLine> halfMade) {
    Set<ConfigLine> needed = new LinkedHashSet<>(wanted);
    List<ConfigLine> gone = new ArrayList<>(new LinkedHashSet<>(present));
    gone.removeIf(needed::contains);
    halfMade.stream().filter(line -> !gone.contains(line)).forEach(gone::add);
    Set<String> without = new LinkedHashSet<>();
    gone.stream().filter(Change::isNeighbor).forEach(line -> without.add(neighbor(line)));
    List<ConfigLine> added = new ArrayList<>(needed);
    added.removeIf(line -> running.has(line) && !without.contains(neighbor(line)));
    return new Change(gone, added);
  }

  boolean isEmpty() {
    return gone.isEmpty() && added.isEmpty();
  }

  /** Returns this change and more lines to be taken away. */
  Change without(List<ConfigLine> more) {
    List<ConfigLine> all = new ArrayList<>(gone);
    all.addAll(more);
    return new Change(all, added);
  }

  /** Tells what is not as it should be, a line each. */
  List<String> differences() {
    List<String> said = new ArrayList<>();
    gone.forEach(line -> said.add("superfluous in FRR: " + line));
    added.forEach(line -> said.add("missing in FRR: " + line));
    return said;
  }

  /**
   * Returns the commands, to be said in configuration mode. A new neighbor is not spoken to before
   * all is said about it, for it may call at any moment, and some commands end a session.
   */
  List<String> commands() {
    List<ConfigLine> said = new ArrayList<>();
    removals().forEach(line -> said.add(new ConfigLine(line.path(), undo(line.text()))));
    List<ConfigLine> opened = new ArrayList<>();
    for (ConfigLine line : added) {
      if (isBlock(line)) {
        if (added.stream().noneMatch(line::holds)) {
          said.add(line);
        }
        continue;
      }
      said.add(line);
      if (isNeighbor(line)) {
        String shutdown = "neighbor " + neighbor(line) + " shutdown";
        said.add(new ConfigLine(line.path(), shutdown));
        opened.add(new ConfigLine(line.path(), undo(shutdown)));
      }
    }
    said.addAll(opened);
    return inBlocks(said);
  }

  /** Enters and leaves blocks. What is said in none may enter one, which is left too. */
  private static List<String> inBlocks(List<ConfigLine> said) {
    List<String> commands = new ArrayList<>();
    List<String> path = List.of();
    for (ConfigLine line : said) {
      if (!line.path().equals(path)) {
        path.forEach(block -> commands.add(EXIT));
        path = line.path();
        commands.addAll(path);
      }
      commands.add(line.text());
      if (isBlock(line)) {
        commands.add(EXIT);
      }
    }
    path.forEach(block -> commands.add(EXIT));
    return commands;
  }

  /** Blocks of protocols first: nothing may use a filter that is taken away. */
  private List<ConfigLine> removals() {
    List<ConfigLine> removals = new ArrayList<>();
    for (ConfigLine line : gone) {
      if (gone.stream().noneMatch(other -> covers(other, line))) {
        removals.add(
            isNeighbor(line) ? new ConfigLine(line.path(), "neighbor " + neighbor(line)) : line);
      }
    }
    removals.sort(Comparator.comparing(line -> rank(line)));
    return removals;
  }

  /** Tells whether a line goes with another one. */
  private static boolean covers(ConfigLine other, ConfigLine line) {
    return other.holds(line)
        || (isNeighbor(other)
            && !other.equals(line)
            && neighbor(other).equals(neighbor(line))
            && other.path().get(0).equals(line.path().get(0)));
  }

  private static int rank(ConfigLine line) {
    if (!line.path().isEmpty()) {
      return 0;
    }
    return isBlock(line) ? 1 : 2;
  }

  /** Tells whether a line begins a block, which is entered and not said. */
  private static boolean isBlock(ConfigLine line) {
    return line.path().isEmpty()
        && (line.text().startsWith("router ") || line.text().startsWith("route-map "));
  }

  /** Tells whether a line makes a neighbor, which it must not be without. */
  private static boolean isNeighbor(ConfigLine line) {
    Matcher matcher = NEIGHBOR.matcher(line.text());
    return matcher.matches() && matcher.group(2).startsWith("remote-as ");
  }

  private static String neighbor(ConfigLine line) {
    Matcher matcher = NEIGHBOR.matcher(line.text());
    return matcher.matches() ? matcher.group(1) : "";
  }

  private static String undo(String text) {
    return text.startsWith("no ") ? text.substring("no ".length()) : "no " + text;
  }
}
