package org.culvert.transport;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.PasswordCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users of all credential stores. Safe for use by many threads, and blocks as long as the
 * stores do.
 *
 * <p>An unknown or barred user takes as long to refuse as a wrong password: the password is then
 * checked as the first store checks that of nobody. What a check costs is known to the store only,
 * so nothing made up here would take the same time; and no real user's check may stand in, for a
 * store that remembers a right password would tell it by answering faster.
 */
final class Accounts {
  private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

  private final Supplier<List<CredentialStore>> stores;
  private final Consumer<RuntimeException> faults;

  /** Those whose fault has been told: what strangers ask must not fill the log. */
  private final Set<CredentialStore> failing = ConcurrentHashMap.newKeySet();

  /**
   * @param stores the stores by ascending ranking, as the service registry orders them
   */
  Accounts(Supplier<List<CredentialStore>> stores) {
    this(
        stores,
        fault -> LOG.error("a credential store failed, and users are refused meanwhile", fault));
  }

  /**
   * @param faults is told when a store begins to fail
   */
  Accounts(Supplier<List<CredentialStore>> stores, Consumer<RuntimeException> faults) {
    this.stores = stores;
    this.faults = faults;
  }

  /**
   * Asks the stores, the highest ranking first. One that fails ends the search: fail closed.
   *
   * @throws IOException if a store fails, or none is there
   */
  Optional<Account> find(String user) throws IOException {
    List<CredentialStore> ascending = stores.get();
    if (ascending.isEmpty()) {
      // It is being updated, or has refused its configuration: nobody may come in unlooked at.
      throw new IOException("there is no credential store");
    }
    for (int i = ascending.size() - 1; i >= 0; i--) {
      Optional<Account> account = find(ascending.get(i), user);
      if (account.isPresent()) {
        return account;
      }
    }
    return Optional.empty();
  }

  private Optional<Account> find(CredentialStore store, String user) throws IOException {
    try {
      Optional<Account> account = store.find(user);
      failing.remove(store);
      return account;
    } catch (RuntimeException e) {
      failing.retainAll(stores.get());
      if (failing.add(store)) {
        faults.accept(e);
      }
      throw new IOException("a credential store failed", e);
    }
  }

  /** Tells whether a user has a password and is let in; takes the same time in any case. */
  boolean verify(String user, char[] password, Predicate<Account> letIn) throws IOException {
    Optional<PasswordCheck> check = find(user).filter(letIn).flatMap(Account::passwordCheck);
    return check.orElseGet(this::decoy).matches(password) && check.isPresent();
  }

  private PasswordCheck decoy() {
    List<CredentialStore> ascending = stores.get();
    return ascending.isEmpty() ? password -> false : ascending.get(ascending.size() - 1).nobody();
  }
}
