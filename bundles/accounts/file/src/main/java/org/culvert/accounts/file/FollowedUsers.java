package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.culvert.accounts.file.Remarks.Topic;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.file.FullDisk;

/*
 * What becomes of a file with passwords in clear:
 *   look      a changed file → closed to others → read → its users count
 *   pending   the lines whose passwords are to be hashed
 *   …         somebody hashes them, and nobody waits
 *   write     the file → with the hashes of these lines
 */
/**
 * The users of a file that is followed and changed. Whoever looks a user up reads a map, and waits
 * for nothing.
 */
final class FollowedUsers {
  /** How often to start again when somebody saves the file while it is being rewritten. */
  private static final int ATTEMPTS = 3;

  /** When to write again after it failed. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What ends without a line end may still be written on, for so long. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** What changes within that is just being written. */
  private static final long STEADY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final UserFile file;
  private final ReplacedFiles replaced;
  private final TableReader reader;
  private final LostUsers lost;
  private final Upkeep upkeep;
  private final KnownUsers known;
  private final Remarks remarks;
  private final LongSupplier nanoTime;

  /** Guards what follows and the file, which one thread reads or replaces; nobody hashes in it. */
  private final ReentrantLock working = new ReentrantLock();

  private Optional<UserFile.Stamp> stamp = Optional.empty();
  private boolean whole;
  private long changed;
  private long writable;

  /** A file that is just being written seems to be cut; what is told of it waits for a moment. */
  private Optional<Set<String>> unsaid = Optional.empty();

  /**
   * Reads the file; hashes nothing.
   *
   * @param nobody takes the time of a check of a password, and passes none
   */
  FollowedUsers(
      Settings settings,
      Hashing hashing,
      TableReader reader,
      PasswordCheck nobody,
      Remarks remarks,
      LongSupplier nanoTime) {
    this.replaced = new ReplacedFiles(nanoTime);
    this.file = new UserFile(settings.file(), replaced);
    this.reader = reader;
    this.lost = new LostUsers(file, reader);
    Completion completion =
        new Completion(
            settings, hashing, this::edit, told -> remarks.say(Topic.WRITING, Set.of(told)));
    this.upkeep = new Upkeep(file, new Copies(file, settings), remarks, nanoTime);
    this.known = new KnownUsers(new AccountsOf(settings, nobody, completion::of));
    this.remarks = remarks;
    this.nanoTime = nanoTime;
    this.changed = nanoTime.getAsLong();
    this.writable = changed;
    try {
      file.discardDraft();
    } catch (IOException e) {
      // The next draft takes its place, or tells why it cannot.
    }
    look();
  }

  /**
   * Finds a user, without waiting.
   *
   * @throws IllegalStateException as long as the file could never be read: nobody knows whom it
   *     bars
   */
  Optional<Account> find(String user) {
    return known.find(user);
  }

  /** Returns how often the users were read anew. */
  long changes() {
    return known.changes();
  }

  /** Returns the users as the file has them at this moment. */
  UserTable table() {
    look();
    return known.table();
  }

  /** Looks whether the file changed, and what came too late for it. */
  void look() {
    working.lock();
    try {
      takeLate();
      if (!known.isConfirmed() || !file.stamp().equals(stamp)) {
        changed = nanoTime.getAsLong();
        upkeep.close();
        obey(file.read());
      } else if (nanoTime.getAsLong() - changed >= STEADY_NANOS) {
        unsaid.ifPresent(found -> remarks.say(Topic.CONTENT, found));
        unsaid = Optional.empty();
      }
      upkeep.look(known.table(), stamp);
      remarks.say(Topic.READING, Set.of());
      known.confirm();
    } catch (IOException e) {
      remarks.say(
          Topic.READING,
          Set.of(file + " cannot be read, its users stay as they were: " + reason(e)));
      showKept();
    } finally {
      working.unlock();
    }
  }

  /** Returns the lines that are to be written otherwise now, with what they say. */
  Map<String, UserEntry> pending() {
    working.lock();
    try {
      long now = nanoTime.getAsLong();
      UserTable table = known.table();
      if (!whole || now - writable < 0 || table.pending().isEmpty()) {
        return Map.of();
      }
      Map<String, UserEntry> pending = new LinkedHashMap<>(table.pending());
      if (table.isOpen() && now - changed < QUIET_NANOS) {
        pending.remove(table.lines().get(table.lines().size() - 1));
      }
      return pending;
    } finally {
      working.unlock();
    }
  }

