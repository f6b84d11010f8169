package org.culvert.protocol;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.RealmChoiceCallback;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.signaling.Credentials;

/**
 * Answers a client mechanism's questions: who, out of credentials, any realm being taken as
 * offered; about the connection, whatever the connection knows.
 */
final class CredentialCallbacks implements CallbackHandler {
  private final Credentials credentials;
  private final CallbackHandler channel;

  CredentialCallbacks(Credentials credentials, CallbackHandler channel) {
    this.credentials = credentials;
    this.channel = channel;
  }

  @Override
  public void handle(Callback[] callbacks) throws IOException, UnsupportedCallbackException {
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
      } else if (callback instanceof ChannelBindingCallback) {
        channel.handle(new Callback[] {callback});
      } else {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }
}
