package org.culvert.accounts.file;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.culvert.api.account.Account;

/** Who counts at this moment. Whoever looks a user up reads a map, and waits for nothing. */
final class KnownUsers {
  private final AccountsOf accountsOf;
  private volatile UserTable table = new UserTable();
  private volatile Map<String, Account> accounts = Map.of();
  private final AtomicLong changes = new AtomicLong();
  private volatile boolean known;

  KnownUsers(AccountsOf accountsOf) {
    this.accountsOf = accountsOf;
  }

  /** Lets these users count, and no others. */
  void show(UserTable read) {
    table = read;
    accounts = accountsOf.table(read);
    changes.incrementAndGet();
  }

  /** Returns how often others were shown. */
  long changes() {
    return changes.get();
  }

  /** Notes that whom nobody showed does not exist. */
  void confirm() {
    known = true;
  }

  /** Tells whether all users are known. */
  boolean isConfirmed() {
    return known;
  }

  UserTable table() {
    return table;
  }

  /**
   * Finds a user.
   *
   * @throws IllegalStateException as long as nobody knows who there is, and whom the file bars
   */
  Optional<Account> find(String user) {
    if (!known) {
      throw new IllegalStateException("the file of users could not be read yet");
    }
    return Optional.ofNullable(accounts.get(user));
  }
}
