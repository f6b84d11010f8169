package org.culvert.sasl.digestmd5;

import java.io.IOException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** What both sides of an exchange have in common: a handler to ask, and no security layer. */
abstract class DigestMd5Exchange {
  private final CallbackHandler handler;

  DigestMd5Exchange(CallbackHandler handler) {
    this.handler = handler;
  }

  /** Tells whether the exchange has succeeded. */
  public abstract boolean isComplete();

  /** Returns the mechanism's name. */
  public final String getMechanismName() {
    return DigestMd5Mechanism.NAME;
  }

  /** Returns the quality of protection; nothing else is negotiated. */
  public final @Nullable Object getNegotiatedProperty(String name) {
    requireComplete();
    return Sasl.QOP.equals(name) ? Digest.QOP : null;
  }

  /** Refuses: there is no security layer. */
  public final byte[] unwrap(byte[] incoming, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  /** Refuses: there is no security layer. */
  public final byte[] wrap(byte[] outgoing, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  final CallbackHandler handler() {
    return handler;
  }

  final void ask(Callback... callbacks) throws SaslException {
    try {
      handler.handle(callbacks);
    } catch (IOException | UnsupportedCallbackException e) {
      throw new SaslException("credentials could not be asked for", e);
    }
  }

  final void requireComplete() {
    if (!isComplete()) {
      throw new IllegalStateException("this DIGEST-MD5 exchange has not succeeded");
    }
  }
}
