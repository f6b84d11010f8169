package org.culvert.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import org.culvert.api.account.Account;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.account.PasswordCheckCallback;

/**
 * Answers what SASL mechanisms ask, from the credential stores. It blocks as long as they do.
 *
 * <p>An unknown or barred user takes as long to refuse as a wrong password: the password is then
 * checked against the account that was found last, and the result thrown away. What that check
 * costs is known to its store only, so nothing made up here would take the same time.
 */
final class CredentialCallbacks implements CallbackHandler {
  /** Stands in as long as no account was ever found; its result is of no interest. */
  private static final int ITERATIONS_WITHOUT_ACCOUNT = 50_000;

  private final Supplier<List<CredentialStore>> stores;
  private volatile PasswordCheck decoy = CredentialCallbacks::spendTime;

  /**
   * @param stores the stores by ascending ranking, as the service registry orders them
   */
  CredentialCallbacks(Supplier<List<CredentialStore>> stores) {
    this.stores = stores;
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof PasswordCheckCallback check) {
        check.verified(verify(check.user(), check.password()));
      } else if (callback instanceof DigestSecretCallback digest) {
        find(digest.user())
            .filter(Account::enabled)
            .flatMap(Account::digestSecret)
            .filter(secret -> secret.realm().equals(digest.realm()))
            .ifPresent(digest::secret);
      } else if (callback instanceof AuthorizeCallback authorize) {
        authorize(authorize);
      } else if (callback instanceof NameCallback || callback instanceof RealmCallback) {
        answerWithDefault(callback);
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  private boolean verify(String user, char[] password) throws IOException {
    Optional<Account> account = find(user);
    Optional<PasswordCheck> check = account.flatMap(Account::passwordCheck);
    check.ifPresent(c -> decoy = c);
    boolean matches = check.orElse(decoy).matches(password);
    return matches && check.isPresent() && account.map(Account::enabled).orElse(false);
  }

  /** Nobody may act for another; and a mechanism that proves users by itself meets the bar too. */
  private void authorize(AuthorizeCallback callback) throws IOException {
    String user = callback.getAuthenticationID();
    String wanted = callback.getAuthorizationID();
    boolean same = wanted == null || wanted.isEmpty() || wanted.equals(user);
    boolean allowed = same && find(user).map(Account::enabled).orElse(true);
    callback.setAuthorized(allowed);
    if (allowed) {
      callback.setAuthorizedID(user);
    }
  }

  /** Some factories ask a server for what the client said and offer that as the default. */
  private static void answerWithDefault(Callback callback) {
    if (callback instanceof NameCallback name && name.getDefaultName() != null) {
      name.setName(name.getDefaultName());
    } else if (callback instanceof RealmCallback realm && realm.getDefaultText() != null) {
      realm.setText(realm.getDefaultText());
    }
  }

  /** Asks the stores, the highest ranking first. One that fails ends the search: fail closed. */
  private Optional<Account> find(String user) throws IOException {
    List<CredentialStore> ascending = stores.get();
    for (int i = ascending.size() - 1; i >= 0; i--) {
      try {
        Optional<Account> account = ascending.get(i).find(user);
        if (account.isPresent()) {
          return account;
        }
      } catch (RuntimeException e) {
        throw new IOException("a credential store failed", e);
      }
    }
    return Optional.empty();
  }

  private static boolean spendTime(char[] password) {
    PBEKeySpec guess =
        new PBEKeySpec(password, new byte[16], ITERATIONS_WITHOUT_ACCOUNT, 8 * Long.BYTES);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(guess) == null;
    } catch (GeneralSecurityException e) {
      return false;
    } finally {
      guess.clearPassword();
    }
  }
}
