package org.culvert.accounts.file;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets an operator change the users of the file, line by line. */
final class FileAccounts implements AccountAdministration {
  private static final Logger LOG = LoggerFactory.getLogger(FileAccounts.class);
  private static final String ANEW =
      "Give a new password together with this change. Try: culvert:account-password with the same"
          + " options";

  private final FollowedUsers users;
  private final Settings settings;
  private final Hashing hashing;
  private final InstantSource clock;

  FileAccounts(FollowedUsers users, Settings settings, Hashing hashing, InstantSource clock) {
    this.users = users;
    this.settings = settings;
    this.hashing = hashing;
    this.clock = clock;
  }

  @Override
  public List<AccountSummary> accounts() {
    return users.table().users().values().stream().map(user -> user.summary(settings)).toList();
  }

  @Override
  public AccountSummary create(String user, AccountSettings account) {
    check(user, account);
    if (Verifiers.wantsPassword(account.policy())) {
      throw new AccountException(
          "The mechanisms of " + user + " need a password.",
          "Give one, or name mechanisms that need none: EXTERNAL.");
    }
    return add(UserEntry.of(user, account, clock.instant(), Verifiers.NONE));
  }

  @Override
  public AccountSummary create(String user, AccountSettings account, char[] password) {
    check(user, account);
    return add(UserEntry.of(user, account, clock.instant(), verifiers(user, account, password)));
  }

  @Override
  public AccountSummary change(String user, AccountSettings account) {
    checkSettings(account);
    // Not while the file is held: this user's password may still have to be hashed.
    existing(users.table(), user).hashed(account);
    AccountSummary changed = replace(user, entry -> narrowed(entry.hashed(account), account));
    LOG.info("account {} was changed: {}", user, InWords.of(changed.settings()));
    return changed;
  }

  @Override
  public AccountSummary change(String user, AccountSettings account, char[] password) {
    checkSettings(account);
    Verifiers made = verifiers(user, account, password);
    AccountSummary changed = replace(user, entry -> entry.with(account, made));
    LOG.info("account {} got a new password: {}", user, InWords.of(changed.settings()));
    return changed;
  }

  @Override
  public void remove(String user) {
    users.edit(
        table -> {
          existing(table, user);
          return table.without(user);
        });
    LOG.info("account {} was removed", user);
  }

  private AccountSummary add(UserEntry entry) {
    users.edit(
        table -> {
          if (table.users().containsKey(entry.name())) {
            throw new AccountException(
                "There is a user " + entry.name() + " already.",
                "Choose another name, or change that user.");
          }
          return table.with(entry);
        });
    LOG.info("account {} was created: {}", entry.name(), InWords.of(entry.settings()));
    return entry.summary(settings);
  }

  private AccountSummary replace(String user, Function<UserEntry, UserEntry> change) {
    users.edit(table -> table.with(change.apply(existing(table, user))));
    return existing(users.table(), user).summary(settings);
  }

  /** What is not kept comes only with the password, so something has to serve. */
  private UserEntry narrowed(UserEntry entry, AccountSettings account) {
    UserEntry changed = entry.with(account);
    boolean strands =
        Verifiers.wantsPassword(account.policy())
            && changed.verifiers().mechanisms(account.policy(), settings).isEmpty()
            && changed.unknown().isEmpty();
    if (strands) {
      throw new AccountException(
          "What is kept of " + entry.name() + "'s password serves none of these mechanisms.", ANEW);
    }
    return changed;
  }

  private static UserEntry existing(UserTable table, String user) {
    return Optional.ofNullable(table.users().get(user))
        .orElseThrow(
            () -> new AccountException("There is no such user.", "Look at the list of accounts."));
  }

  private Verifiers verifiers(String user, AccountSettings account, char[] password) {
    Optional<String> fault = Password.fault(password);
    if (fault.isPresent()) {
      throw new AccountException(
          "This is no password: it " + fault.get() + ".", "Choose another one.");
    }
    char[] copy = password.clone();
    try {
      return new ClearPassword(user, copy, settings, hashing).verifiers(account);
    } finally {
      Arrays.fill(copy, '\0');
    }
  }

  private static void check(String user, AccountSettings account) {
    if (!UserLineParser.isName(user) || !Password.isPrepared(user)) {
      throw new AccountException(
          "This is no name for a user.",
          "Write 1 to "
              + UserLineParser.MAX_NAME
              + " characters without spaces, controls, = and #, in Unicode's composed form.");
    }
    checkSettings(account);
  }

  private static void checkSettings(AccountSettings account) {
    Set<String> mechanisms = account.policy().mechanisms();
    if (!UserLineParser.areMechanisms(mechanisms)) {
      throw new AccountException(
          "These are no mechanisms.",
          "Write up to " + UserLineParser.MAX_MECHANISMS + " names, as in SCRAM-SHA-256,PLAIN.");
    }
    for (String name : mechanisms) {
      MechanismNames.meant(name)
          .ifPresent(
              meant -> {
                throw new AccountException(
                    "There is no mechanism " + name + ".", "Write " + meant + ".");
              });
    }
    if (!Lifetime.fits(account.lifetime())) {
      throw new AccountException(
          "This is no lifetime.", "Write minutes, 1 to " + Lifetime.MAX_MINUTES + ".");
    }
    if (!UserLineParser.areGroups(account.groups())) {
      throw new AccountException(
          "These are no groups.",
          "Write up to "
              + UserLineParser.MAX_GROUPS
              + " names of letters, digits, dots, hyphens and underscores, as in home,business.");
    }
  }
}