  /**
   * Writes lines otherwise, if they still stand in the file.
   *
   * @return whether the file was written; if not, nothing is pending for a while
   */
  boolean write(Map<String, UserEntry> entries) {
    working.lock();
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        UserFile.Content content = file.read();
        if (!content.stamp().equals(stamp)) {
          changed = nanoTime.getAsLong();
          obey(content);
        }
        if (!whole) {
          return false;
        }
        List<String> lines = known.table().with(entries);
        Optional<UserFile.Stamp> written =
            file.replace(new UserFile.Content(content.stamp(), lines));
        if (written.isPresent()) {
          obey(new UserFile.Content(written, lines));
          remarks.say(Topic.WRITING, Set.of());
          return true;
        }
      }
    } catch (IOException e) {
      remarks.say(
          Topic.WRITING,
          Set.of(
              file
                  + " keeps passwords in clear or old hashes, for it cannot be replaced: "
                  + FullDisk.words(file.path(), e)));
    } finally {
      working.unlock();
    }
    writable = nanoTime.getAsLong() + RETRY_NANOS;
    return false;
  }

  /**
   * Changes the file.
   *
   * @param change makes the new lines from what the file says at that moment, perhaps several times
   * @throws AccountException as the change does, or because the file cannot be written
   */
  void edit(Function<UserTable, List<String>> change) {
    working.lock();
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        UserFile.Content content = file.read();
        UserTable now = lost.base(content, known.table());
        List<String> lines = neverBlank(change.apply(now));
        Optional<UserFile.Stamp> written =
            file.replace(new UserFile.Content(content.stamp(), lines));
        if (written.isPresent()) {
          UserTable read = reader.read(lines, now);
          remarks.say(Topic.WRITING, Set.of());
          Set<String> found = new LinkedHashSet<>();
          read.remarks().forEach(remark -> found.add(file + " " + remark));
          adopt(new LostUsers.Users(read, found, true), written);
          return;
        }
      }
    } catch (IOException e) {
      throw file.unchanged(e);
    } finally {
      working.unlock();
    }
    throw new AccountException(
        file + " is being changed by somebody else.", "Save it there, and try again.");
  }

  /** Takes what came too late, and lets go of the files. */
  void close() {
    working.lock();
    try {
      takeLate();
      replaced.close();
    } finally {
      working.unlock();
    }
  }

  private void takeLate() {
    for (ReplacedFiles.Late late : replaced.take()) {
      try {
        edit(late::into);
      } catch (AccountException e) {
        remarks.say(
            Topic.WRITING,
            Set.of(
                "%s lacks what a program wrote that had it open: %s %s; write it anew"
                    .formatted(file, e.getMessage(), e.remedy())));
      }
    }
  }

  /** At a start nobody is known yet. */
  private void showKept() {
    if (known.table().users().isEmpty()) {
      try {
        UserTable kept = lost.good(known.table());
        known.show(kept);
        if (!kept.users().isEmpty()) {
          known.confirm();
        }
      } catch (IOException e) {
        remarks.say(
            Topic.READING,
            Set.of(file + " cannot be read, nor " + file.lastGood() + ": " + reason(e)));
      }
    }
  }

  /** The kind of an exception of a file system is half of what it says. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
  }

  private void obey(UserFile.Content content) throws IOException {
    adopt(lost.read(content, known.table()), content.stamp());
  }

  private void adopt(LostUsers.Users users, Optional<UserFile.Stamp> state) {
    known.show(users.table());
    stamp = state;
    whole = users.whole();
    unsaid = whole ? Optional.empty() : Optional.of(users.remarks());
    if (whole) {
      remarks.say(Topic.CONTENT, users.remarks());
      upkeep.copy(users.table(), state);
    }
  }

  /** A file without users says so, and is not taken for one that was lost. */
  private static List<String> neverBlank(List<String> lines) {
    return lines.stream().allMatch(String::isBlank) ? List.of("# There are no users.", "") : lines;
  }
}
