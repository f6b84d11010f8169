package org.culvert.accounts.file;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.culvert.api.account.AccountPolicy;

/** Reads lines into tables, with remarks on what an operator should mend. Hashes no password. */
final class TableReader {
  private final Settings settings;
  private final Hashing hashing;
  private final InstantSource clock;

  /**
   * @param hashing makes verifiers of passwords in clear, later
   * @param clock tells since when a new user is there
   */
  TableReader(Settings settings, Hashing hashing, InstantSource clock) {
    this.settings = settings;
    this.hashing = hashing;
    this.clock = clock;
  }

  /**
   * Reads lines.
   *
   * @param before an earlier table; what lines say that it had already is taken over, so that
   *     passwords that passed stay remembered, and what was hashed is not hashed again
   */
  UserTable read(List<String> lines, UserTable before) {
    UserTable table = new UserTable();
    Map<String, Integer> unread = new HashMap<>();
    for (String line : lines) {
      String where = "line " + (table.lines().size() + 1);
      Optional<UserEntry> already = before.entry(line);
      if (already.isPresent()) {
        boolean rewrite = before.pending().containsKey(line);
        UserEntry entry = already.get();
        note(table, where, line, entry, table.add(line, entry, rewrite), unread);
        continue;
      }
      UserLine parsed = UserLineParser.parse(line);
      if (parsed instanceof UserLine.Broken fault) {
        fault.user().ifPresent(user -> unread.putIfAbsent(user, table.remarks().size()));
        table.remarks().add(where + told(fault, table));
        table.add(line, fault);
      } else if (parsed instanceof UserLine.Clear clear) {
        UserEntry entry = entry(clear);
        note(table, where, line, entry, table.add(line, entry, true), unread);
      } else if (parsed instanceof UserLine.Kept kept) {
        UserEntry entry = kept.entry();
        note(table, where, line, entry, table.add(line, entry, kept.outdated()), unread);
      } else {
        table.add(line);
      }
    }
    return table;
  }

  private UserEntry entry(UserLine.Clear clear) {
    UserEntry entry = clear.entry();
    ClearPassword password =
        new ClearPassword(entry.name(), clear.password().toCharArray(), settings, hashing);
    return entry.with(password, clock.instant());
  }

  private static String told(UserLine.Broken fault, UserTable table) {
    String effect =
        fault
            .user()
            .map(
                user ->
                    " (%s) %s"
                        .formatted(
                            user,
                            table.users().containsKey(user) ? "is ignored" : "lets nobody in"))
            .orElse(" is ignored");
    return effect + ": it " + fault.reason() + "; " + fault.remedy();
  }

  /**
   * @param unread the places of the remarks on lines that cannot be read, by the user they name
   */
  private void note(
      UserTable table,
      String where,
      String line,
      UserEntry entry,
      boolean counts,
      Map<String, Integer> unread) {
    List<String> remarks = table.remarks();
    String who = where + " (" + entry.name() + ") ";
    if (!counts) {
      remarks.add(who + "is ignored: it names a user that an earlier line has; remove one of them");
      return;
    }
    Integer at = unread.get(entry.name());
    if (at != null) {
      String first = remarks.get(at);
      remarks.set(at, first.replaceFirst(" lets nobody in: ", " is ignored: "));
      remarks.add(
          "%scounts, for %s names the same user and cannot be read; remove one of them"
              .formatted(who, first.substring(0, first.indexOf(" ("))));
    }
    faults(entry).forEach(fault -> remarks.add(who + fault));
    twice(line)
        .forEach(
            setting ->
                remarks.add(
                    who + "has " + setting + " twice, and the last counts; remove the other"));
  }

  /** Returns the settings with one value that a line has more than once. */
  private static List<String> twice(String line) {
    List<String> words =
        Stream.of(line.substring(line.indexOf('=') + 1).strip().split("\\s+"))
            .takeWhile(word -> !word.startsWith(UserEntry.CLEAR))
            .toList();
    return Stream.of(UserEntry.LIFETIME, UserEntry.SINCE)
        .filter(setting -> words.stream().filter(word -> word.startsWith(setting)).count() > 1)
        .toList();
  }

  private List<String> faults(UserEntry user) {
    List<String> faults = new ArrayList<>();
    AccountPolicy policy = user.settings().policy();
    Verifiers verifiers = user.verifiers();
    boolean digestLost =
        settings.digestMd5()
            && !verifiers.digests().isEmpty()
            && verifiers.digest(settings).isEmpty();
    if (digestLost) {
      faults.add(
          "is of no use to DIGEST-MD5: it was hashed for another realm than "
              + settings.realm()
              + "; write the password anew");
    }
    for (String name : new TreeSet<>(policy.mechanisms())) {
      MechanismNames.fault(name).ifPresent(faults::add);
    }
    boolean useless =
        Verifiers.wantsPassword(policy)
            && user.clear().isEmpty()
            && verifiers.mechanisms(policy, settings).isEmpty();
    if (useless && !digestLost) {
      faults.add(
          "has no verifier for any mechanism that the user may use; write the password anew");
    }
    return faults;
  }
}
