package org.culvert.accounts.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a file of users lost, where hardly a hand took it away: a power cut or a full disk leaves a
 * file that is empty, ends in the middle of a line, or has a line that is half of two.
 *
 * <p>Every program that writes whole lines ends the last one. So users are missed only if the last
 * line has no end, and only those who stood behind it; or if a line is damaged, whose other half
 * may have named anybody.
 *
 * @param users those who were known and are lost
 * @param lines what is whole in the file, and the lost users' lines as they were
 * @param what what happened to the file, as a verb and what follows
 * @param meant what to do to the file if this is meant
 * @param unsure the places of lines that are passed over, counted from 0
 */
record Loss(
    SortedSet<String> users, List<String> lines, String what, String meant, Set<Integer> unsure) {
  private static final int NAMED = 5;

  Loss {
    lines = List.copyOf(lines);
    unsure = Set.copyOf(unsure);
  }

  /** Says whether everything in the file is gone at once, and what is to be seen of it. */
  static Optional<String> ofAll(UserFile.Content content, UserTable read) {
    if (content.stamp().isEmpty()) {
      return Optional.of("is not there");
    }
    if (content.isBlank()) {
      return Optional.of("is empty");
    }
    return read.users().isEmpty() && !read.broken().isEmpty()
        ? Optional.of("has no line that can be read")
        : Optional.empty();
  }

  /** Tells whether a file may have lost something; else nobody need know what it said before. */
  static boolean isPossible(UserFile.Content content, UserTable read) {
    return !isEnded(content.lines()) || !damaged(content.lines(), read).isEmpty();
  }

  /**
   * Compares a file with what was known.
   *
   * @param read what the lines of the file say
   * @param good what they said when the file was whole
   * @param table makes a table of lines that stand in these two
   */
  static Optional<Loss> ofSome(
      UserFile.Content content,
      UserTable read,
      UserTable good,
      Function<List<String>, UserTable> table) {
    List<String> lines = content.lines();
    Set<Integer> damaged = damaged(lines, read);
    Set<Integer> unsure = new TreeSet<>(damaged);
    int last = lines.size() - 1;
    int known = isEnded(lines) ? -1 : placeOf(lines.get(last), good.lines());
    if (!isEnded(lines) && known < 0 && !isBarring(lines.get(last))) {
      unsure.add(last);
    }
    UserTable sure = table.apply(without(unsure, read.lines()));
    // Behind a last line that is whole stood those who are lost, if nothing else is wrong.
    UserTable before =
        known >= 0 && damaged.isEmpty()
            ? table.apply(good.lines().subList(known + 1, good.lines().size()))
            : good;
    SortedSet<String> lost = new TreeSet<>(before.users().keySet());
    lost.retainAll(good.users().keySet());
    lost.removeAll(sure.users().keySet());
    lost.removeAll(sure.unread());
    if (isChangedAtMost(lost, lines, read, good, unsure)) {
      return Optional.empty();
    }
    List<String> whole = new ArrayList<>(without(unsure, read.lines()));
    whole.removeIf(String::isBlank);
    lost.forEach(user -> good.line(user).ifPresent(whole::add));
    whole.add("");
    boolean open = !isEnded(lines) && !damaged.contains(last);
    return Optional.of(new Loss(lost, whole, what(damaged, open), meant(damaged, open), unsure));
  }

  /** A last line without an end that is a user's, whole and new, took nothing from anybody. */
  private static boolean isChangedAtMost(
      Set<String> lost, List<String> lines, UserTable read, UserTable good, Set<Integer> unsure) {
    if (lost.isEmpty()) {
      return true;
    }
    int last = lines.size() - 1;
    if (lost.size() > 1 || !unsure.equals(Set.of(last)) || read.broken().containsKey(last)) {
      return false;
    }
    String user = lost.iterator().next();
    return read.users().containsKey(user)
        && !good.line(user).orElse("").startsWith(lines.get(last).strip());
  }

  private static boolean isEnded(List<String> lines) {
    return lines.get(lines.size() - 1).isBlank();
  }

  private static Set<Integer> damaged(List<String> lines, UserTable read) {
    Set<Integer> damaged = new TreeSet<>();
    read.broken()
        .forEach(
            (place, fault) -> {
              String line = lines.get(place);
              if ((fault.damaged() || line.indexOf('\0') >= 0) && !isBarring(line)) {
                damaged.add(place);
              }
            });
    return damaged;
  }

  /** Who is to be kept out is kept out, whatever else the line says. */
  private static boolean isBarring(String line) {
    return List.of(line.split("[\\s=\\x00]+", -1)).contains(UserEntry.DISABLED);
  }

  private static int placeOf(String line, List<String> lines) {
    return lines.stream().map(String::strip).toList().indexOf(line.strip());
  }

  private static List<String> without(Set<Integer> places, List<String> lines) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!places.contains(i)) {
        others.add(lines.get(i));
      }
    }
    return others;
  }

  private static String what(Set<Integer> damaged, boolean open) {
    String half = damaged.isEmpty() ? "" : numbers(damaged) + " damaged";
    String end = open ? "does not end with a line end" : "";
    return half.isEmpty() ? end : end.isEmpty() ? "has " + half : end + " and has " + half;
  }

  private static String meant(Set<Integer> damaged, boolean open) {
    List<String> steps = new ArrayList<>();
    if (!damaged.isEmpty()) {
      steps.add("remove " + numbers(damaged) + " or write # in front");
    }
    if (open) {
      steps.add("end the last line with a line end");
    }
    return String.join(", and ", steps);
  }

  private static String numbers(Set<Integer> places) {
    return (places.size() == 1 ? "line " : "lines ")
        + places.stream()
            .limit(NAMED)
            .map(place -> String.valueOf(place + 1))
            .collect(Collectors.joining(", "))
        + (places.size() > NAMED ? " and others" : "");
  }

  /** Tells the operator. */
  String told(UserFile file) {
    return "%s %s, as if it were cut short, and lacks %s: they stay as they were known last; put it back (cp -p %s %s), or if this is meant, %s, or use culvert:account-remove"
        .formatted(file, what, named(), file.lastGood(), file, meant);
  }

  /** Tells whether a remark is of a line that is not passed over. */
  boolean leaves(String remark) {
    return unsure.stream().noneMatch(at -> remark.startsWith("line " + (at + 1) + " "));
  }

  /** Names the lost users; of many only the first. */
  private String named() {
    String first = users.stream().limit(NAMED).collect(Collectors.joining(", "));
    return users.size() > NAMED ? first + " and " + (users.size() - NAMED) + " more" : first;
  }
}
