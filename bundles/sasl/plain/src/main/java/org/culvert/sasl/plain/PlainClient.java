package org.culvert.sasl.plain;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** The client's side of one PLAIN exchange: one message, whatever the challenge. */
final class PlainClient implements SaslClient {
  private final String authorizationId;
  private final CallbackHandler handler;
  private boolean asked;
  private boolean complete;

  PlainClient(String authorizationId, CallbackHandler handler) {
    this.authorizationId = authorizationId;
    this.handler = handler;
  }

  @Override
  public String getMechanismName() {
    return PlainMechanism.NAME;
  }

  @Override
  public boolean hasInitialResponse() {
    return true;
  }

  /** Returns the credentials as they go on the wire; the caller clears them. */
  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
    if (asked) {
      throw new SaslException("this PLAIN exchange is over");
    }
    asked = true;
    NameCallback name = new NameCallback("PLAIN user name");
    PasswordCallback password = new PasswordCallback("PLAIN password", false);
    try {
      handler.handle(new Callback[] {name, password});
    } catch (IOException | UnsupportedCallbackException e) {
      throw new SaslException("credentials could not be asked for", e);
    }
    String user = name.getName();
    char[] characters = password.getPassword();
    password.clearPassword();
    if (user == null || user.isEmpty() || characters == null || characters.length == 0) {
      throw new SaslException("PLAIN needs a user name and a password");
    }
    byte[] response;
    try (PlainMessage message = new PlainMessage(authorizationId, user, characters)) {
      response = message.octets();
    }
    complete = true;
    return response;
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    if (!complete) {
      throw new IllegalStateException("this PLAIN exchange has not succeeded");
    }
    return Sasl.QOP.equals(name) ? "auth" : null;
  }

  @Override
  public byte[] unwrap(byte[] incoming, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  @Override
  public byte[] wrap(byte[] outgoing, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  @Override
  public void dispose() {}
}
