package org.culvert.itests.attack;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/** Gets a tunnel as a user does, with DIGEST-MD5 or without a name. */
final class LogIn {
  static final String PASSWORD = "secret1";
  private static final String SUCCESS = "200";

  private LogIn() {}

  /**
   * Asks for a tunnel with a name and accepts it.
   *
   * @throws IOException with what was answered, if there is none to be had
   */
  static String asUser(Talk talk, InetAddress from, String user) throws IOException {
    expect(talk.ask(Messages.VERSION), "CAPABILITY");
    String challenge = talk.ask(Messages.DIGEST);
    String proof = talk.ask(response(challenge, user, PASSWORD));
    if (!proof.startsWith(SUCCESS)) {
      if (proof.length() > 3 && proof.charAt(3) == ' ') {
        throw new IOException("answered: " + proof);
      }
      expect(talk.more(), SUCCESS);
    }
    return tunnel(talk, from);
  }

  /** Asks for a tunnel without a name and accepts it. */
  static String anonymous(Talk talk, InetAddress from) throws IOException {
    expect(talk.ask(Messages.VERSION), "CAPABILITY");
    expect(talk.ask(Messages.ANONYMOUS), SUCCESS);
    return tunnel(talk, from);
  }

  private static String tunnel(Talk talk, InetAddress from) throws IOException {
    String offer = talk.ask(Messages.create(talk.type(), from.getHostAddress()));
    expect(offer, SUCCESS);
    if (talk instanceof TcpTalk tcp) {
      tcp.send(Messages.octets(Messages.ACCEPT));
    } else {
      talk.ask(Messages.ACCEPT);
    }
    return offer;
  }

  private static void expect(String answer, String begins) throws IOException {
    if (!answer.startsWith(begins)) {
      throw new IOException("answered: " + answer.strip());
    }
  }

  /** Returns what answers a challenge of DIGEST-MD5. */
  static String response(String challenge, String user, String password) throws IOException {
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(challenge.strip());
    } catch (IllegalArgumentException e) {
      throw new IOException("answered: " + challenge, e);
    }
    SaslClient client =
        Sasl.createSaslClient(
            new String[] {"DIGEST-MD5"},
            null,
            "tsp",
            "broker",
            Map.of(),
            callbacks -> tell(callbacks, user, password));
    return Base64.getEncoder().encodeToString(client.evaluateChallenge(decoded)) + "\r\n";
  }

  private static void tell(Callback[] callbacks, String user, String password) {
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName(user);
      } else if (callback instanceof PasswordCallback secret) {
        secret.setPassword(password.toCharArray());
      } else if (callback instanceof RealmCallback realm) {
        realm.setText(realm.getDefaultText());
      }
    }
  }
}
