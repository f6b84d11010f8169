package org.culvert.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.ClientSession;
import org.jspecify.annotations.Nullable;

/** A client session over TCP, or over TLS on it. */
final class TcpConnection extends SimpleChannelInboundHandler<ByteBuf> implements ClientConnection {
  private static final int CONNECT_MILLIS = 10_000;

  /** Some brokers end a message with nothing at all; such a silence is its end. */
  private static final int PAUSE_MILLIS = 500;

  private final SocketChannel channel;
  private final Optional<TlsConnection> tls;
  private final SpacedWrites writes;
  private @Nullable ClientSession session;
  private @Nullable Future<?> pause;

  private TcpConnection(SocketChannel channel, Optional<TlsConnection> tls) {
    super(ByteBuf.class);
    this.channel = channel;
    this.tls = tls;
    this.writes = new SpacedWrites(channel);
  }

  /**
   * Connects, and shakes hands where TLS is wanted.
   *
   * @param tls what does it; empty: the session goes in the clear
   * @return completes on the client's thread; fails with an {@link IOException}
   */
  static CompletionStage<ClientConnection> open(
      NetworkLoop loop, InetSocketAddress remote, Optional<TlsConnection> tls) {
    CompletableFuture<ClientConnection> opened = new CompletableFuture<>();
    new Bootstrap()
        .group(loop.thread())
        .channelFactory(loop::socket)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel connecting) {
                tls.map(TlsLayer::handler).ifPresent(connecting.pipeline()::addLast);
                connecting.pipeline().addLast(new TcpConnection(connecting, tls));
              }
            })
        .connect(remote)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    connected
                        .channel()
                        .pipeline()
                        .get(TcpConnection.class)
                        .completed(remote, opened);
                  } else {
                    opened.completeExceptionally(
                        new IOException(
                            "cannot connect to "
                                + Addresses.text(remote)
                                + ": "
                                + Failures.onTheWay(connected.cause()),
                            connected.cause()));
                  }
                });
    return opened;
  }

  private void completed(InetSocketAddress remote, CompletableFuture<ClientConnection> opened) {
    SslHandler shaking = channel.pipeline().get(SslHandler.class);
    if (shaking == null) {
      opened.complete(this);
      return;
    }
    shaking
        .handshakeFuture()
        .addListener(
            shaken -> {
              if (shaken.isSuccess()) {
                opened.complete(this);
              } else {
                channel.close();
                opened.completeExceptionally(
                    new IOException(
                        "no TLS with " + Addresses.text(remote) + ": " + why(shaken.cause()),
                        shaken.cause()));
              }
            });
  }

  /** The reason of a refused certificate is a few causes down, and says best what is wrong. */
  private static String why(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof CertificateException)
        && cause.getCause() != null
        && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause instanceof ClosedChannelException
        ? "the broker closed the connection"
        : String.valueOf(cause.getMessage());
  }

  @Override
  public SignalingPath path() {
    return new SignalingPath(
        tls.isPresent() ? Transport.TLS : Transport.TCP,
        Addresses.plain(channel.localAddress()),
        Addresses.plain(channel.remoteAddress()));
  }

  @Override
  public void serve(ClientSession client) {
    session = client;
  }

  @Override
  public void send(byte[] data) {
    writes.write(data);
  }

  @Override
  public void sendWithoutReply(byte[] data) {
    writes.writeBeforeAnother(data);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
    ClientSession client = session;
    if (client == null) {
      return;
    }
    ByteBuffer data = ByteBuffer.allocate(octets.readableBytes());
    octets.readBytes(data);
    cancel(pause);
    pause = channel.eventLoop().schedule(this::paused, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    client.received(data.flip());
  }

  private void paused() {
    ClientSession client = session;
    if (client != null) {
      client.paused();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(new IOException("the broker closed the connection"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(new IOException("the connection failed: " + cause.getMessage(), cause));
  }

  private void fail(IOException cause) {
    cancel(pause);
    ClientSession client = session;
    session = null;
    if (client != null) {
      client.closed(cause);
    }
    channel.close();
  }

  /** The session has said all; its socket is closed with the exchange. */
  @Override
  public void close() {}

  @Override
  public void release() {
    session = null;
    cancel(pause);
    writes.flush();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private static void cancel(@Nullable Future<?> scheduled) {
    if (scheduled != null) {
      scheduled.cancel(false);
    }
  }
}
