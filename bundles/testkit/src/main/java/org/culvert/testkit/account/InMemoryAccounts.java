package org.culvert.testkit.account;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.culvert.api.account.AccountAdministration;
import org.culvert.api.account.AccountException;
import org.culvert.api.account.AccountSettings;
import org.culvert.api.account.AccountSummary;
import org.culvert.testkit.time.ManualClock;

/** Accounts that remember passwords as they are, so that a test can ask what was set. */
public final class InMemoryAccounts implements AccountAdministration {
  private final Map<String, AccountSummary> accounts = new TreeMap<>();
  private final Map<String, String> passwords = new TreeMap<>();

  @Override
  public List<AccountSummary> accounts() {
    return List.copyOf(accounts.values());
  }

  /** Returns a user's password; empty if there is none. */
  public Optional<String> password(String user) {
    return Optional.ofNullable(passwords.get(user));
  }

  @Override
  public AccountSummary create(String user, AccountSettings settings) {
    if (accounts.containsKey(user)) {
      throw new AccountException("There is such a user.", "Choose another name.");
    }
    return put(user, settings);
  }

  @Override
  public AccountSummary create(String user, AccountSettings settings, char[] password) {
    if (password.length == 0) {
      throw new AccountException("The password is empty.", "Choose another one.");
    }
    create(user, settings);
    passwords.put(user, new String(password));
    return put(user, settings);
  }

  @Override
  public AccountSummary change(String user, AccountSettings settings) {
    if (!accounts.containsKey(user)) {
      throw new AccountException("There is no such user.", "Create it.");
    }
    return put(user, settings);
  }

  @Override
  public AccountSummary change(String user, AccountSettings settings, char[] password) {
    change(user, settings);
    passwords.put(user, new String(password));
    return put(user, settings);
  }

  @Override
  public void remove(String user) {
    passwords.remove(user);
    if (accounts.remove(user) == null) {
      throw new AccountException("There is no such user.", "Create it.");
    }
  }

  private AccountSummary put(String user, AccountSettings settings) {
    List<String> mechanisms = List.of();
    if (passwords.containsKey(user)) {
      mechanisms =
          settings.digestMd5() ? List.of("DIGEST-MD5", "PLAIN") : List.of("SCRAM-SHA-256", "PLAIN");
    }
    AccountSummary summary =
        new AccountSummary(user, settings, mechanisms, Optional.of(ManualClock.START));
    accounts.put(user, summary);
    return summary;
  }
}
