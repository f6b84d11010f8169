package org.culvert.sasl.external;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.ExternalIdentityCallback;
import org.jspecify.annotations.Nullable;

/** The server's side of one EXTERNAL exchange: one message says whom to act for, or nothing. */
final class ExternalServer implements SaslServer {
  /** Octets of a name; accounts have none that is longer. */
  static final int MAX_NAME = 1024;

  private enum Step {
    INITIAL,
    SUCCEEDED,
    OVER
  }

  private final CallbackHandler handler;
  private Step step = Step.INITIAL;
  private String authorizationId = "";

  ExternalServer(CallbackHandler handler) {
    this.handler = handler;
  }

  @Override
  public String getMechanismName() {
    return ExternalMechanism.NAME;
  }

  @Override
  public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
    if (step != Step.INITIAL) {
      step = Step.OVER;
      throw new SaslException("this EXTERNAL exchange is over");
    }
    step = Step.OVER;
    String wanted = decode(response);
    ExternalIdentityCallback identity = new ExternalIdentityCallback();
    ask(identity);
    String user =
        identity
            .user()
            .filter(name -> !name.isEmpty())
            .orElseThrow(() -> new AuthenticationException("the connection names no user"));
    authorizationId = authorize(user, wanted.isEmpty() ? user : wanted);
    step = Step.SUCCEEDED;
    return null;
  }

  private static String decode(byte[] response) throws SaslException {
    if (response.length > MAX_NAME) {
      throw new SaslException("EXTERNAL name longer than " + MAX_NAME + " octets");
    }
    for (byte octet : response) {
      if (octet == 0) {
        throw new SaslException("EXTERNAL name with a NUL in it");
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(response)).toString();
    } catch (CharacterCodingException e) {
      throw new SaslException("EXTERNAL name that is not UTF-8", e);
    }
  }

  private String authorize(String user, String wanted) throws SaslException {
    AuthorizeCallback callback = new AuthorizeCallback(user, wanted);
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
      throw new SaslException("the connection could not be asked", e);
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
      throw new IllegalStateException("this EXTERNAL exchange has not succeeded");
    }
  }
}
