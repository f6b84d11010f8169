package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.PasswordCheck;

/**
 * The users of a file that is followed and changed.
 *
 * <p>A look-up reads a map. At most once a second it first asks the file system whether the file
 * changed; the one thread that finds a change reads the file, hashes passwords written in clear and
 * puts the hashes in their place, while others go on with the users known so far.
 *
 * <p>A file that lost everything at once was hardly written so: a power cut leaves an empty one, a
 * program that saves it may remove it first. Then the last good users stay, those from before a
 * restart included, and the operator is told. So do those who are lost from a file that was cut or
 * damaged, see {@link Loss}. A whole file that has fewer lines is obeyed.
 */
final class FollowedUsers {
  private static final long CHECK_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  /** How often to start again when somebody saves the file while it is being rewritten. */
  private static final int ATTEMPTS = 3;

  private final Settings settings;
  private final UserFile file;
  private final Consumer<String> warnings;
  private final LongSupplier nanoTime;
  private final InstantSource clock;

  /** Guards {@link #stamp}, {@link #warned} and the file, which one thread reads or replaces. */
  private final ReentrantLock working = new ReentrantLock();

  private Optional<UserFile.Stamp> stamp = Optional.empty();
  private Set<String> warned = Set.of();
  private volatile UserTable table = new UserTable();
  private volatile Map<String, Account> accounts = Map.of();
  private volatile long checked;
  private volatile boolean known;

  FollowedUsers(
      Settings settings, Consumer<String> warnings, LongSupplier nanoTime, InstantSource clock) {
    this.settings = settings;
    this.file = new UserFile(settings.file());
    this.warnings = warnings;
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.checked = nanoTime.getAsLong() - CHECK_INTERVAL;
    refresh();
  }

  /**
   * Finds a user.
   *
   * @throws IllegalStateException as long as the file could never be read: nobody knows whom it
   *     bars
   */
  Optional<Account> find(String user) {
    refresh();
    if (!known) {
      throw new IllegalStateException(file + " could not be read yet");
    }
    return Optional.ofNullable(accounts.get(user));
  }

