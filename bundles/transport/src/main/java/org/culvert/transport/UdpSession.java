package org.culvert.transport;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.culvert.protocol.ReliableHeader;
import org.culvert.protocol.SessionOutput;
import org.jspecify.annotations.Nullable;

/**
 * A session over UDP from one remote address and port, kept for a while after its end: in order,
 * <em>received</em> tells a fresh datagram from a repeated one, hands the fresh one to the session,
 * and <em>reply</em> sends the one answer under the header of the datagram it answers (RFC 5572
 * section 4.4.1.2).
 *
 * <p>A repeated datagram has the sequence number of an earlier one and a timestamp of its own; it
 * is answered with the octets of before under the timestamp of now, and nothing is done twice. One
 * that is shorter than the original, such as a header alone, is answered with no more octets than
 * it has itself: a client repeats the whole, and whoever forges its address need not.
 *
 * <p>A peer that has not proved its address is sent at most five times what it sent, in sum and,
 * before it has authenticated, for each datagram; and the same answer as often as clients repeat
 * themselves.
 */
final class UdpSession implements SessionOutput, SessionHolder {
  /** Clients send a datagram up to eight times. */
  private static final int MOST_ANSWERS = 8;

  private final UdpPort port;
  private final Reception reception;
  private final InetSocketAddress remote;
  private final Proportion proportion = new Proportion();
  private @Nullable OpenSession session;
  private Request latest;
  private Request before;
  private long heard;
  private boolean authenticated;

  UdpSession(UdpPort port, Reception reception, InetSocketAddress remote, Request first) {
    this.port = port;
    this.reception = reception;
    this.remote = remote;
    this.latest = first;
    this.before = first;
    this.heard = reception.now();
    proportion.received(first.length);
  }

  /** A datagram of the client's and what became of it. */
  static final class Request {
    private final ReliableHeader header;
    private final int length;
    private byte @Nullable [] reply;
    private int answers;

    /**
     * @param length octets of the datagram, the header included
     */
    Request(ReliableHeader header, int length) {
      this.header = header;
      this.length = length;
    }
  }

  /** Hands over the session and its first datagram's data. */
  void begin(OpenSession opened, ByteBuffer data) {
    session = opened;
    hand(opened, data);
  }

  /** Returns whom it is with. */
  InetSocketAddress remote() {
    return remote;
  }

  /** Tells whether the session is live, and not only remembered. */
  boolean live() {
    return session != null;
  }

  /** Tells whether the peer has shown that it receives what is sent to it. */
  boolean proved() {
    return session != null && session.proved();
  }

  /** Returns when the peer was last heard. */
  long heard() {
    return heard;
  }

  /** Tells whether a datagram comes after all that were received. */
  boolean isFresh(ReliableHeader header) {
    return header.isAfter(latest.header);
  }

  /** Tells whether a datagram is one of those last received, sent again. */
  boolean isRepeated(ReliableHeader header) {
    return find(header) != null;
  }

  /**
   * Answers a datagram that is not fresh: a repeated one again, a stray one not at all. A stray one
   * is no sign of the peer, or else one that has begun anew, with lower numbers, would keep itself
   * out by asking again and again.
   */
  void repeated(ReliableHeader header, int length) {
    proportion.received(length);
    Request request = find(header);
    if (request == null) {
      reception.dropped("datagram out of order");
      return;
    }
    heard = reception.now();
    if (request.reply == null) {
      reception.dropped("repeated datagram while its reply is being made");
    } else {
      boolean whole = length >= request.length && (proved() || request.answers < MOST_ANSWERS);
      send(header, whole ? room(request) : length - ReliableHeader.LENGTH, request);
    }
  }

  /** Hands a fresh datagram to the live session. */
  void received(ReliableHeader header, int length, ByteBuffer data) {
    heard = reception.now();
    proportion.received(length);
    if (before.reply != null || latest.reply == null) {
      before = latest;
    }
    latest = new Request(header, length);
    OpenSession open = session;
    if (open != null) {
      hand(open, data);
    }
  }

  private @Nullable Request find(ReliableHeader header) {
    int sequence = header.sequence();
    if (sequence == latest.header.sequence()) {
      return latest;
    }
    return sequence == before.header.sequence() ? before : null;
  }

  private void hand(OpenSession open, ByteBuffer data) {
    if (open.received(data)) {
      reception.observe(open);
    } else {
      abandon();
    }
  }

  @Override
  public void reply(byte[] data) {
    OpenSession open = session;
    if (open == null) {
      return;
    }
    authenticated |= open.authenticated();
    Request request = latest.reply == null ? latest : before;
    if (request.reply == null) {
      request.reply = data.clone();
      send(request.header, room(request), request);
    } else {
      reception.dropped("reply without a datagram to answer");
    }
    reception.observe(open);
  }

  /** Never asked for on UDP: a datagram is apart by nature. */
  @Override
  public void replyApart(byte[] data) {
    reply(data);
  }

  @Override
  public void close() {
    OpenSession open = session;
    session = null;
    // Whoever gets this place next may be somebody else: only the last reply is said again.
    before = latest;
    if (open != null) {
      reception.release(open);
      port.remember(this);
    }
  }

  @Override
  public boolean silent(long now) {
    return now - heard >= reception.limits().udpIdle().toNanos();
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

  /** Ends the session because its peer is gone or has begun another, and forgets it. */
  void abandon() {
    OpenSession open = session;
    session = null;
    port.forget(this);
    if (open != null) {
      reception.release(open);
      open.closed();
    }
  }

  /** Returns how many octets of data may answer a datagram that came in whole. */
  private int room(Request request) {
    if (proved()) {
      return Integer.MAX_VALUE;
    }
    return authenticated
        ? proportion.room()
        : Math.min(proportion.room(), Replies.room(request.length));
  }

  private void send(ReliableHeader header, int room, Request request) {
    byte[] reply = request.reply;
    if (reply == null) {
      return;
    }
    Replies.fit(reply, room)
        .ifPresentOrElse(
            octets -> {
              request.answers++;
              proportion.sent(octets);
              port.send(remote, header, octets);
            },
            () -> reception.dropped("reply out of proportion to an unproved sender's datagram"));
  }
}
