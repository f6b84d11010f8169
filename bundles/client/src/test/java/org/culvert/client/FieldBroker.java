package org.culvert.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.ClientSession;
import org.culvert.protocol.OfferedClientMechanism;
import org.culvert.sasl.digestmd5.DigestMd5Mechanism;
import org.culvert.testkit.client.ScriptedSignaling;

/**
 * A broker as one meets it in the field: it speaks TSP with the client's own session, in words that
 * a test bends. It keeps DIGEST-MD5 by the JDK, which shares nothing with the client's.
 */
final class FieldBroker {
  static final String SUCCESS = "200 Success\r\n";

  final List<String> heard = new ArrayList<>();
  String capability = "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 AUTH=DIGEST-MD5\r\n";
  UnaryOperator<String> challenge = base64 -> base64 + "\r\n";
  UnaryOperator<String> proof = base64 -> base64 + "\r\n";
  String verdict = SUCCESS;
  String offer =
      SUCCESS
          + "<tunnel action=\"info\" type=\"v6v4\" lifetime=\"1440\">"
          + party("server", "192.0.2.1", "2001:db8:100::1", "")
          + party("client", "198.51.100.2", "2001:db8:100::2", "")
          + "</tunnel>\r\n";
  String acknowledgement = frame(SUCCESS);

  private final boolean stream;
  private final List<String> journal;
  private SaslServer sasl;

  FieldBroker(boolean stream, List<String> journal) {
    this.stream = stream;
    this.journal = journal;
  }

  static String party(String name, String ipv4, String ipv6, String more) {
    return "<%s><address type=\"ipv4\">%s</address><address type=\"ipv6\">%s</address>%s</%s>"
        .formatted(name, ipv4, ipv6, more, name);
  }

  static String frame(String body) {
    return "Content-length: " + body.length() + "\r\n" + body;
  }

  /** Runs a session up to its offer, as a transport does, but in one thread and without sockets. */
  CompletionStage<SignalingExchange> converse(ScriptedSignaling.Asked asked) {
    Line line = new Line();
    ClientSession session =
        new ClientSession(
            asked.target(),
            asked.credentials(),
            List.of(new OfferedClientMechanism("DIGEST-MD5", new DigestMd5Mechanism())),
            callbacks -> {},
            asked::wanted,
            line);
    session.start();
    line.carry(session);
    return session.offer().thenApply(offer -> new Exchange(session, line, offer, asked.path()));
  }

  /** Answers a message; on a stream, a message that gets no answer is answered by nothing. */
  private String answer(String message) throws SaslException {
    heard.add(message);
    if (message.startsWith("VERSION=")) {
      sasl = digest();
      return capability;
    }
    if (message.startsWith("AUTHENTICATE")) {
      return challenge.apply(encoded(sasl.evaluateResponse(new byte[0])));
    }
    if (message.isEmpty()) {
      return verdict;
    }
    if (message.contains("\"create\"")) {
      return frame(offer);
    }
    if (message.contains("\"accept\"")) {
      return acknowledgement;
    }
    String answer =
        proof.apply(encoded(sasl.evaluateResponse(Base64.getMimeDecoder().decode(message))));
    return stream ? answer + verdict : answer;
  }

  private static String encoded(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  private static SaslServer digest() throws SaslException {
    return Sasl.createSaslServer(
        "DIGEST-MD5",
        "tsp",
        "192.0.2.1",
        Map.of("com.sun.security.sasl.digest.realm", "hexos"),
        callbacks -> {
          for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
              name.setName(name.getDefaultName());
            } else if (callback instanceof RealmCallback realm) {
              realm.setText(realm.getDefaultText());
            } else if (callback instanceof PasswordCallback password) {
              password.setPassword("secret1".toCharArray());
            } else if (callback instanceof AuthorizeCallback authorize) {
              authorize.setAuthorized(true);
            }
          }
        });
  }

  /** The way between the two: one answer to each message, in order. */
  private final class Line implements ClientSession.ClientOutput {
    private final Deque<String> answers = new ArrayDeque<>();

    @Override
    public void send(byte[] data) {
      try {
        answers.add(answer(new String(data, StandardCharsets.ISO_8859_1)));
      } catch (SaslException e) {
        answers.add("300 Authentication failed\r\n");
      }
    }

    @Override
    public void sendWithoutReply(byte[] data) {
      send(data);
    }

    @Override
    public void close() {}

    void carry(ClientSession session) {
      for (String next = answers.poll(); next != null; next = answers.poll()) {
        session.received(ByteBuffer.wrap(next.getBytes(StandardCharsets.ISO_8859_1)));
        session.paused();
      }
    }
  }

  private final class Exchange implements SignalingExchange {
    private final ClientSession session;
    private final Line line;
    private final TunnelOffer offer;
    private final SignalingPath path;

    Exchange(ClientSession session, Line line, TunnelOffer offer, SignalingPath path) {
      this.session = session;
      this.line = line;
      this.offer = offer;
      this.path = path;
    }

    @Override
    public TunnelOffer offer() {
      return offer;
    }

    @Override
    public SignalingPath path() {
      return path;
    }

    @Override
    public CompletionStage<Void> accept() {
      journal.add("accept");
      CompletionStage<Void> accepted = session.accept();
      line.carry(session);
      return accepted;
    }

    @Override
    public CompletionStage<Void> ended() {
      return session.ended();
    }

    @Override
    public CompletionStage<Void> reject() {
      journal.add("reject");
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
      journal.add("close");
    }
  }
}
