package org.culvert.transport;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.BrokerSession;
import org.culvert.protocol.Phase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live session as the transport sees it: who, since when, and until when its phase may last.
 *
 * <p>Confined to the server's thread.
 */
final class OpenSession {
  private static final Logger LOG = LoggerFactory.getLogger(OpenSession.class);

  private final String id;
  private final SignalingPath path;
  private final IpPrefix source;
  private final BrokerSession session;
  private final Duration longestPhase;
  private final long since;
  private Phase phase;
  private long phaseEnds;
  private boolean settled;

  OpenSession(
      String id, SignalingPath path, BrokerSession session, Duration longestPhase, long now) {
    this.id = id;
    this.path = path;
    this.source = Addresses.source(path.remote().getAddress());
    this.session = session;
    this.longestPhase = longestPhase;
    this.since = now;
    this.phase = session.phase();
    this.phaseEnds = now + limit().toNanos();
  }

  /** Returns what limits count it against. */
  IpPrefix source() {
    return source;
  }

  /** Returns its path. */
  SignalingPath path() {
    return path;
  }

  /**
   * Hands octets to the session, which keeps the buffer.
   *
   * @return false if the session broke over it; the transport then ends it
   */
  boolean received(ByteBuffer data) {
    try {
      session.received(data);
      return true;
    } catch (RuntimeException e) {
      LOG.error("session {} with {} broke and is closed", id, UserAddresses.text(path.remote()), e);
      return false;
    }
  }

  /** Starts the clock of a phase that has begun; to be called whenever something has happened. */
  void observe(long now) {
    Phase current = session.phase();
    if (current != phase) {
      settled |= phase == Phase.RESPONSE && current == Phase.COMMAND;
      phase = current;
      phaseEnds = now + limit().toNanos();
    }
  }

  /** Tells whether the phase has lasted too long, however busy the peer was. */
  boolean overdue(long now) {
    return phase != Phase.CLOSED && now - phaseEnds >= 0;
  }

  /**
   * Tells whether an offer has been answered. Then the client has what it came for, and says no
   * word when it leaves; the session stays for a while in case it wants something else.
   */
  boolean settled() {
    return settled;
  }

  /** Tells the session that its time is over. */
  void expire() {
    if (settled) {
      session.closed();
    } else {
      session.timedOut();
    }
  }

  /** Tells the session that its peer is gone. */
  void closed() {
    session.closed();
  }

  /** Tells whether the peer has authenticated, anonymously or not. */
  boolean authenticated() {
    return session.identity().isPresent();
  }

  /**
   * Tells whether the peer has shown that it receives what is sent to its address. Over UDP an
   * anonymous peer has not: all of its exchange can be sent blindly.
   */
  boolean proved() {
    return session.hasProvedAddress();
  }

  /** Describes it. */
  SessionSummary summary(long now) {
    return new SessionSummary(
        id,
        path,
        session.phase().name().toLowerCase(Locale.ROOT),
        session.version(),
        session.identity().map(identity -> identity.user()),
        Duration.ofNanos(now - since));
  }

  @Override
  public String toString() {
    return id;
  }

  private Duration limit() {
    Duration own = session.phaseLimit();
    return own.compareTo(longestPhase) < 0 ? own : longestPhase;
  }
}
