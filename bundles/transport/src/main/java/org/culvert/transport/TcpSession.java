package org.culvert.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.SessionOutput;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP connection: octets in, session called; replies out, each in a segment of its own.
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

  private final Reception reception;
  private final SocketChannel channel;
  private final Queue<byte[]> heldBack = new ArrayDeque<>();
  private @Nullable OpenSession session;
  private boolean gap;
  private boolean closing;
  private int unheard;

  TcpSession(Reception reception, SocketChannel channel) {
    super(ByteBuf.class);
    this.reception = reception;
    this.channel = channel;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    SignalingPath path =
        new SignalingPath(
            Transport.TCP,
            Addresses.plain(channel.localAddress()),
            Addresses.plain(channel.remoteAddress()));
    IpPrefix source = Addresses.source(path.remote().getAddress());
    if (reception.admit(source) != TokenBuckets.Verdict.PASS) {
      reception.refused("rate of a source");
    } else {
      Optional<OpenSession> opened = reception.open(path, this, this);
      if (opened.isPresent()) {
        session = opened.get();
        LOG.debug("session {}: TCP from {}", session, path.remote());
        return;
      }
    }
    channel.eventLoop().schedule(() -> channel.close(), REFUSAL_SECONDS, TimeUnit.SECONDS);
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
      if (!open.authenticated() && Replies.saysAuthenticationFailed(data)) {
        reception.failed(open);
      }
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
      channel.eventLoop().schedule(this::endGap, GAP_MILLIS, TimeUnit.MILLISECONDS);
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
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.shutdownOutput());
    channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
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
    LOG.debug("TCP connection from {} failed", channel.remoteAddress(), cause);
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
