package org.culvert.accounts.file;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.PasswordCheck;

/** Lets a password that passed bring the verifiers that only it can bring, once. */
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
    Verifiers made =
        new ClearPassword(entry.name(), password, settings, hashing).verifiers(entry.settings());
    if (made.kinds().equals(entry.verifiers().kinds())) {
      return;
    }
    try {
      editor.accept(
          now ->
              now.users().get(entry.name()) == entry
                  ? now.with(entry.with(entry.settings(), made))
                  : now.lines());
    } catch (AccountException e) {
      failures.accept(e.getMessage() + " " + e.remedy());
    }
  }
}
