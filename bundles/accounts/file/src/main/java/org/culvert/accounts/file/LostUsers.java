package org.culvert.accounts.file;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which users count, by what the file says and what it said before.
 *
 * <p>A file that lost everything at once was hardly written so: a power cut leaves an empty one, a
 * program that saves it may remove it first. Then the last good users stay, those from before a
 * restart included, and the operator is told. So do those who are lost from a file that was cut or
 * damaged, see {@link Loss}. A whole file that has fewer lines is obeyed.
 */
final class LostUsers {
  private final UserFile file;
  private final TableReader reader;

  /**
   * Who counts.
   *
   * @param table the users, and the lines that say so
   * @param remarks what to tell of the file
   * @param whole whether nothing is missed in the file, so that it may be rewritten
   */
  record Users(UserTable table, Set<String> remarks, boolean whole) {
    Users {
      remarks = new LinkedHashSet<>(remarks);
    }
  }

  LostUsers(UserFile file, TableReader reader) {
    this.file = file;
    this.reader = reader;
  }

  /**
   * Reads the file's lines.
   *
   * @param before who counts so far
   * @throws IOException if it has to be known who counted before a restart, and cannot be read
   */
  Users read(UserFile.Content content, UserTable before) throws IOException {
    UserTable read = reader.read(content.lines(), before);
    Optional<String> all = Loss.ofAll(content, read);
    if (all.isPresent()) {
      return withAll(content, read, all.get(), good(before));
    }
    return partOf(content, read, before)
        .map(loss -> withLost(read, loss, before))
        .orElseGet(() -> new Users(read, remarks(read), true));
  }

  /** Returns what a change starts from: what was lost from the file is changed as it was. */
  UserTable base(UserFile.Content content, UserTable before) {
    UserTable read = reader.read(content.lines(), before);
    return Loss.ofAll(content, read).isPresent() && !before.users().isEmpty()
        ? before
        : partOf(content, read, before).map(loss -> reader.read(loss.lines(), before)).orElse(read);
  }

  /** Returns who was known when the file was whole; at a start, who was before it. */
  UserTable good(UserTable before) throws IOException {
    return before.users().isEmpty() ? reader.read(file.kept(), before) : before;
  }

  private Users withAll(UserFile.Content content, UserTable read, String loss, UserTable good) {
    if (!good.users().isEmpty()) {
      String told =
          "%s %s: its %s users stay as they were known last; put it back (cp -p %s %s), or write a comment into it if there shall be none"
              .formatted(file, loss, good.users().size(), file.lastGood(), file);
      return new Users(good, Set.of(told), false);
    }
    return content.stamp().isPresent() && content.isBlank()
        ? new Users(
            read,
            Set.of(
                "%s %s, and nobody can log in by it; write its users, or a comment"
                    .formatted(file, loss)),
            true)
        : new Users(read, remarks(read), true);
  }

  /** The copy stays as it is too, until the file is whole again. */
  private Users withLost(UserTable read, Loss loss, UserTable before) {
    Set<String> found = new LinkedHashSet<>();
    found.add(loss.told(file));
    read.remarks().stream().filter(loss::leaves).forEach(remark -> found.add(file + " " + remark));
    if (!read.pending().isEmpty()) {
      found.add(file + " keeps passwords in clear or old hashes until it is whole");
    }
    return new Users(reader.read(loss.lines(), before), found, false);
  }

  /** Finds out whether a file that has something lacks something that nobody took away. */
  private Optional<Loss> partOf(UserFile.Content content, UserTable read, UserTable before) {
    try {
      return Loss.isPossible(content, read)
          ? Loss.ofSome(content, read, good(before), lines -> reader.read(lines, before))
          : Optional.empty();
    } catch (IOException e) {
      // Nothing is known that could be missed.
      return Optional.empty();
    }
  }

  private Set<String> remarks(UserTable read) {
    Set<String> found = new LinkedHashSet<>();
    List<String> remarks = read.remarks();
    remarks.forEach(remark -> found.add(file + " " + remark));
    return found;
  }
}
