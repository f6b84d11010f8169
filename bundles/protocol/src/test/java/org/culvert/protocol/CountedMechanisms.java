package org.culvert.protocol;

import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;

/** Counts the exchanges that were begun and that were ended, whatever their mechanism. */
final class CountedMechanisms {
  int begun;
  int ended;

  OfferedMechanism server(String name) {
    SaslServerFactory factory = TestMechanisms.server(name).factory();
    return new OfferedMechanism(
        name,
        new SaslServerFactory() {
          @Override
          public SaslServer createSaslServer(
              String mechanism,
              String protocol,
              String serverName,
              Map<String, ?> props,
              CallbackHandler handler)
              throws SaslException {
            begun++;
            return new CountedServer(
                factory.createSaslServer(mechanism, protocol, serverName, props, handler));
          }

          @Override
          public String[] getMechanismNames(Map<String, ?> props) {
            return new String[] {name};
          }
        });
  }

  OfferedClientMechanism client(String name) {
    SaslClientFactory factory = TestMechanisms.client(name).factory();
    return new OfferedClientMechanism(
        name,
        new SaslClientFactory() {
          @Override
          public SaslClient createSaslClient(
              String[] mechanisms,
              String authorizationId,
              String protocol,
              String serverName,
              Map<String, ?> props,
              CallbackHandler handler)
              throws SaslException {
            begun++;
            return new CountedClient(
                factory.createSaslClient(
                    mechanisms, authorizationId, protocol, serverName, props, handler));
          }

          @Override
          public String[] getMechanismNames(Map<String, ?> props) {
            return new String[] {name};
          }
        });
  }

  private final class CountedServer implements SaslServer {
    private final SaslServer exchange;
    private boolean over;

    CountedServer(SaslServer exchange) {
      this.exchange = exchange;
    }

    @Override
    public byte[] evaluateResponse(byte[] response) throws SaslException {
      if (over) {
        throw new IllegalStateException("evaluated after its end");
      }
      return exchange.evaluateResponse(response);
    }

    @Override
    public void dispose() {
      ended += over ? 0 : 1;
      over = true;
    }

    @Override
    public String getMechanismName() {
      return exchange.getMechanismName();
    }

    @Override
    public boolean isComplete() {
      return exchange.isComplete();
    }

    @Override
    public String getAuthorizationID() {
      return exchange.getAuthorizationID();
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
      return incoming;
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
      return outgoing;
    }

    @Override
    public Object getNegotiatedProperty(String name) {
      return null;
    }
  }

  private final class CountedClient implements SaslClient {
    private final SaslClient exchange;
    private boolean over;

    CountedClient(SaslClient exchange) {
      this.exchange = exchange;
    }

    @Override
    public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
      if (over) {
        throw new IllegalStateException("evaluated after its end");
      }
      return exchange.evaluateChallenge(challenge);
    }

    @Override
    public void dispose() {
      ended += over ? 0 : 1;
      over = true;
    }

    @Override
    public String getMechanismName() {
      return exchange.getMechanismName();
    }

    @Override
    public boolean hasInitialResponse() {
      return exchange.hasInitialResponse();
    }

    @Override
    public boolean isComplete() {
      return exchange.isComplete();
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
      return incoming;
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
      return outgoing;
    }

    @Override
    public Object getNegotiatedProperty(String name) {
      return null;
    }
  }
}
