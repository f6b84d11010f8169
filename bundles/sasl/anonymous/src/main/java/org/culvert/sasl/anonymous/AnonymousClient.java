package org.culvert.sasl.anonymous;

import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** The client's side of one ANONYMOUS exchange: an empty response, for no client traces itself. */
final class AnonymousClient implements SaslClient {
  private boolean complete;

  @Override
  public String getMechanismName() {
    return AnonymousMechanism.NAME;
  }

  @Override
  public boolean hasInitialResponse() {
    return true;
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
    if (complete) {
      throw new SaslException("this ANONYMOUS exchange is over");
    }
    complete = true;
    return new byte[0];
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    if (!complete) {
      throw new IllegalStateException("this ANONYMOUS exchange has not succeeded");
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
