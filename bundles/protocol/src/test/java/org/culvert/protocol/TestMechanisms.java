package org.culvert.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.SaslProperties;

/**
 * Mechanisms as small as they can be: ANONYMOUS, PLAIN with one user, and one that takes the name
 * of any mechanism with a challenge, a response and a last proof.
 */
final class TestMechanisms {
  static final String USER = "alice";
  static final String PASSWORD = "secret1";

  private TestMechanisms() {}

  static OfferedMechanism server(String name) {
    return new OfferedMechanism(
        name,
        new ServerFactory() {
          @Override
          public SaslServer createSaslServer(
              String mechanism,
              String protocol,
              String serverName,
              Map<String, ?> props,
              CallbackHandler handler) {
            return new Server(mechanism, protocol, serverName, props);
          }
        });
  }

  static OfferedClientMechanism client(String name) {
    return new OfferedClientMechanism(
        name,
        new ClientFactory() {
          @Override
          public SaslClient createSaslClient(
              String[] mechanisms,
              String authorizationId,
              String protocol,
              String serverName,
              Map<String, ?> props,
              CallbackHandler handler)
              throws SaslException {
            return new Client(mechanisms[0], serverName, handler);
          }
        });
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private abstract static class ServerFactory implements SaslServerFactory {
    @Override
    public String[] getMechanismNames(Map<String, ?> props) {
      return new String[0];
    }
  }

  private abstract static class ClientFactory implements SaslClientFactory {
    @Override
    public String[] getMechanismNames(Map<String, ?> props) {
      return new String[0];
    }
  }

  /** The server's side. Of a response any user name is believed whose password is not "wrong". */
  static final class Server implements SaslServer {
    private final String mechanism;
    private final String challenge;
    private int step;
    private boolean complete;
    private String user = "";

    Server(String mechanism, String protocol, String serverName, Map<String, ?> props) {
      this.mechanism = mechanism;
      this.challenge =
          "realm=\""
              + serverName
              + "\",service="
              + protocol
              + ",defect="
              + props.get(SaslProperties.ZERO_OCTET_DEFECT);
    }

    @Override
    public byte[] evaluateResponse(byte[] response) throws SaslException {
      String text = new String(response, StandardCharsets.UTF_8);
      switch (SaslDialect.of(mechanism)) {
        case SILENT -> complete = true;
        case RAW -> {
          if (!text.equals("\0" + USER + "\0" + PASSWORD)) {
            throw new SaslException("wrong password");
          }
          user = USER;
          complete = true;
        }
        case SERVER_FIRST, CLIENT_FIRST -> {
          step++;
          if (step == 1 && SaslDialect.of(mechanism) == SaslDialect.SERVER_FIRST) {
            return octets(challenge);
          }
          user = userOf(text);
          complete = true;
          return octets("rspauth=0123456789abcdef0123456789abcdef");
        }
      }
      return null;
    }

    private static String userOf(String response) throws SaslException {
      if (!response.contains("username=\"") || response.contains("password=wrong")) {
        throw new SaslException("no such user");
      }
      return response.split("username=\"", -1)[1].split("\"", -1)[0];
    }

    @Override
    public String getMechanismName() {
      return mechanism;
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
    public byte[] unwrap(byte[] incoming, int offset, int len) {
      return incoming;
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int len) {
      return outgoing;
    }

    @Override
    public Object getNegotiatedProperty(String propName) {
      return null;
    }

    @Override
    public void dispose() {}
  }

  /** The client's side, which insists on the last proof. */
  static final class Client implements SaslClient {
    private final String mechanism;
    private final String serverName;
    private final NameCallback name = new NameCallback("name");
    private final PasswordCallback password = new PasswordCallback("password", false);
    private int step;
    private boolean complete;

    Client(String mechanism, String serverName, CallbackHandler handler) throws SaslException {
      this.mechanism = mechanism;
      this.serverName = serverName;
      try {
        handler.handle(new Callback[] {name, password});
      } catch (IOException | UnsupportedCallbackException e) {
        throw new SaslException("credentials", e);
      }
    }

    @Override
    public byte[] evaluateChallenge(byte[] challenge) throws SaslException {
      String text = new String(challenge, StandardCharsets.UTF_8);
      String secret = Optional.ofNullable(password.getPassword()).map(String::new).orElse("");
      switch (SaslDialect.of(mechanism)) {
        case SILENT -> complete = true;
        case RAW -> {
          complete = true;
          return octets("\0" + name.getName() + "\0" + secret);
        }
        case SERVER_FIRST, CLIENT_FIRST -> {
          step++;
          if (step == 1) {
            return octets(
                "username=\""
                    + name.getName()
                    + "\",digest-uri=\"tsp/"
                    + serverName
                    + "\",password="
                    + secret);
          }
          if (!text.startsWith("rspauth=")) {
            throw new SaslException("no proof");
          }
          complete = true;
          return null;
        }
      }
      return new byte[0];
    }

    @Override
    public String getMechanismName() {
      return mechanism;
    }

    @Override
    public boolean hasInitialResponse() {
      return Arrays.asList(SaslDialect.RAW, SaslDialect.CLIENT_FIRST)
          .contains(SaslDialect.of(mechanism));
    }

    @Override
    public boolean isComplete() {
      return complete;
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int len) {
      return incoming;
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int len) {
      return outgoing;
    }

    @Override
    public Object getNegotiatedProperty(String propName) {
      return null;
    }

    @Override
    public void dispose() {}
  }
}
