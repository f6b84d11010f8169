package org.culvert.sasl.digestmd5;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.DigestSecretCallback;

/** Handlers for both roles, as a session would pass them. */
final class Accounts {
  private Accounts() {}

  /** Answers a server: one realm, users with passwords, everybody acts for himself. */
  static CallbackHandler server(String realm, Map<String, String> passwords) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof DigestSecretCallback asked) {
          String password = passwords.get(asked.user());
          if (password != null && asked.realm().equals(realm)) {
            asked.secret(new DigestSecret(realm, secret(asked.user(), realm, password)));
          }
        } else if (callback instanceof AuthorizeCallback asked) {
          asked.setAuthorized(asked.getAuthenticationID().equals(asked.getAuthorizationID()));
        } else {
          throw new UnsupportedCallbackException(callback);
        }
      }
    };
  }

  /** Answers a client that takes any realm. */
  static CallbackHandler client(String user, String password) {
    return client(user, password, new ArrayList<>());
  }

  /** Answers a client and keeps the realms that it was asked about. */
  static CallbackHandler client(String user, String password, List<String> realms) {
    return callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback asked) {
          asked.setName(user);
        } else if (callback instanceof PasswordCallback asked) {
          asked.setPassword(password.toCharArray());
        } else if (callback instanceof RealmCallback asked) {
          realms.add(asked.getDefaultText());
          asked.setText(asked.getDefaultText());
        } else {
          throw new UnsupportedCallbackException(callback);
        }
      }
    };
  }

  static byte[] secret(String user, String realm, String password) {
    return Digest.secret(user, realm, password.getBytes(StandardCharsets.ISO_8859_1));
  }
}
