package org.culvert.accounts.file;

import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
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
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.PasswordCheck;

/**
 * The users of a file that is followed and changed.
 *
 * <p>A look-up reads a map. At most once a second it first asks the file system whether the file
 * changed; the one thread that finds a change reads the file, hashes passwords written in clear and
 * puts the hashes in their place, while others go on with the users known so far.
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
        UserTable now = tableOf(content.lines());
        List<String> lines = change.apply(now);
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
      if (!file.stamp().equals(stamp)) {
        read();
      }
      known = true;
    } catch (IOException e) {
      Set<String> found = new LinkedHashSet<>(warned);
      found.add(file + " cannot be read, its users stay as they were: " + e);
      warn(found);
    } finally {
      working.unlock();
    }
  }

  private void read() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      UserFile.Content content = file.read();
      UserTable read = tableOf(content.lines());
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

  private UserTable tableOf(List<String> lines) {
    return UserTable.of(lines, table, settings, clock.instant());
  }

  private void adopt(UserTable read, Optional<UserFile.Stamp> state) {
    Map<String, Account> made = new HashMap<>();
    read.users().forEach((name, entry) -> made.put(name, account(entry)));
    read.unread().forEach(name -> made.put(name, lockedOut(name)));
    table = read;
    accounts = Map.copyOf(made);
    stamp = state;
    Set<String> found = new LinkedHashSet<>();
    read.remarks().forEach(remark -> found.add(file + " " + remark));
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

  private void warn(Set<String> found) {
    found.stream().filter(warning -> !warned.contains(warning)).forEach(warnings);
    warned = found;
  }

  private Account account(UserEntry entry) {
    Verifiers verifiers = entry.verifiers();
    return new Account(
        entry.name(),
        entry.settings().enabled(),
        passwordCheck(entry).orElse(null),
        verifiers.digest(settings).orElse(null),
        verifiers.scram().stream().flatMap(keys -> keys.secret().stream()).toList(),
        entry.settings().policy(),
        entry.settings().groups());
  }

  private static Account lockedOut(String user) {
    return new Account(user, false, null, null, List.of(), AccountPolicy.ANY);
  }

  /** A user who may not use PLAIN has none, and is refused like one who does not exist. */
  private Optional<PasswordCheck> passwordCheck(UserEntry entry) {
    return Verifiers.wants(entry.settings().policy(), Verifiers.PLAIN)
        ? entry.verifiers().passwordCheck().map(check -> completing(check, entry))
        : Optional.empty();
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
