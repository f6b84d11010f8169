package org.culvert.accounts.file;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the lines of the file mean. */
final class UserTable {
  private final SortedMap<String, UserEntry> users = new TreeMap<>();
  private final Set<String> unread = new HashSet<>();
  private final List<String> remarks = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final SortedMap<Integer, UserLine.Broken> broken = new TreeMap<>();

  /** What each line says, for the next table to take over. */
  private final Map<String, UserEntry> kept = new HashMap<>();

  private boolean rewritten;

  /** Knows nobody. */
  UserTable() {}

  /**
   * Reads lines. Passwords in clear are hashed, which takes time for each.
   *
   * @param before an earlier table; what lines say that it had already is taken over, so that
   *     passwords that passed stay remembered
   */
  static UserTable of(List<String> lines, UserTable before, Settings settings, Instant now) {
    UserTable table = new UserTable();
    for (String line : lines) {
      table.read(line, before, settings, now);
    }
    return table;
  }

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

  /** Returns the line that counts for a user. */
  Optional<String> line(String user) {
    int at = lineOf(user);
    return at < 0 ? Optional.empty() : Optional.of(lines.get(at));
  }

  /** Returns what an operator should mend, with line numbers; nothing that could be a secret. */
  List<String> remarks() {
    return remarks;
  }

  /** Returns the lines as they should stand in the file. */
  List<String> lines() {
    return lines;
  }

  /** Tells whether those differ from the lines that were read. */
  boolean rewritten() {
    return rewritten;
  }

  /** Returns the lines with a user's line replaced or, if there is none, added. */
  List<String> with(UserEntry entry) {
    List<String> changed = new ArrayList<>(lines);
    int at = lineOf(entry.name());
    if (at >= 0) {
      changed.set(at, entry.octets() + lineEnd(changed.get(at)));
      return changed;
    }
    if (changed.isEmpty() || !changed.get(changed.size() - 1).isEmpty()) {
      changed.add("");
    }
    changed.add(changed.size() - 1, entry.octets());
    return changed;
  }

  /** Returns the lines without any of a user, so that an ignored one does not come to count. */
  List<String> without(String user) {
    return lines.stream().filter(line -> !isOf(line, user)).toList();
  }

  private void read(String line, UserTable before, Settings settings, Instant now) {
    String where = "line " + (lines.size() + 1);
    UserEntry entry = before.kept.get(line);
    String written = line;
    if (entry == null) {
      UserLine parsed = UserLineParser.parse(line);
      if (parsed instanceof UserLine.Broken fault) {
        broken.put(lines.size(), fault);
        fault.user().ifPresent(unread::add);
        remarks.add(
            where
                + fault.user().map(user -> " (" + user + ") lets nobody in").orElse(" is ignored")
                + ": it "
                + fault.reason()
                + "; "
                + fault.remedy());
      }
      Optional<UserEntry> found = entry(parsed, settings, now);
      boolean changed =
          parsed instanceof UserLine.Clear
              || (parsed instanceof UserLine.Kept already && already.outdated());
      if (found.isPresent() && changed) {
        written = found.get().octets() + lineEnd(line);
        rewritten = true;
      }
      lines.add(written);
      if (found.isEmpty()) {
        return;
      }
      entry = found.get();
    } else {
      lines.add(line);
    }
    kept.put(written, entry);
    if (users.putIfAbsent(entry.name(), entry) != null) {
      remarks.add(
          where
              + " ("
              + entry.name()
              + ") is ignored: it names a user that an earlier line has; remove one of them");
    } else {
      remark(where, entry, settings);
    }
  }

  private static Optional<UserEntry> entry(UserLine parsed, Settings settings, Instant now) {
    if (parsed instanceof UserLine.Clear clear) {
      UserEntry entry = clear.entry();
      return Optional.of(
          new UserEntry(
              entry.name(),
              entry.settings(),
              entry.since().or(() -> Optional.of(now.truncatedTo(ChronoUnit.SECONDS))),
              Verifiers.of(
                  entry.name(), clear.password().toCharArray(), entry.settings(), settings),
              List.of()));
    }
    return parsed instanceof UserLine.Kept already
        ? Optional.of(already.entry())
        : Optional.empty();
  }

  private void remark(String where, UserEntry user, Settings settings) {
    Verifiers verifiers = user.verifiers();
    boolean digestLost =
        settings.digestMd5()
            && !verifiers.digests().isEmpty()
            && verifiers.digest(settings).isEmpty();
    if (digestLost) {
      remarks.add(
          where
              + " ("
              + user.name()
              + ") is of no use to DIGEST-MD5: it was hashed for another realm than "
              + settings.realm()
              + "; write the password anew");
    }
    for (String name : new TreeSet<>(user.settings().policy().mechanisms())) {
      Verifiers.meant(name)
          .ifPresent(
              meant ->
                  remarks.add(
                      where
                          + " ("
                          + user.name()
                          + ") names a mechanism that does not exist, "
                          + name
                          + "; write "
                          + meant));
    }
    if (Verifiers.wantsPassword(user.settings().policy())
        && verifiers.mechanisms(user.settings().policy(), settings).isEmpty()
        && !digestLost) {
      remarks.add(
          where
              + " ("
              + user.name()
              + ") has no verifier for any mechanism that the user may use; write the password"
              + " anew");
    }
  }

  private int lineOf(String user) {
    for (int i = 0; i < lines.size(); i++) {
      if (isOf(lines.get(i), user)) {
        return i;
      }
    }
    return -1;
  }

  /** Lines that stand in the table have no password in clear, so those that count are kept. */
  private boolean isOf(String line, String user) {
    UserEntry entry = kept.get(line);
    return entry != null && entry.name().equals(user);
  }

  private static String lineEnd(String line) {
    return line.endsWith("\r") ? "\r" : "";
  }

  /** Names no line. */
  @Override
  public String toString() {
    return "UserTable[" + users.size() + " users]";
  }
}
