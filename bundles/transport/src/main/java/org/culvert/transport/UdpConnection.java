package org.culvert.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.ClientSession;
import org.jspecify.annotations.Nullable;

/** A client session over reliable UDP. */
final class UdpConnection implements ClientConnection, ReliableDatagrams.Listener {
  private final InetSocketAddress remote;
  private final Sequences sequences;
  private final ReliableDatagrams datagrams;
  private final InetSocketAddress local;
  private @Nullable ClientSession session;

  /**
   * @param from the port to share with a tunnel, if that can be
   * @param sequences continues where the port was left, and is told
   */
  UdpConnection(
      NetworkLoop loop,
      InetSocketAddress remote,
      Optional<InetSocketAddress> from,
      Sequences sequences,
      RetransmissionTimer timer)
      throws IOException {
    this.remote = remote;
    this.sequences = sequences;
    this.datagrams =
        ReliableDatagrams.open(
            loop,
            remote,
            from.map(at -> new ReliableDatagrams.Place(at, sequences.last(at, remote))),
            timer,
            this);
    this.local = datagrams.local();
  }

  @Override
  public SignalingPath path() {
    return new SignalingPath(Transport.UDP, local, Addresses.plain(remote));
  }

  @Override
  public void serve(ClientSession client) {
    session = client;
  }

  @Override
  public void send(byte[] data) {
    datagrams.send(data);
  }

  /** Not asked for on UDP, where every datagram is answered. */
  @Override
  public void sendWithoutReply(byte[] data) {
    datagrams.send(data);
  }

  @Override
  public void answered(ByteBuffer data, Duration roundTrip) {
    ClientSession client = session;
    if (client != null) {
      client.received(data);
    }
  }

  @Override
  public void failed(IOException cause) {
    ClientSession client = session;
    if (client != null) {
      client.closed(cause);
    }
  }

  /** Nothing is sent to say that a session over UDP is over, and the tunnel needs the socket. */
  @Override
  public void close() {}

  @Override
  public void release() {
    session = null;
    sequences.note(local, remote, datagrams.sequence());
    datagrams.close();
  }
}
