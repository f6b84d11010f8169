package org.culvert.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The listening TCP sockets and the connections that they accepted.
 *
 * <p>The wildcard address stands for both families. Confined to the server's thread, except that it
 * is opened and closed from outside.
 */
final class TcpPort implements AutoCloseable {
  /** Connections may be more than sessions: those being refused and those being closed. */
  private static final int MORE_CONNECTIONS_THAN_SESSIONS = 512;

  private static final int BACKLOG = 512;

  private final NetworkLoop loop;
  private final Reception reception;
  private final ChannelGroup connections;
  private final List<Channel> listening = new ArrayList<>();

  TcpPort(NetworkLoop loop, Reception reception) {
    this.loop = loop;
    this.reception = reception;
    this.connections = new DefaultChannelGroup(loop.thread());
  }

  /**
   * Listens on one more address.
   *
   * @throws Exception the operating system's refusal
   */
  InetSocketAddress listen(InetSocketAddress address) throws Exception {
    Channel channel =
        new ServerBootstrap()
            .group(loop.thread())
            .channelFactory(loop::serverSocket)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
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
      reception.refused("too many connections");
      connection.close();
      return;
    }
    connections.add(connection);
    connection.pipeline().addLast(new TcpSession(reception, connection));
  }

  /** Closes the listening sockets, then the connections; returns when the ports are free. */
  @Override
  public void close() {
    for (Channel channel : listening) {
      channel.close().awaitUninterruptibly();
    }
    listening.clear();
    connections.close().awaitUninterruptibly();
  }
}
