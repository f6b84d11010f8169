package org.culvert.accounts.file;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.PasswordCheck;

/**
 * Lets a password that passed bring the verifiers that only it can bring, once. If the file cannot
 * be written then, they are kept, and written when the password passes again.
 */
final class Completion {
  private final Settings settings;
  private final Hashing hashing;
  private final Consumer<Function<UserTable, List<String>>> editor;
  private final Consumer<String> failures;

  /**
   * @param editor changes the file
   * @param failures is told if it cannot
   */
  Completion(
      Settings settings,
      Hashing hashing,
      Consumer<Function<UserTable, List<String>>> editor,
      Consumer<String> failures) {
    this.settings = settings;
    this.hashing = hashing;
    this.editor = editor;
    this.failures = failures;
  }

  /** Returns the check itself, if it has all that its user needs. */
  PasswordCheck of(PasswordCheck check, UserEntry entry) {
    if (!entry.verifiers().lack(entry.settings(), settings)) {
      return check;
    }
    AtomicBoolean tried = new AtomicBoolean();
    AtomicReference<Optional<Verifiers>> unwritten = new AtomicReference<>(Optional.empty());
    return password -> {
      boolean matches = check.matches(password);
      if (matches) {
        Optional<Verifiers> made =
            tried.compareAndSet(false, true)
                ? made(entry, password)
                : unwritten.getAndSet(Optional.empty());
        if (made.isPresent() && !isWritten(entry, made.get())) {
          unwritten.set(made);
        }
      }
      return matches;
    };
  }

  private Optional<Verifiers> made(UserEntry entry, char[] password) {
    if (Password.fault(password).isPresent()) {
      return Optional.empty();
    }
    Verifiers made =
        new ClearPassword(entry.name(), password, settings, hashing).verifiers(entry.settings());
    return entry.verifiers().kinds().containsAll(made.kinds())
        ? Optional.empty()
        : Optional.of(made);
  }

  private boolean isWritten(UserEntry entry, Verifiers made) {
    try {
      editor.accept(
          now -> now.users().get(entry.name()) == entry ? now.with(entry.and(made)) : now.lines());
      return true;
    } catch (AccountException e) {
      failures.accept(e.getMessage() + " " + e.remedy());
      return false;
    }
  }
}
