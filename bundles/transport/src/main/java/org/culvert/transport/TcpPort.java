package org.culvert.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * The listening sockets of one stream transport and the connections that they accepted.
 *
 * <p>The wildcard address stands for both families. Opened and closed from outside of the server's
 * thread, by one thread at a time. Sockets may have a thread of their own, which then does what TLS
 * costs; sessions are confined to the server's in any case.
 */
final class TcpPort implements AutoCloseable {
  /** Connections may be more than sessions: those being refused and those being closed. */
  private static final int MORE_CONNECTIONS_THAN_SESSIONS = 512;

  private static final int BACKLOG = 512;

  /** TLS says goodbye before it closes; a peer that does not listen is not waited for. */
  private static final int LONGEST_GOODBYE_SECONDS = 2;

  /** Makes the session of a connection that was accepted. */
  interface Sessions {
    TcpSession session(SocketChannel connection);
  }

  private final NetworkLoop sockets;
  private final EventExecutor server;
  private final Reception reception;
  private final Sessions sessions;
  private final Transport transport;
  private final int memoryOfEach;
  private final AtomicBoolean relieving = new AtomicBoolean();
  private final ChannelGroup connections;
  private final List<Channel> listening = new CopyOnWriteArrayList<>();

  /**
   * @param sockets serves the sockets
   * @param server the server's thread
   * @param transport what is carried
   */
  TcpPort(
      NetworkLoop sockets,
      EventExecutor server,
      Reception reception,
      Transport transport,
      Sessions sessions) {
    this.sockets = sockets;
    this.server = server;
    this.reception = reception;
    this.transport = transport;
    this.memoryOfEach = Memory.of(transport);
    this.sessions = sessions;
    this.connections = new DefaultChannelGroup(sockets.thread());
  }

  /**
   * Listens on one more address.
   *
   * @throws Exception the operating system's refusal
   */
  InetSocketAddress listen(InetSocketAddress address) throws Exception {
    Channel channel =
        new ServerBootstrap()
            .group(sockets.thread())
            .channelFactory(sockets::serverSocket)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // A session reads when it has been admitted.
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    accept(connection);
                  }
                })
            .bind(address)
            .sync()
            .channel();
    listening.add(channel);
    return (InetSocketAddress) channel.localAddress();
  }

  private void accept(SocketChannel connection) {
    if (connections.size() >= reception.limits().sessions() + MORE_CONNECTIONS_THAN_SESSIONS) {
      reception.closed(transport, connection.remoteAddress(), "too many connections");
      connection.close();
      return;
    }
    // Held until the socket is closed, which is a moment after its session has ended.
    if (!reception.memory().streams().reserve(memoryOfEach)) {
      reception.closed(transport, connection.remoteAddress(), "no memory for a connection");
      connection.close();
      relieve();
      return;
    }
    connection
        .closeFuture()
        .addListener(closed -> reception.memory().streams().release(memoryOfEach));
    connections.add(connection);
    connection.pipeline().addLast(server, sessions.session(connection));
  }

  private void relieve() {
    if (relieving.compareAndSet(false, true)) {
      server.execute(
          () -> {
            relieving.set(false);
            reception.relieve();
          });
    }
  }

  /** Returns the addresses listened on. */
  List<InetSocketAddress> listening() {
    return listening.stream().map(channel -> (InetSocketAddress) channel.localAddress()).toList();
  }

  /** Closes the listening sockets and leaves the connections; returns when the ports are free. */
  void stopListening() {
    for (Channel channel : listening) {
      channel.close().awaitUninterruptibly();
    }
    listening.clear();
  }

  /** Closes the listening sockets, then the connections; returns when the ports are free. */
  @Override
  public void close() {
    stopListening();
    connections.close().awaitUninterruptibly(LONGEST_GOODBYE_SECONDS, TimeUnit.SECONDS);
  }
}
