package org.culvert.sasl.anonymous;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one ANONYMOUS exchange: the first response, which TSP clients leave empty,
 * ends it. Trace information is checked and then ignored, as nobody vouches for it.
 */
final class AnonymousServer implements SaslServer {
  /** The longest trace information in characters (RFC 4505 section 2). */
  static final int MAX_TRACE = 255;

  private static final int OCTETS_OF_A_CHARACTER = 4;

  private boolean asked;
  private boolean complete;

  @Override
  public String getMechanismName() {
    return AnonymousMechanism.NAME;
  }

  @Override
  public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
    if (asked) {
      complete = false;
      throw new SaslException("this ANONYMOUS exchange is over");
    }
    asked = true;
    if (response.length > MAX_TRACE * OCTETS_OF_A_CHARACTER || lengthOf(response) > MAX_TRACE) {
      throw new SaslException("trace information longer than " + MAX_TRACE + " characters");
    }
    complete = true;
    return null;
  }

  private static long lengthOf(byte[] trace) throws SaslException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(trace))
          .codePoints()
          .count();
    } catch (CharacterCodingException e) {
      throw new SaslException("trace information that is not UTF-8", e);
    }
  }

  @Override
  public boolean isComplete() {
    return complete;
  }

  @Override
  public String getAuthorizationID() {
    requireComplete();
    return "anonymous";
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
    if (!complete) {
      throw new IllegalStateException("this ANONYMOUS exchange has not succeeded");
    }
  }
}
