package org.culvert.transport;

import java.io.IOException;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.culvert.api.account.DigestSecretCallback;
import org.culvert.api.account.PasswordCheckCallback;
import org.culvert.api.account.ScramSecretCallback;
import org.culvert.protocol.AuthenticationUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * Notes of which user one exchange asks, before it learns anything, and whether it could not be
 * told: mechanisms hide the one and the other.
 */
final class CountedCallbacks implements CallbackHandler {
  private final CallbackHandler handler;
  private final Guesses.Guess guess;
  private @Nullable AuthenticationUnavailableException unavailable;

  CountedCallbacks(CallbackHandler handler, Guesses.Guess guess) {
    this.handler = handler;
    this.guess = guess;
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      Optional<String> user = user(callback);
      if (user.isPresent() && !guess.names(user.get())) {
        throw noted(
            new AuthenticationUnavailableException("too many failed authentications of a user"));
      }
    }
    try {
      handler.handle(callbacks);
    } catch (IOException e) {
      throw noted(new AuthenticationUnavailableException("accounts not available", e));
    }
  }

  private AuthenticationUnavailableException noted(AuthenticationUnavailableException why) {
    unavailable = why;
    return why;
  }

  private static Optional<String> user(Callback callback) {
    if (callback instanceof PasswordCheckCallback check) {
      return Optional.of(check.user());
    } else if (callback instanceof DigestSecretCallback digest) {
      return Optional.of(digest.user());
    } else if (callback instanceof ScramSecretCallback scram) {
      return Optional.of(scram.user());
    }
    return Optional.empty();
  }

  /** Tells why a question was not answered, if one was not. */
  Optional<AuthenticationUnavailableException> unavailable() {
    return Optional.ofNullable(unavailable);
  }

  /**
   * Makes sure that all questions were answered.
   *
   * @throws AuthenticationUnavailableException if one was not
   */
  void check() throws AuthenticationUnavailableException {
    if (unavailable != null) {
      throw unavailable;
    }
  }
}
