package org.culvert.protocol;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.broker.ScriptedBroker;

/** A broker session with everything around it, and what it said. */
final class Server implements SessionOutput, SessionServices {
  final ScriptedBroker broker = new ScriptedBroker().offers(Samples.E1);
  final List<String> replies = new ArrayList<>();
  final List<String> refusals = new ArrayList<>();
  final List<Refusal> refused = new ArrayList<>();
  final List<String> drops = new ArrayList<>();
  final List<RuntimeException> faults = new ArrayList<>();
  final BrokerSession session;
  boolean closed;
  Optional<Referral> referral = Optional.empty();
  Executor blocking = Runnable::run;
  Executor confined = Runnable::run;
  TunnelBroker asked = broker;
  String realm = "example.org";
  CallbackHandler callbackHandler = callbacks -> {};
  List<OfferedMechanism> mechanisms =
      List.of(
          TestMechanisms.server("ANONYMOUS"),
          TestMechanisms.server("PLAIN"),
          TestMechanisms.server("DIGEST-MD5"));

  private Server(Transport transport) {
    session =
        new BrokerSession(
            new SignalingPath(
                transport,
                new InetSocketAddress(IpAddresses.parse("198.51.100.1"), 3653),
                new InetSocketAddress(IpAddresses.parse("198.51.100.2"), 40000)),
            this,
            task -> confined.execute(task),
            this);
  }

  static Server over(Transport transport) {
    return new Server(transport);
  }

  static Server tcp() {
    return new Server(Transport.TCP);
  }

  static Server udp() {
    return new Server(Transport.UDP);
  }

  /** Makes a server whose client has authenticated as nobody. */
  static Server inCommandPhase(Transport transport) {
    Server server = new Server(transport);
    server.hears("VERSION=2.0.2\r\n");
    server.hears("AUTHENTICATE ANONYMOUS\r\n");
    server.replies.clear();
    return server;
  }

  /** Hears a piece of a stream, or a datagram. */
  Server hears(String data) {
    return hears(data.getBytes(StandardCharsets.ISO_8859_1));
  }

  Server hears(byte[] data) {
    session.received(ByteBuffer.wrap(data));
    return this;
  }

  Server hearsFrame(String body) {
    return hears("Content-length: " + body.length() + "\r\n" + body);
  }

  /** Returns the first words of the replies: the status for those that are framed. */
  List<String> verdicts() {
    return replies.stream()
        .map(reply -> reply.startsWith("Content-length") ? reply.split("\r\n", -1)[1] : reply)
        .map(reply -> reply.strip().split("[ \r]", -1)[0])
        .toList();
  }

  @Override
  public void reply(byte[] data) {
    replies.add(new String(data, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void replyApart(byte[] data) {
    replies.add("apart: " + new String(data, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public TunnelBroker broker() {
    return asked;
  }

  @Override
  public List<OfferedMechanism> mechanisms() {
    return mechanisms;
  }

  @Override
  public CallbackHandler callbackHandler(String mechanism) {
    return callbackHandler;
  }

  @Override
  public String realm() {
    return realm;
  }

  @Override
  public Executor blocking() {
    return task -> blocking.execute(task);
  }

  @Override
  public void dropped(String reason) {
    drops.add(reason);
  }

  @Override
  public void refused(Refusal refusal) {
    refusals.add(refusal.reason());
    refused.add(refusal);
  }

  @Override
  public void broke(RuntimeException fault) {
    faults.add(fault);
  }

  @Override
  public Optional<Referral> referral() {
    return referral;
  }
}
