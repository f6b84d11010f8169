package org.culvert.transport;

import java.io.IOException;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import org.culvert.api.account.Account;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.ExternalIdentityCallback;
import org.culvert.api.account.PasswordCheckCallback;
import org.culvert.api.account.ScramSecretCallback;
import org.culvert.api.tls.TlsConnection;

/**
 * Answers what one mechanism asks in one session: about users, from the accounts; about the
 * connection, from its TLS. It blocks as long as the credential stores do.
 *
 * <p>A user who is barred, or may not use this mechanism here, is answered for like one who does
 * not exist; the mechanism then does the same work and ends in the same refusal. So it goes at each
 * question, and once more when the mechanism asks for leave (RFC 4422 section 3.6).
 */
final class CredentialCallbacks implements CallbackHandler {
  private final Accounts accounts;
  private final String mechanism;
  private final Optional<TlsConnection> tls;
  private final Claim claim;

  /**
   * @param mechanism the mechanism that asks, in upper case
   * @param tls what carries the session; empty: it goes in the clear
   * @param claim takes note of who is asked for
   */
  CredentialCallbacks(
      Accounts accounts, String mechanism, Optional<TlsConnection> tls, Claim claim) {
    this.accounts = accounts;
    this.mechanism = mechanism;
    this.tls = tls;
    this.claim = claim;
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof PasswordCheckCallback check) {
        claim.asks(check.user());
        check.verified(accounts.verify(check.user(), check.password(), this::letsIn));
      } else if (callback instanceof DigestSecretCallback digest) {
        find(digest.user())
            .flatMap(
                account ->
                    noted(
                        account
                            .digestSecret()
                            .filter(secret -> secret.realm().equals(digest.realm()))))
            .ifPresent(digest::secret);
      } else if (callback instanceof ScramSecretCallback scram) {
        find(scram.user())
            .flatMap(account -> noted(account.scramSecret(scram.mechanism())))
            .ifPresent(scram::secret);
      } else if (callback instanceof ChannelBindingCallback binding) {
        tls.flatMap(connection -> connection.channelBinding(binding.type()))
            .ifPresent(binding::octets);
      } else if (callback instanceof ExternalIdentityCallback external) {
        tls.flatMap(TlsConnection::peerUser).ifPresent(external::user);
      } else if (callback instanceof AuthorizeCallback authorize) {
        authorize(authorize);
      } else if (callback instanceof NameCallback || callback instanceof RealmCallback) {
        answerWithDefault(callback);
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  /** Nobody may act for another. */
  private void authorize(AuthorizeCallback callback) throws IOException {
    String user = callback.getAuthenticationID();
    String wanted = callback.getAuthorizationID();
    boolean same = wanted == null || wanted.isEmpty() || wanted.equals(user);
    boolean allowed = same && admits(user);
    if (!same) {
      claim.obstacle("nobody may act for another user, and it asked to");
    }
    callback.setAuthorized(allowed);
    if (allowed) {
      callback.setAuthorizedID(user);
    }
  }

  /**
   * Tells whether a user whom the mechanism has proved may come in. One without an account may: a
   * mechanism that proves users by itself, such as EXTERNAL, need not have any.
   */
  boolean admits(String user) throws IOException {
    claim.is(user);
    return accounts.find(user).map(this::letsIn).orElse(true);
  }

  private Optional<Account> find(String user) throws IOException {
    claim.asks(user);
    return accounts.find(user).filter(this::letsIn);
  }

  private boolean letsIn(Account account) {
    claim.is(account.user());
    if (!account.enabled()) {
      claim.obstacle("the user is disabled");
      return false;
    }
    if (!account.policy().allows(mechanism, tls.isPresent())) {
      claim.obstacle(
          "the user's policy does not allow this mechanism "
              + (tls.isPresent() ? "over TLS" : "without TLS")
              + "; culvert:account-policy changes that");
      return false;
    }
    // If the mechanism goes on to fail, that is why.
    claim.obstacle("wrong password");
    return true;
  }

  private <T> Optional<T> noted(Optional<T> secret) {
    if (secret.isEmpty()) {
      claim.obstacle("the account has nothing to check this mechanism by; set its password anew");
    }
    return secret;
  }

  /** Tells that the client has answered this server, so that its address is no forged one. */
  void answered() {
    claim.answered();
  }

  /** Some factories ask a server for what the client said and offer that as the default. */
  private static void answerWithDefault(Callback callback) {
    if (callback instanceof NameCallback name && name.getDefaultName() != null) {
      name.setName(name.getDefaultName());
    } else if (callback instanceof RealmCallback realm && realm.getDefaultText() != null) {
      realm.setText(realm.getDefaultText());
    }
  }
}
