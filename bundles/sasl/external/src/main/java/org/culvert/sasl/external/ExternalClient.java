package org.culvert.sasl.external;

import java.nio.charset.StandardCharsets;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;

/** The client's side of one EXTERNAL exchange: whom to act for, or nothing for the user's own. */
final class ExternalClient implements SaslClient {
  private final String authorizationId;
  private boolean complete;

  ExternalClient(String authorizationId) {
    this.authorizationId = authorizationId;
  }

  @Override
  public String getMechanismName() {
    return ExternalMechanism.NAME;
  }

  @Override
  public boolean hasInitialResponse() {
    return true;
  }

  @Override
  public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
    if (complete) {
      throw new SaslException("this EXTERNAL exchange is over");
    }
    if (challenge.length != 0) {
      throw new SaslException("EXTERNAL knows no challenge");
    }
    complete = true;
    return authorizationId.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public @Nullable Object getNegotiatedProperty(String name) {
    if (!complete) {
      throw new IllegalStateException("this EXTERNAL exchange has not succeeded");
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
