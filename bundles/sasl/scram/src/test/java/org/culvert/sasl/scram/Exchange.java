package org.culvert.sasl.scram;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.account.ScramSecret;

/** A client and a server that know the same users, unless told otherwise. */
final class Exchange {
  static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};
  static final byte[] CHANNEL = {9, 8, 7};

  private static final Map<ScramAlgorithm, ScramSecret> SECRETS = new HashMap<>();

  static {
    for (ScramAlgorithm algorithm : ScramAlgorithm.values()) {
      SECRETS.put(algorithm, Accounts.secret(algorithm, "pencil", SALT, 4096));
    }
  }

  final ScramMechanism mechanism = new ScramMechanism();
  final Accounts here = new Accounts().as("alice", "pencil");
  final Accounts there = new Accounts();
  String authorizationId = "";
  boolean offerSeen;
  boolean offerMade;

  Exchange() {
    SECRETS.values().forEach(secret -> there.with("alice", secret));
  }

  /** Makes an exchange over a channel that both ends can bind to. */
  static Exchange over(String binding) {
    Exchange exchange = new Exchange();
    exchange.here.bound(binding, CHANNEL);
    exchange.there.bound(binding, CHANNEL);
    exchange.offerSeen = true;
    exchange.offerMade = true;
    return exchange;
  }

  SaslClient client(String name) {
    return mechanism.createSaslClient(
        new String[] {name}, authorizationId, "tsp", "broker", offered(offerSeen), here);
  }

  SaslServer server(String name) {
    return mechanism.createSaslServer(name, "tsp", "realm", offered(offerMade), there);
  }

  /** Runs an exchange to its end and returns whom the server takes the client for. */
  String run(String name) throws SaslException {
    SaslClient client = client(name);
    SaslServer server = server(name);
    byte[] challenge = server.evaluateResponse(client.evaluateChallenge(new byte[0]));
    byte[] outcome = server.evaluateResponse(client.evaluateChallenge(challenge));
    client.evaluateChallenge(outcome);
    if (!client.isComplete()) {
      throw new AssertionError("the client is not content");
    }
    return server.getAuthorizationID();
  }

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] octets) {
    return new String(octets, StandardCharsets.UTF_8);
  }

  private static Map<String, String> offered(boolean binding) {
    return Map.of(SaslProperties.CHANNEL_BINDING_OFFERED, Boolean.toString(binding));
  }
}
