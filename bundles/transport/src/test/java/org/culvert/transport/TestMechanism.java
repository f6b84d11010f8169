package org.culvert.transport;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;

/**
 * ANONYMOUS, and two more names for it: with X-NAMED the client sends the name it wants, unless it
 * is {@code bad}, and the server has a last word.
 */
final class TestMechanism implements SaslServerFactory, SaslClientFactory {
  static final String ANONYMOUS = "ANONYMOUS";
  static final String NAMED = "X-NAMED";

  /** Returns the mechanism as the service registry would present it. */
  static <F> Map.Entry<Map<String, Object>, F> service(String name, F factory) {
    return Map.entry(Map.of("sasl.mechanism", name), factory);
  }

  @Override
  public SaslServer createSaslServer(
      String mechanism,
      String protocol,
      String serverName,
      Map<String, ?> props,
      CallbackHandler handler) {
    return new Exchange(mechanism);
  }

  @Override
  public SaslClient createSaslClient(
      String[] mechanisms,
      String authorizationId,
      String protocol,
      String serverName,
      Map<String, ?> props,
      CallbackHandler handler) {
    return new Exchange(mechanisms[0]);
  }

  @Override
  public String[] getMechanismNames(Map<String, ?> props) {
    return new String[] {ANONYMOUS, NAMED};
  }

  private static final class Exchange implements SaslServer, SaslClient {
    private final String mechanism;
    private String user = "";
    private boolean complete;

    Exchange(String mechanism) {
      this.mechanism = mechanism;
    }

    @Override
    public byte[] evaluateResponse(byte[] response) throws SaslException {
      if (mechanism.equals(ANONYMOUS)) {
        complete = true;
        return null;
      }
      if (response.length == 0) {
        return "who".getBytes(StandardCharsets.US_ASCII);
      }
      user = new String(response, StandardCharsets.US_ASCII);
      if (user.equals("bad")) {
        throw new SaslException("bad is not let in");
      }
      complete = true;
      return "bye".getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] evaluateChallenge(byte[] challenge) {
      complete = true;
      return new byte[0];
    }

    @Override
    public boolean hasInitialResponse() {
      return true;
    }

    @Override
    public boolean isComplete() {
      return complete;
    }

    @Override
    public String getAuthorizationID() {
      return user;
    }

    @Override
    public String getMechanismName() {
      return mechanism;
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
      throw new IllegalStateException();
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
      throw new IllegalStateException();
    }

    @Override
    public Object getNegotiatedProperty(String name) {
      return null;
    }

    @Override
    public void dispose() {}
  }
}
