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
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.ClientSession;
import org.jspecify.annotations.Nullable;

/** A client session over TCP. */
final class TcpConnection extends SimpleChannelInboundHandler<ByteBuf> implements ClientConnection {
  private static final int CONNECT_MILLIS = 10_000;

  /** Some brokers end a message with nothing at all; such a silence is its end. */
  private static final int PAUSE_MILLIS = 500;

  private final SocketChannel channel;
  private @Nullable ClientSession session;
  private @Nullable Future<?> pause;

  private TcpConnection(SocketChannel channel) {
    super(ByteBuf.class);
    this.channel = channel;
  }

  /**
   * Connects.
   *
   * @return completes on the client's thread; fails with an {@link IOException}
   */
  static CompletionStage<ClientConnection> open(NetworkLoop loop, InetSocketAddress remote) {
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
                connecting.pipeline().addLast(new TcpConnection(connecting));
              }
            })
        .connect(remote)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    opened.complete(connected.channel().pipeline().get(TcpConnection.class));
                  } else {
                    opened.completeExceptionally(
                        new IOException("cannot connect to " + remote, connected.cause()));
                  }
                });
    return opened;
  }

  @Override
  public SignalingPath path() {
    return new SignalingPath(
        Transport.TCP,
        Addresses.plain(channel.localAddress()),
        Addresses.plain(channel.remoteAddress()));
  }

  @Override
  public void serve(ClientSession client) {
    session = client;
  }

  @Override
  public void send(byte[] data) {
    sendWithoutReply(data);
  }

  @Override
  public void sendWithoutReply(byte[] data) {
    channel.writeAndFlush(Unpooled.wrappedBuffer(data));
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
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  private static void cancel(@Nullable Future<?> scheduled) {
    if (scheduled != null) {
      scheduled.cancel(false);
    }
  }
}
