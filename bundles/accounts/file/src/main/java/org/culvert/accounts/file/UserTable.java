package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the lines of the file mean. It is filled by its reader, and does not change afterwards. */
final class UserTable {
  private final SortedMap<String, UserEntry> users = new TreeMap<>();
  private final Set<String> unread = new HashSet<>();
  private final List<String> remarks = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final SortedMap<Integer, UserLine.Broken> broken = new TreeMap<>();

  /** What each line says, for the next table to take over. */
  private final Map<String, UserEntry> known = new HashMap<>();

  /** The lines that are to be written otherwise, with what they say. */
  private final Map<String, UserEntry> pending = new LinkedHashMap<>();

  /** Returns the users by name. */
  SortedMap<String, UserEntry> users() {
    return users;
  }

  /**
   * Returns the users whom only lines name that cannot be read. They are not unknown: whatever the
   * line was to say, a user whom a certificate names must not come in for want of it.
   */
  Set<String> unread() {
    Set<String> names = new HashSet<>(unread);
    names.removeAll(users.keySet());
    return names;
  }

  /** Returns the lines that cannot be read by their place, counted from 0. */
  SortedMap<Integer, UserLine.Broken> broken() {
    return broken;
  }

  /** Returns what a line says, if it is one of these and names a user. */
  Optional<UserEntry> entry(String line) {
    return Optional.ofNullable(known.get(line));
  }

  /**
   * Returns the lines that are to be written otherwise, in their order, with what they say: they
   * have a password in clear, or words that are not written any more.
   */
  Map<String, UserEntry> pending() {
    return pending;
  }

  /** Returns the line that counts for a user. */
  Optional<String> line(String user) {
    int at = lineOf(user);
    return at < 0 ? Optional.empty() : Optional.of(lines.get(at));
  }

  /** Returns what an operator should mend, with line numbers; nothing that could be a secret. */
  List<String> remarks() {
    return remarks;
  }

  /** Returns the lines as they were read. */
  List<String> lines() {
    return lines;
  }

  /** Tells whether the last line has no line end, so that more of it may come. */
  boolean isOpen() {
    return !lines.isEmpty() && !lines.get(lines.size() - 1).isBlank();
  }

  /** Returns the lines with a user's line replaced or, if there is none, added. */
  List<String> with(UserEntry entry) {
    List<String> changed = new ArrayList<>(lines);
    int at = lineOf(entry.name());
    if (at >= 0) {
      changed.set(at, written(entry, changed.get(at)));
      return changed;
    }
    return with(changed, List.of(entry.octets()));
  }

  /** Returns lines with others added; the last line has a line end then. */
  static List<String> with(List<String> lines, List<String> others) {
    List<String> changed = new ArrayList<>(lines);
    if (changed.isEmpty() || !changed.get(changed.size() - 1).isEmpty()) {
      changed.add("");
    }
    changed.addAll(changed.size() - 1, others);
    return changed;
  }

  /** Returns the lines with some of them as their users are written now. */
  List<String> with(Map<String, UserEntry> entries) {
    return lines.stream()
        .map(line -> entries.containsKey(line) ? written(entries.get(line), line) : line)
        .toList();
  }

  /** Returns the lines without any of a user, so that an ignored one does not come to count. */
  List<String> without(String user) {
    return lines.stream().filter(line -> !isOf(line, user)).toList();
  }

  /** Adds a line that names nobody. */
  void add(String line) {
    lines.add(line);
  }

  /** Adds a line that cannot be read. */
  void add(String line, UserLine.Broken fault) {
    broken.put(lines.size(), fault);
    fault.user().ifPresent(unread::add);
    lines.add(line);
  }

  /**
   * Adds a line of a user.
   *
   * @param rewrite whether the line is to be written otherwise
   * @return whether the line counts: no earlier one names the user
   */
  boolean add(String line, UserEntry entry, boolean rewrite) {
    lines.add(line);
    known.put(line, entry);
    if (rewrite) {
      pending.put(line, entry);
    }
    return users.putIfAbsent(entry.name(), entry) == null;
  }

  private int lineOf(String user) {
    for (int i = 0; i < lines.size(); i++) {
      if (isOf(lines.get(i), user)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isOf(String line, String user) {
    UserEntry entry = known.get(line);
    return entry != null && entry.name().equals(user);
  }

  private static String written(UserEntry entry, String line) {
    return entry.octets() + (line.endsWith("\r") ? "\r" : "");
  }

  /** Names no line. */
  @Override
  public String toString() {
    return "UserTable[" + users.size() + " users]";
  }
}
