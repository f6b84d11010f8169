package org.culvert.transport;

import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port of TLS, open while somebody provides TLS. Its sockets have a thread of their own, so
 * that handshakes, which cost a server more than their clients, hold up nobody on the other
 * transports.
 *
 * <p>Safe for use by many threads. When the provider goes, sessions go on with what it made for
 * them.
 */
final class TlsPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsPort.class);

  private final TransportSettings settings;
  private final NetworkLoop server;
  private final Reception reception;
  private @Nullable NetworkLoop sockets;
  private @Nullable TcpPort port;
  private volatile @Nullable TlsProvider provider;
  private volatile boolean failing;
  private volatile List<InetSocketAddress> listening = List.of();

  /**
   * @param server the server's thread
   */
  TlsPort(TransportSettings settings, NetworkLoop server, Reception reception) {
    this.settings = settings;
    this.server = server;
    this.reception = reception;
  }

  /**
   * Serves TLS from now on, or lets somebody else provide it.
   *
   * @throws IOException if the provider has no certificate to show
   * @throws IllegalStateException if a port is taken or may not be opened
   */
  synchronized void open(TlsProvider by) throws IOException {
    // Nobody is to connect to a port that could only turn him away.
    by.server();
    provider = by;
    if (!listening.isEmpty()) {
      return;
    }
    TcpPort opened = port();
    try {
      settings
          .endpoints(settings.tlsPort())
          .forEach(address -> ServerSockets.listen(opened, Transport.TLS, address));
      listening = opened.listening();
    } catch (IllegalStateException e) {
      opened.stopListening();
      throw e;
    }
  }

  private TcpPort port() {
    TcpPort known = port;
    if (known == null) {
      NetworkLoop own = NetworkLoop.start("culvert-tls");
      sockets = own;
      known =
          new TcpPort(
              own,
              server.thread(),
              reception,
              Transport.TLS,
              connection ->
                  new TcpSession(
                      reception,
                      connection,
                      server.thread(),
                      new TlsLayer(this::connection, reason -> refused(connection, reason))));
      port = known;
    }
    return known;
  }

  /** Counts are kept on many threads; the reception itself is confined. */
  private void refused(SocketChannel connection, String reason) {
    InetSocketAddress remote = connection.remoteAddress();
    if (remote == null) {
      reception.dropped(reason);
    } else {
      reception.closed(Transport.TLS, remote, reason);
    }
  }

  /** Makes a connection's TLS. That it cannot be made is told once, and not to every stranger. */
  private TlsConnection connection() throws IOException {
    TlsProvider by = provider;
    try {
      if (by == null) {
        throw new IOException("TLS has gone");
      }
      TlsConnection made = by.server();
      failing = false;
      return made;
    } catch (IOException | RuntimeException e) {
      if (by != null && !failing) {
        failing = true;
        LOG.error("connections over TLS cannot be served", e);
      }
      throw e;
    }
  }

  /** Serves no new connections; those that are there go on. */
  synchronized void stopListening() {
    TcpPort open = port;
    if (open != null) {
      open.stopListening();
    }
    listening = List.of();
    provider = null;
  }

  /** Returns the addresses listened on. */
  List<InetSocketAddress> listening() {
    return listening;
  }

  /** Ends all sessions; returns when the ports are free. */
  @Override
  public synchronized void close() {
    stopListening();
    TcpPort open = port;
    NetworkLoop own = sockets;
    port = null;
    sockets = null;
    if (open != null) {
      open.close();
    }
    if (own != null) {
      own.close();
    }
  }
}
