package org.culvert.sasl.plain;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.PasswordCheckCallback;
import org.jspecify.annotations.Nullable;

/** The server's side of one PLAIN exchange: one message decides. */
final class PlainServer implements SaslServer {
  private enum Step {
    INITIAL,
    SUCCEEDED,
    OVER
  }

  private final CallbackHandler handler;
  private Step step = Step.INITIAL;
  private String authorizationId = "";

  PlainServer(CallbackHandler handler) {
    this.handler = handler;
  }

  @Override
  public String getMechanismName() {
    return PlainMechanism.NAME;
  }

  /** Leaves the caller's array as it is, for the caller to clear. */
  @Override
  public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
    if (step != Step.INITIAL) {
      step = Step.OVER;
      throw new SaslException("this PLAIN exchange is over");
    }
    step = Step.OVER;
    try (PlainMessage message = PlainMessage.parse(response)) {
      PasswordCheckCallback check = new PasswordCheckCallback(message.user(), message.password());
      ask(check);
      if (!check.verified()) {
        throw new AuthenticationException("wrong user or password");
      }
      authorizationId = authorize(message);
    }
    step = Step.SUCCEEDED;
    return null;
  }

  private String authorize(PlainMessage message) throws SaslException {
    String wanted = message.authorizationId();
    AuthorizeCallback callback =
        new AuthorizeCallback(message.user(), wanted.isEmpty() ? message.user() : wanted);
    ask(callback);
    String authorized = callback.getAuthorizedID();
    if (authorized == null) {
      throw new AuthenticationException("the user may not act in this name");
    }
    return authorized;
  }

  private void ask(Callback callback) throws SaslException {
    try {
      handler.handle(new Callback[] {callback});
    } catch (IOException | UnsupportedCallbackException e) {
      throw new SaslException("credentials could not be asked for", e);
    }
  }

  @Override
  public boolean isComplete() {
    return step == Step.SUCCEEDED;
  }

  @Override
  public String getAuthorizationID() {
    requireComplete();
    return authorizationId;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    requireComplete();
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

  private void requireComplete() {
    if (!isComplete()) {
      throw new IllegalStateException("this PLAIN exchange has not succeeded");
    }
  }
}
