package org.culvert.sasl.scram;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.account.ScramSecret;
import org.culvert.api.account.ScramSecretCallback;

/** Answers both sides: users and their secrets, and the bindings that a channel has. */
final class Accounts implements CallbackHandler {
  private final Map<String, ScramSecret> secrets = new HashMap<>();
  private final Map<String, byte[]> bindings = new HashMap<>();
  private String user = "";
  private String password = "";

  /** Makes the secret that a store would keep; the password is prepared already. */
  static ScramSecret secret(
      ScramAlgorithm algorithm, String password, byte[] salt, int iterations) {
    byte[] salted = algorithm.saltedPassword(password.toCharArray(), salt, iterations);
    return new ScramSecret(
        algorithm.mechanism(),
        salt,
        iterations,
        algorithm.storedKey(algorithm.clientKey(salted)),
        algorithm.serverKey(salted));
  }

  Accounts with(String name, ScramSecret secret) {
    secrets.put(name + " " + secret.mechanism(), secret);
    return this;
  }

  Accounts as(String name, String secret) {
    user = name;
    password = secret;
    return this;
  }

  Accounts bound(String type, byte... octets) {
    bindings.put(type, octets);
    return this;
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof ScramSecretCallback asked) {
        Optional.ofNullable(secrets.get(asked.user() + " " + asked.mechanism()))
            .ifPresent(asked::secret);
      } else if (callback instanceof ChannelBindingCallback binding) {
        Optional.ofNullable(bindings.get(binding.type())).ifPresent(binding::octets);
      } else if (callback instanceof AuthorizeCallback authorize) {
        authorize.setAuthorized(
            authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
      } else if (callback instanceof NameCallback name) {
        name.setName(user);
      } else if (callback instanceof PasswordCallback secret) {
        secret.setPassword(password.toCharArray());
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }
}