  /** Returns the users as the file has them. */
  UserTable table() {
    refresh();
    return table;
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
        UserTable now = lastGoodOr(content);
        List<String> lines = neverBlank(change.apply(now));
        Optional<UserFile.Stamp> replaced =
            file.replace(new UserFile.Content(content.stamp(), lines));
        if (replaced.isPresent()) {
          adopt(UserTable.of(lines, now, settings, clock.instant()), replaced);
          return;
        }
      }
    } catch (IOException e) {
      throw new AccountException(
          file + " cannot be changed: " + e + ".", "See to the file and its directory.");
    } finally {
      working.unlock();
    }
    throw new AccountException(
        file + " is being changed by somebody else.", "Save it there, and try again.");
  }

  private void refresh() {
    long now = nanoTime.getAsLong();
    if (now - checked < CHECK_INTERVAL || !working.tryLock()) {
      return;
    }
    try {
      checked = now;
      if (!known || !file.stamp().equals(stamp)) {
        read();
      }
      known = true;
    } catch (IOException e) {
      Set<String> found = new LinkedHashSet<>(warned);
      found.add(file + " cannot be read, its users stay as they were: " + reason(e));
      warn(found);
      showKept();
    } finally {
      working.unlock();
    }
  }

  /** At a start nobody is known yet. */
  private void showKept() {
    if (table.users().isEmpty()) {
      try {
        UserTable kept = good();
        show(kept);
        known |= !kept.users().isEmpty();
      } catch (IOException e) {
        warn(Set.of(file + " cannot be read, nor " + file.lastGood() + ": " + reason(e)));
      }
    }
  }

  /** The kind of an exception of a file system is half of what it says. */
  private static String reason(IOException e) {
    return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
  }

  private void read() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      UserFile.Content content = file.read();
      UserTable read = tableOf(content.lines());
      Optional<String> loss = Loss.ofAll(content, read);
      if (loss.isPresent()) {
        keepLastGood(content, read, loss.get());
        return;
      }
      Optional<Loss> part = partOf(content, read);
      if (part.isPresent()) {
        keepLost(content, read, part.get());
        return;
      }
      adopt(read, content.stamp());
      if (!read.rewritten()) {
        return;
      }
      try {
        Optional<UserFile.Stamp> replaced =
            file.replace(new UserFile.Content(content.stamp(), read.lines()));
        if (replaced.isPresent()) {
          stamp = replaced;
          return;
        }
      } catch (IOException e) {
        Set<String> found = new LinkedHashSet<>(warned);
        found.add(
            file + " keeps passwords in clear or old hashes, for it cannot be replaced: " + e);
        warn(found);
        return;
      }
    }
  }

  /** What was known when the file was whole; at a start, what was before it. */
  private UserTable good() throws IOException {
    return table.users().isEmpty() ? tableOf(file.kept()) : table;
  }

  private void keepLastGood(UserFile.Content content, UserTable read, String loss)
      throws IOException {
    UserTable good = good();
    if (good.users().isEmpty()) {
      adopt(read, content.stamp());
      if (content.stamp().isPresent() && content.isBlank()) {
        warn(
            Set.of(
                file
                    + " "
                    + loss
                    + ", and nobody can log in by it; write its users, or a comment"));
      }
      return;
    }
    show(good);
    stamp = content.stamp();
    warn(
        Set.of(
            "%s %s: its %s users stay as they were known last; put it back (cp -p %s %s), or write a comment into it if there shall be none"
                .formatted(file, loss, good.users().size(), file.lastGood(), file)));
  }

  /** Finds out whether a file that has something lacks something that nobody took away. */
  private Optional<Loss> partOf(UserFile.Content content, UserTable read) {
    try {
      return Loss.isPossible(content, read)
          ? Loss.ofSome(content, read, good(), this::tableOf)
          : Optional.empty();
    } catch (IOException e) {
      // Nothing is known that could be missed.
      return Optional.empty();
    }
  }

  /** The copy stays as it is too, until the file is whole again. */
  private void keepLost(UserFile.Content content, UserTable read, Loss loss) {
    show(tableOf(loss.lines()));
    stamp = content.stamp();
    Set<String> found = new LinkedHashSet<>();
    found.add(loss.told(file));
    read.remarks().stream().filter(loss::leaves).forEach(remark -> found.add(file + " " + remark));
    if (read.rewritten()) {
      found.add(file + " keeps passwords in clear or old hashes until it is whole");
    }
    warn(found);
  }

  /** What is changed in a file that lost something is changed in what it said before. */
  private UserTable lastGoodOr(UserFile.Content content) {
    UserTable read = tableOf(content.lines());
    return Loss.ofAll(content, read).isPresent() && !table.users().isEmpty()
        ? table
        : partOf(content, read).map(loss -> tableOf(loss.lines())).orElse(read);
  }

  /** A file without users says so, and is not taken for one that was lost. */
  private static List<String> neverBlank(List<String> lines) {
    return lines.stream().allMatch(String::isBlank) ? List.of("# There are no users.", "") : lines;
  }

  private UserTable tableOf(List<String> lines) {
    return UserTable.of(lines, table, settings, clock.instant());
  }

  private void adopt(UserTable read, Optional<UserFile.Stamp> state) {
    show(read);
    stamp = state;
    Set<String> found = new LinkedHashSet<>();
    read.remarks().forEach(remark -> found.add(file + " " + remark));
    if (state.isPresent() && !read.lines().stream().allMatch(String::isBlank)) {
      keep(read).ifPresent(found::add);
    }
    if (settings.copied() && state.isPresent()) {
      found.add(
          file
              + " is copied by Karaf into its configuration store, passwords and verifiers"
              + " included; let its name end with .properties, and set file in etc/"
              + FileCredentialStore.PID
              + ".cfg");
    }
    warn(found);
  }

  private void show(UserTable read) {
    table = read;
    accounts = AccountsOf.table(read, settings, this::completing);
  }

  /** No password in clear gets there: these are the lines as they should stand in the file. */
  private Optional<String> keep(UserTable read) {
    try {
      file.keep(read.lines());
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          file + " is not kept a second time, for its directory cannot be written: " + e);
    }
  }

  private void warn(Set<String> found) {
    found.stream().filter(warning -> !warned.contains(warning)).forEach(warnings);
    warned = found;
  }

  /** Lets a password that passed bring the verifiers that only it can bring, once. */
  private PasswordCheck completing(PasswordCheck check, UserEntry entry) {
    if (!entry.verifiers().lack(entry.settings(), settings)) {
      return check;
    }
    AtomicBoolean tried = new AtomicBoolean();
    return password -> {
      boolean matches = check.matches(password);
      if (matches && tried.compareAndSet(false, true)) {
        complete(entry, password);
      }
      return matches;
    };
  }

  private void complete(UserEntry entry, char[] password) {
    if (Password.fault(password).isPresent()) {
      return;
    }
    Verifiers made = Verifiers.of(entry.name(), password, entry.settings(), settings);
    if (made.kinds().equals(entry.verifiers().kinds())) {
      return;
    }
    try {
      edit(
          now ->
              now.users().get(entry.name()) == entry
                  ? now.with(entry.with(entry.settings(), made))
                  : now.lines());
    } catch (AccountException e) {
      warnings.accept(e.getMessage() + " " + e.remedy());
    }
  }
}
