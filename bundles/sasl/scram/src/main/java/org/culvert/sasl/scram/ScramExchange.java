package org.culvert.sasl.scram;

import java.io.IOException;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import org.culvert.api.account.ChannelBindingCallback;
import org.jspecify.annotations.Nullable;

/** What both sides of an exchange have in common: a handler to ask, and no security layer. */
abstract class ScramExchange {
  private final ScramAlgorithm algorithm;
  private final boolean bound;
  private final CallbackHandler handler;

  /**
   * @param bound whether the mechanism is the one with channel binding
   */
  ScramExchange(ScramAlgorithm algorithm, boolean bound, CallbackHandler handler) {
    this.algorithm = algorithm;
    this.bound = bound;
    this.handler = handler;
  }

  /** Tells whether the exchange has succeeded. */
  public abstract boolean isComplete();

  /** Returns the mechanism's name. */
  public final String getMechanismName() {
    return algorithm.mechanism(bound);
  }

  /** Returns the quality of protection; nothing else is negotiated. */
  public final @Nullable Object getNegotiatedProperty(String name) {
    requireComplete();
    return Sasl.QOP.equals(name) ? "auth" : null;
  }

  /** Refuses: there is no security layer. */
  public final byte[] unwrap(byte[] incoming, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  /** Refuses: there is no security layer. */
  public final byte[] wrap(byte[] outgoing, int offset, int length) {
    throw new IllegalStateException("no security layer was negotiated");
  }

  final ScramAlgorithm algorithm() {
    return algorithm;
  }

  final boolean isBound() {
    return bound;
  }

  final void ask(Callback... callbacks) throws SaslException {
    try {
      handler.handle(callbacks);
    } catch (IOException | UnsupportedCallbackException e) {
      throw new SaslException("credentials could not be asked for", e);
    }
  }

  /** Asks for a channel binding; a handler that does not know the question knows no binding. */
  final Optional<byte[]> askBinding(String type) throws SaslException {
    ChannelBindingCallback callback = new ChannelBindingCallback(type);
    try {
      handler.handle(new Callback[] {callback});
    } catch (UnsupportedCallbackException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SaslException("channel binding could not be asked for", e);
    }
    return callback.octets();
  }

  final void requireComplete() {
    if (!isComplete()) {
      throw new IllegalStateException(
          "this " + algorithm.mechanism(bound) + " exchange has not succeeded");
    }
  }
}
