package org.culvert.protocol;

import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.RealmChoiceCallback;
import org.culvert.api.signaling.Credentials;

/** Answers a client mechanism's questions out of credentials; any realm is taken as offered. */
final class CredentialCallbacks implements CallbackHandler {
  private final Credentials credentials;

  CredentialCallbacks(Credentials credentials) {
    this.credentials = credentials;
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        credentials.user().ifPresent(name::setName);
      } else if (callback instanceof PasswordCallback password) {
        credentials.password().map(String::toCharArray).ifPresent(password::setPassword);
      } else if (callback instanceof RealmCallback realm) {
        String offered = realm.getDefaultText();
        realm.setText(offered == null ? "" : offered);
      } else if (callback instanceof RealmChoiceCallback realms) {
        realms.setSelectedIndex(realms.getDefaultChoice());
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }
}
