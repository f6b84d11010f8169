package org.culvert.accounts.file;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.PasswordCheck;

/** Makes accounts, as others know them, of what the lines of the file mean. */
final class AccountsOf {
  private final Settings settings;
  private final PasswordCheck nobody;
  private final BiFunction<PasswordCheck, UserEntry, PasswordCheck> checks;

  /**
   * @param nobody takes the time of a check of a password, and passes none
   * @param checks is given each check by a verifier, and gives the one to use
   */
  AccountsOf(
      Settings settings,
      PasswordCheck nobody,
      BiFunction<PasswordCheck, UserEntry, PasswordCheck> checks) {
    this.settings = settings;
    this.nobody = nobody;
    this.checks = checks;
  }

  /** Makes the accounts of a table by name. */
  Map<String, Account> table(UserTable read) {
    Map<String, Account> made = new HashMap<>();
    read.users()
        .forEach(
            (name, entry) ->
                made.put(
                    name,
                    entry
                        .clear()
                        .map(password -> account(entry, password))
                        .orElseGet(() -> account(entry))));
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

  /** Nothing is hashed until a mechanism asks for it, and then for this user only. */
  private Account account(UserEntry entry, ClearPassword password) {
    AccountSettings account = entry.settings();
    boolean plain = Verifiers.wants(account.policy(), Verifiers.PLAIN);
    return new Account(
        entry.name(),
        account.enabled(),
        plain ? password.check(nobody) : null,
        () -> password.digest(account),
        mechanism -> password.scram(account, mechanism),
        account.policy(),
        account.grant());
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
