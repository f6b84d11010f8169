package org.culvert.transport;

import java.io.IOException;
import java.util.Map;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A mechanism that anybody may have made, held to the policy of its users: whomever it lets in is
 * looked at once more, for nothing makes a mechanism ask for leave.
 */
final class GuardedMechanism implements SaslServerFactory {
  private static final String ANONYMOUS = "ANONYMOUS";

  private final SaslServerFactory factory;
  private final CredentialCallbacks callbacks;

  GuardedMechanism(SaslServerFactory factory, CredentialCallbacks callbacks) {
    this.factory = factory;
    this.callbacks = callbacks;
  }

  @Override
  public @Nullable SaslServer createSaslServer(
      String mechanism,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler)
      throws SaslException {
    SaslServer exchange = factory.createSaslServer(mechanism, protocol, serverName, props, handler);
    return exchange == null ? null : new Exchange(exchange);
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> props) {
    return factory.getMechanismNames(props);
  }

  private final class Exchange implements SaslServer {
    private final SaslServer exchange;

    Exchange(SaslServer exchange) {
      this.exchange = exchange;
    }

    @Override
    public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
      byte @Nullable [] answer = exchange.evaluateResponse(response);
      if (exchange.isComplete() && !getMechanismName().equals(ANONYMOUS)) {
        check(exchange.getAuthorizationID());
      }
      return answer;
    }

    private void check(@Nullable String user) throws SaslException {
      try {
        if (user == null || !callbacks.admits(user)) {
          throw new AuthenticationException("the user may not come in this way");
        }
      } catch (SaslException e) {
        throw e;
      } catch (IOException e) {
        throw new SaslException("the user's account cannot be looked at", e);
      }
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
    public @Nullable String getAuthorizationID() {
      return exchange.getAuthorizationID();
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
      return exchange.unwrap(incoming, offset, length);
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
      return exchange.wrap(outgoing, offset, length);
    }

    @Override
    public @Nullable Object getNegotiatedProperty(String name) {
      return exchange.getNegotiatedProperty(name);
    }

    @Override
    public void dispose() throws SaslException {
      exchange.dispose();
    }
  }
}
