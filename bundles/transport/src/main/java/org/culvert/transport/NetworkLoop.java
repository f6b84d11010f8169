package org.culvert.transport;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves sockets, and the makers of sockets it can serve.
 *
 * <p>All sessions of a component are confined to this thread, so nothing they share needs a lock.
 * It uses epoll where that is available. Where it is not, everything works except that a UDP port
 * cannot be shared with tunnelled packets, which is said once as a warning.
 */
final class NetworkLoop implements AutoCloseable {
  /** More than the largest message; what is longer arrives cut and is refused by its session. */
  static final int LARGEST_DATAGRAM = 16 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(NetworkLoop.class);

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private final boolean epoll;
  private final EventLoopGroup group;

  private NetworkLoop(boolean epoll, EventLoopGroup group) {
    this.epoll = epoll;
    this.group = group;
  }

  /** Starts the thread; the caller closes. */
  static NetworkLoop start(String threadName) {
    boolean epoll = Epoll.isAvailable();
    if (!epoll && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "epoll is not available ({}): signaling cannot share its UDP port with v6udpv4 tunnels."
              + " Install the native epoll bundle of this machine",
          String.valueOf(Epoll.unavailabilityCause().getMessage()));
    }
    return start(threadName, epoll);
  }

  /** Starts the thread with or without epoll. */
  static NetworkLoop start(String threadName, boolean epoll) {
    return new NetworkLoop(
        epoll,
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory(threadName, true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory()));
  }

  /** Returns the thread. */
  EventLoop thread() {
    return group.next();
  }

  /**
   * Returns the thread as an executor for those who outlive it: what they hand over after it ended
   * is dropped, since the session it was for is gone.
   */
  Executor confined() {
    return task -> {
      try {
        thread().execute(task);
      } catch (RejectedExecutionException e) {
        LOG.debug("dropped a task for a session that ended with its port", e);
      }
    };
  }

  /** Tells whether two sockets can divide the datagrams of one port between them. */
  boolean sharesPorts() {
    return epoll;
  }

  /** Makes a listening socket that takes both families if it is bound to the wildcard address. */
  ServerSocketChannel serverSocket() {
    return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  /** Makes a TCP socket. */
  SocketChannel socket() {
    return epoll ? new EpollSocketChannel() : new NioSocketChannel();
  }

  /**
   * Makes a UDP socket of exactly the address's family. The kernel lets sockets share a port only
   * if their families are the same, and the tunnels' socket is not an IPv6 one that speaks IPv4.
   */
  DatagramChannel datagramSocket(InetAddress address) {
    SocketProtocolFamily family =
        address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    DatagramChannel channel =
        epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family);
    channel
        .config()
        .setOption(
            ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM));
    return channel;
  }

  /** Ends the thread; its sockets are closed by those who opened them. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }
}
