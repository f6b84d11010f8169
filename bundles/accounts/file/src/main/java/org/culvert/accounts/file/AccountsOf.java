package org.culvert.accounts.file;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.PasswordCheck;

/** Makes accounts, as others know them, of what the lines of the file mean. */
final class AccountsOf {
  private final Settings settings;
  private final BiFunction<PasswordCheck, UserEntry, PasswordCheck> checks;

  private AccountsOf(
      Settings settings, BiFunction<PasswordCheck, UserEntry, PasswordCheck> checks) {
    this.settings = settings;
    this.checks = checks;
  }

  /**
   * Makes the accounts of a table by name.
   *
   * @param checks is given each check of a password, and gives the one to use
   */
  static Map<String, Account> table(
      UserTable read,
      Settings settings,
      BiFunction<PasswordCheck, UserEntry, PasswordCheck> checks) {
    AccountsOf accounts = new AccountsOf(settings, checks);
    Map<String, Account> made = new HashMap<>();
    read.users().forEach((name, entry) -> made.put(name, accounts.account(entry)));
    read.unread().forEach(name -> made.put(name, lockedOut(name)));
    return Map.copyOf(made);
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
        entry.settings().grant());
  }

  private static Account lockedOut(String user) {
    return new Account(user, false, null, null, List.of(), AccountPolicy.ANY);
  }

  /** A user who may not use PLAIN has none, and is refused like one who does not exist. */
  private Optional<PasswordCheck> passwordCheck(UserEntry entry) {
    return Verifiers.wants(entry.settings().policy(), Verifiers.PLAIN)
        ? entry.verifiers().passwordCheck().map(check -> checks.apply(check, entry))
        : Optional.empty();
  }
}
