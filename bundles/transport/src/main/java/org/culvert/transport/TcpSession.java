package org.culvert.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.SessionOutput;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection: octets in, session called; replies out, each in a segment of its own, and over TLS
 * in a record of its own.
 *
 * <p>What a session does not want yet it bounds itself; a peer that does not read its replies is
 * not read from either.
 *
 * <p>A connection that is not admitted gets its refusal after its first line, since a reply to
 * nothing, followed by a close with octets unread, would be lost in a reset. For the same reason
 * every connection is closed in one direction first and given a moment to read what was sent.
 */
final class TcpSession extends SimpleChannelInboundHandler<ByteBuf>
    implements SessionOutput, SessionHolder {
  private static final Logger LOG = LoggerFactory.getLogger(TcpSession.class);
  private static final int LONGEST_FIRST_LINE = 64;
  private static final int REFUSAL_SECONDS = 5;
  private static final int LINGER_SECONDS = 2;

  /** Keeps two replies apart on paths where a segment waits for the one before. */
  private static final int GAP_MILLIS = 100;

  /** Why one who comes too often is refused, over whatever transport. */
  static final String RATE = "rate of a source";

  private final Reception reception;
  private final SocketChannel channel;
  private final EventExecutor thread;
  private final Layer layer;
  private final Queue<byte[]> heldBack = new ArrayDeque<>();
  private @Nullable OpenSession session;
  private boolean gap;
  private boolean closing;
  private int unheard;

  /**
   * @param thread the server's
   * @param layer what lies between the session and TCP
   */
  TcpSession(Reception reception, SocketChannel channel, EventExecutor thread, Layer layer) {
    super(ByteBuf.class);
    this.reception = reception;
    this.channel = channel;
    this.thread = thread;
    this.layer = layer;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    SignalingPath path =
        new SignalingPath(
            layer.transport(),
            Addresses.plain(channel.localAddress()),
            Addresses.plain(channel.remoteAddress()));
    IpPrefix source = Addresses.source(path.remote().getAddress());
    if (reception.admitConnection(source) != TokenBuckets.Verdict.PASS) {
      if (!layer.isCheap()) {
        reception.closed(layer.transport(), path.remote(), RATE);
        channel.close();
        return;
      }
      reception.busy(layer.transport(), path.remote(), RATE);
    } else {
      session = reception.open(Opening.stream(path, layer::tls), this, this).orElse(null);
    }
    if (session == null) {
      thread.schedule(() -> channel.close(), REFUSAL_SECONDS, TimeUnit.SECONDS);
    } else {
      LOG.debug(
          "session {}: {} from {}", session, layer.transport(), Addresses.text(path.remote()));
    }
    layer.begin(channel);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
    if (closing) {
      return;
    }
    OpenSession open = session;
    if (open == null) {
      unheard += octets.readableBytes();
      if (unheard > LONGEST_FIRST_LINE
          || octets.indexOf(0, octets.writerIndex(), (byte) '\n') >= 0) {
        write(Replies.busy());
        close();
      }
      return;
    }
    ByteBuffer data = ByteBuffer.allocate(octets.readableBytes());
    octets.readBytes(data);
    if (open.received(data.flip())) {
      reception.observe(open);
    } else {
      abandon();
    }
  }

  @Override
  public void reply(byte[] data) {
    OpenSession open = session;
    if (open != null) {
      reception.observe(open);
    }
    if (gap) {
      heldBack.add(data);
    } else {
      write(data);
    }
  }

  @Override
  public void replyApart(byte[] data) {
    heldBack.add(data);
    waitForGap();
  }

  private void waitForGap() {
    if (!gap) {
      gap = true;
      thread.schedule(this::endGap, GAP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void endGap() {
    gap = false;
    byte[] next = heldBack.poll();
    if (next != null) {
      write(next);
    }
    if (!heldBack.isEmpty()) {
      waitForGap();
    } else if (closing) {
      finish();
    }
  }

  @Override
  public void close() {
    forget();
    if (!closing) {
      closing = true;
      if (!gap) {
        finish();
      }
    }
  }

  /** Sends the end of the stream after the last reply, and waits a moment for the peer's. */
  private void finish() {
    layer.end(channel);
    thread.schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    channel.config().setAutoRead(true);
  }

  @Override
  public boolean silent(long now) {
    // A deadline for the whole phase covers silence as well.
    return false;
  }

  @Override
  public void expire() {
    OpenSession open = session;
    if (open != null) {
      open.expire();
    }
    close();
  }

  @Override
  public void evict() {
    abandon();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    channel.config().setAutoRead(closing || channel.isWritable());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    abandon();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // What strangers send makes no stack trace: garbage on a TLS port is an everyday thing.
    LOG.debug("connection from {} failed: {}", channel.remoteAddress(), cause.toString());
    abandon();
  }

  /** Ends the session and the connection at once. */
  private void abandon() {
    closing = true;
    OpenSession open = session;
    forget();
    if (open != null) {
      open.closed();
    }
    channel.close();
  }

  private void forget() {
    OpenSession open = session;
    session = null;
    if (open != null) {
      reception.release(open);
    }
  }

  private void write(byte[] data) {
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(data))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }
}
