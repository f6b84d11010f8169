package org.culvert.transport;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS on the server's side of one connection. It runs on the thread of its socket; the first phase
 * of the session above, which began with the connection, is the deadline of the handshake.
 */
final class TlsLayer implements Layer {
  private static final Logger LOG = LoggerFactory.getLogger(TlsLayer.class);
  private static final int GOODBYE_SECONDS = 1;

  private final Maker maker;
  private final Consumer<String> refused;
  private volatile @Nullable TlsConnection connection;
  private volatile @Nullable SslHandler handler;

  /** Makes a connection's TLS, as whoever provides it at the moment does. */
  interface Maker {
    /**
     * @throws IOException if there is none, or nothing to show
     */
    TlsConnection make() throws IOException;
  }

  /**
   * @param refused counts what goes wrong, by a short reason
   */
  TlsLayer(Maker maker, Consumer<String> refused) {
    this.maker = maker;
    this.refused = refused;
  }

  /** Makes the handler that has an engine do its work, each write in a record of its own. */
  static SslHandler handler(TlsConnection connection) {
    SslHandler handler = new SslHandler(connection.engine());
    handler.setWrapDataSize(0);
    handler.setCloseNotifyFlushTimeout(GOODBYE_SECONDS, TimeUnit.SECONDS);
    return handler;
  }

  @Override
  public Transport transport() {
    return Transport.TLS;
  }

  @Override
  public Optional<TlsConnection> tls() {
    return Optional.ofNullable(connection);
  }

  /** A handshake is dear; whoever floods is not given one. */
  @Override
  public boolean isCheap() {
    return false;
  }

  @Override
  public void begin(SocketChannel channel) {
    channel.eventLoop().execute(() -> shakeHands(channel));
  }

  private void shakeHands(SocketChannel channel) {
    try {
      TlsConnection made = maker.make();
      SslHandler added = handler(made);
      added.setHandshakeTimeoutMillis(0);
      connection = made;
      handler = added;
      channel.pipeline().addFirst(added);
      added
          .handshakeFuture()
          .addListener(
              shaken -> {
                if (!shaken.isSuccess()) {
                  refused.accept("TLS handshake failed");
                }
              });
      channel.config().setAutoRead(true);
    } catch (IOException | RuntimeException e) {
      refused.accept("TLS not available");
      LOG.debug("no TLS for {}", channel.remoteAddress(), e);
      channel.close();
    }
  }

  @Override
  public void end(SocketChannel channel) {
    SslHandler open = handler;
    if (open != null && open.handshakeFuture().isSuccess()) {
      open.closeOutbound();
    } else {
      channel.close();
    }
  }
}
