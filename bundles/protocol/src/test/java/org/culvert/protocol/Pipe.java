package org.culvert.protocol;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;

/** A client session and a broker session, and between them a stream or datagrams in memory. */
final class Pipe implements ClientSession.ClientOutput {

  /** How a stream cuts what is written. */
  enum Cut {
    /** As written. */
    WHOLE,
    /** One octet after the other. */
    OCTETS,
    /** All that is written before the other side is let in, together. */
    COALESCED
  }

  final Server server;
  final ClientSession client;
  final List<String> sent = new ArrayList<>();
  boolean clientClosed;

  /** What somebody on the way makes of a reply. */
  UnaryOperator<String> onTheWay = reply -> reply;

  /** What somebody on the way makes of what the client says. */
  UnaryOperator<String> onTheWayOut = said -> said;

  private final boolean stream;
  private final Cut cut;
  private final Deque<byte[]> toServer = new ArrayDeque<>();
  private int repliesRead;

  Pipe(
      Transport transport,
      Cut cut,
      String version,
      Credentials credentials,
      List<OfferedClientMechanism> mechanisms,
      TunnelRequest request) {
    this(transport, cut, version, credentials, mechanisms, callbacks -> {}, request);
  }

  Pipe(
      Transport transport,
      Cut cut,
      String version,
      Credentials credentials,
      List<OfferedClientMechanism> mechanisms,
      CallbackHandler channel,
      TunnelRequest request) {
    this.stream = transport.isStream();
    this.cut = cut;
    this.server = Server.over(transport);
    this.client =
        new ClientSession(
            new SignalingTarget(
                new InetSocketAddress(IpAddresses.parse("198.51.100.1"), 3653),
                "broker.example",
                transport,
                version),
            credentials,
            mechanisms,
            channel,
            () -> Samples.asked(request),
            this);
  }

  @Override
  public void send(byte[] data) {
    sent.add(new String(data, StandardCharsets.ISO_8859_1));
    toServer.add(octets(onTheWayOut.apply(new String(data, StandardCharsets.ISO_8859_1))));
  }

  @Override
  public void sendWithoutReply(byte[] data) {
    if (!stream) {
      throw new IllegalStateException("every datagram has a reply");
    }
    send(data);
  }

  @Override
  public void close() {
    clientClosed = true;
  }

  /** Carries messages to and fro until both sides are silent. */
  Pipe carry() {
    while (!toServer.isEmpty() || repliesRead < server.replies.size()) {
      for (byte[] piece : pieces(drain())) {
        int before = server.replies.size();
        server.hears(piece);
        if (!stream && server.replies.size() != before + 1) {
          throw new IllegalStateException("a datagram has one reply");
        }
      }
      List<byte[]> replies = new ArrayList<>();
      while (repliesRead < server.replies.size()) {
        String reply = server.replies.get(repliesRead++).replaceFirst("^apart: ", "");
        replies.add(octets(onTheWay.apply(reply)));
      }
      pieces(replies).forEach(piece -> client.received(ByteBuffer.wrap(piece)));
    }
    return this;
  }

  private List<byte[]> drain() {
    List<byte[]> all = new ArrayList<>(toServer);
    toServer.clear();
    return all;
  }

  private List<byte[]> pieces(List<byte[]> written) {
    if (!stream || cut == Cut.WHOLE) {
      return written;
    }
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    written.forEach(together::writeBytes);
    if (cut == Cut.COALESCED) {
      return List.of(together.toByteArray());
    }
    List<byte[]> octets = new ArrayList<>();
    for (byte octet : together.toByteArray()) {
      octets.add(new byte[] {octet});
    }
    return octets;
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
