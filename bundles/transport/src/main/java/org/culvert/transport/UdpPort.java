package org.culvert.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.BrokerSession;
import org.culvert.protocol.EchoRequest;
import org.culvert.protocol.ReliableHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One local address on which signaling over UDP is answered. A datagram passes these stages:
 *
 * <ol>
 *   <li>not signaling: dropped (the kernel already gave tunnelled packets to whoever carries them);
 *   <li>from a source that has not proved its address and sends too fast: dropped, or now and then
 *       told that the server is busy;
 *   <li>echo request: answered without a session;
 *   <li>of a known session: repeated, out of order, or fresh;
 *   <li>otherwise the first of a new session, if it may have one.
 * </ol>
 *
 * <p>Confined to the server's thread.
 */
final class UdpPort extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(UdpPort.class);

  /**
   * A VERSION with an old sequence number is a late duplicate, unless nothing was heard for longer
   * than a network keeps a datagram: then a restarted client has got the same port again.
   */
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final Reception reception;
  private final DatagramChannel channel;
  private final InetSocketAddress local;
  private final Map<InetSocketAddress, UdpSession> live = new HashMap<>();

  /** Sessions that ended, the one that ended first in front. */
  private final Map<InetSocketAddress, UdpSession> ended = new LinkedHashMap<>();

  UdpPort(Reception reception, DatagramChannel channel, InetSocketAddress local) {
    super(DatagramPacket.class);
    this.reception = reception;
    this.channel = channel;
    this.local = local;
  }

  /** Returns the address and port. */
  InetSocketAddress local() {
    return local;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    ByteBuffer data = ByteBuffer.allocate(packet.content().readableBytes());
    packet.content().readBytes(data);
    data.flip();
    int length = data.remaining();
    if (!ReliableHeader.isSignaling(data)) {
      reception.dropped(noise(data));
      return;
    }
    InetSocketAddress remote = packet.sender();
    ReliableHeader header = ReliableHeader.take(data);
    UdpSession session = live.getOrDefault(remote, ended.get(remote));
    if (session == null || !session.proved()) {
      boolean goesOn =
          session != null
              && session.live()
              && !BrokerSession.opens(data)
              && !EchoRequest.matches(data);
      if (!withinRate(remote, goesOn, header, data)) {
        return;
      }
    }
    if (EchoRequest.matches(data)) {
      send(remote, header, EchoRequest.answer());
    } else if (session == null) {
      open(remote, header, length, data);
    } else {
      known(session, header, length, data);
    }
  }

  private boolean withinRate(
      InetSocketAddress remote, boolean goesOn, ReliableHeader header, ByteBuffer data) {
    TokenBuckets.Verdict verdict = reception.admitDatagram(remote, goesOn);
    if (verdict == TokenBuckets.Verdict.PASS) {
      return true;
    }
    if (verdict == TokenBuckets.Verdict.SLIP && BrokerSession.opens(data)) {
      reception.busy(Transport.UDP, remote, TcpSession.RATE);
      send(remote, header, Replies.busy());
    } else {
      reception.dropped(TcpSession.RATE);
    }
    return false;
  }

  private void known(UdpSession session, ReliableHeader header, int length, ByteBuffer data) {
    boolean begins = BrokerSession.opens(data);
    boolean fresh = session.isFresh(header);
    boolean quiet = reception.now() - session.heard() >= QUIET.toNanos();
    if (fresh && !session.live() && !data.hasRemaining()) {
      reception.dropped("poll without a session");
    } else if (fresh ? begins || !session.live() : begins && quiet && !session.isRepeated(header)) {
      session.abandon();
      open(session.remote(), header, length, data);
    } else if (fresh) {
      session.received(header, length, data);
    } else {
      session.repeated(header, length);
    }
  }

  /**
   * Opens a session even for what cannot begin one: whoever lost a session is then told at once,
   * and does not have to wait for a minute to find out.
   */
  private void open(InetSocketAddress remote, ReliableHeader header, int length, ByteBuffer data) {
    if (!data.hasRemaining()) {
      reception.dropped("poll without a session");
      return;
    }
    UdpSession session =
        new UdpSession(this, reception, remote, new UdpSession.Request(header, length));
    SignalingPath path = new SignalingPath(Transport.UDP, local, Addresses.plain(remote));
    Optional<OpenSession> opened = reception.open(Opening.datagram(path, length), session, session);
    if (opened.isEmpty()) {
      if (BrokerSession.opens(data)) {
        send(remote, header, Replies.busy());
      }
      return;
    }
    LOG.debug("session {}: UDP from {}", opened.get(), Addresses.text(path.remote()));
    live.put(remote, session);
    session.begin(opened.get(), data);
  }

  /** Sends a reply under the header of the datagram that it answers. */
  void send(InetSocketAddress remote, ReliableHeader header, byte[] data) {
    channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(header.before(data)), remote));
  }

  /** Keeps a session that ended for retransmissions of its last datagram. */
  void remember(UdpSession session) {
    live.remove(session.remote(), session);
    forgotten(ended.remove(session.remote()));
    while (ended.size() >= reception.limits().udpRemembered()
        || !reception.memory().replies().reserve(Memory.UDP_REMEMBERED)) {
      Iterator<UdpSession> oldest = ended.values().iterator();
      if (!oldest.hasNext()) {
        return;
      }
      UdpSession first = oldest.next();
      oldest.remove();
      forgotten(first);
    }
    ended.put(session.remote(), session);
  }

  private void forgotten(@Nullable UdpSession session) {
    if (session != null) {
      reception.memory().replies().release(Memory.UDP_REMEMBERED);
    }
  }

  /** Forgets a session. */
  void forget(UdpSession session) {
    live.remove(session.remote(), session);
    if (ended.remove(session.remote(), session)) {
      forgotten(session);
    }
  }

  /** Forgets the sessions that ended long ago. */
  void sweep() {
    long now = reception.now();
    long remember = reception.limits().udpRemember().toNanos();
    // They stand in the order of their end, but one that is asked again is wanted for longer.
    for (UdpSession session : List.copyOf(ended.values())) {
      if (now - session.heard() >= remember) {
        forget(session);
      }
    }
  }

  /** Ends all sessions; the socket is closed by who opened it. */
  void close() {
    List.copyOf(live.values()).forEach(UdpSession::abandon);
    List.copyOf(ended.values()).forEach(this::forget);
  }

  /** Errors of one datagram, such as a report that a client's port is closed, end nothing. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("error on UDP {}", Addresses.text(local), cause);
  }

  private static String noise(ByteBuffer data) {
    if (data.remaining() < ReliableHeader.LENGTH) {
      return "datagram shorter than a header";
    }
    return (data.get(0) & 0xF0) == 0x60
        ? "tunnelled packet without a tunnel"
        : "datagram that is neither signaling nor a packet";
  }
}
