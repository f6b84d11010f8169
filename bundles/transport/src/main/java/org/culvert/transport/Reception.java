package org.culvert.transport;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.BrokerSession;
import org.culvert.protocol.SessionOutput;
import org.culvert.protocol.SessionServices;

/**
 * Admits sessions and holds those that are live, whatever transport they use.
 *
 * <p>A session is refused if its source has too many, has failed to authenticate too often, or if
 * the table is full. Before that, a UDP session whose peer has not proved its address makes room,
 * be it anonymous or not authenticated: the oldest of the same source, or of all. Such sessions
 * cost a forger nothing, so they must not keep others out, least of all those whose address he
 * forges. Where somebody has proved an address and port before, his next session there makes no
 * room: who only forges the address does not know the port. Sessions whose offer was answered are
 * not counted any more; as many of them are kept on top.
 *
 * <p>Confined to the server's thread.
 */
final class Reception {
  private static final int RELIEF = 16;

  private final TransportSettings.Limits limits;
  private final Function<Opening, SessionServices> services;
  private final Executor confined;
  private final Refusals refusals;
  private final LongSupplier nanoTime;
  private final DatagramRates senders;
  private final TokenBuckets<IpPrefix> connections;
  private final Guesses guesses;
  private final Memory.Shares memory;
  private final Map<OpenSession, SessionHolder> live = new LinkedHashMap<>();
  private final HalfOpen halfOpen = new HalfOpen();
  private final Set<OpenSession> settled = new LinkedHashSet<>();
  private final Map<IpPrefix, Integer> perSource = new HashMap<>();
  private long opened;

  /**
   * @param services makes what a session works with, a snapshot
   * @param confined runs on the server's thread
   * @param guesses tells whose guesses have failed too often
   * @param memory what all sessions may take in sum
   * @param nanoTime a clock that never goes back
   */
  Reception(
      TransportSettings.Limits limits,
      Guesses guesses,
      Memory.Shares memory,
      Function<Opening, SessionServices> services,
      Executor confined,
      Refusals refusals,
      LongSupplier nanoTime) {
    this.limits = limits;
    this.services = services;
    this.confined = confined;
    this.refusals = refusals;
    this.nanoTime = nanoTime;
    this.senders =
        new DatagramRates(limits.rate(), limits.burst(), limits.slip(), memory.buckets());
    this.connections =
        new TokenBuckets<>(limits.rate(), limits.burst(), limits.slip(), memory.buckets());
    this.guesses = guesses;
    this.memory = memory;
  }

  /** Returns the limits in force. */
  TransportSettings.Limits limits() {
    return limits;
  }

  /** Returns the time. */
  long now() {
    return nanoTime.getAsLong();
  }

  /** Counts something of which there is nothing else to tell. */
  void dropped(String reason) {
    refusals.count(reason);
  }

  /** Counts and logs a client that is told to come back later. */
  void busy(Transport transport, InetSocketAddress remote, String reason) {
    refusals.refused(
        RefusalLog.Event.of(transport, remote, Optional.of(StatusCode.SERVER_BUSY), reason));
  }

  /** Counts and logs a client whose connection is closed without a word. */
  void closed(Transport transport, InetSocketAddress remote, String reason) {
    refusals.refused(RefusalLog.Event.of(transport, remote, Optional.empty(), reason));
  }

  private Optional<OpenSession> busy(SignalingPath path, String reason) {
    busy(path.transport(), path.remote(), reason);
    return Optional.empty();
  }

  /**
   * Takes a token for a datagram of a source that has not proved its address.
   *
   * @param goesOn whether it belongs to a live session
   */
  TokenBuckets.Verdict admitDatagram(InetSocketAddress remote, boolean goesOn) {
    return senders.admit(
        Addresses.plain(remote), Addresses.source(remote.getAddress()), goesOn, now());
  }

  /** Takes a token for a connection. Datagrams, which anybody can forge, use up none of these. */
  TokenBuckets.Verdict admitConnection(IpPrefix source) {
    return connections.take(source, now());
  }

  /**
   * Opens a session.
   *
   * @param holder what holds the session on its transport
   * @return empty, and counted, if the source is to be told that the server is busy
   */
  Optional<OpenSession> open(Opening opening, SessionOutput out, SessionHolder holder) {
    SignalingPath path = opening.path();
    IpPrefix source = Addresses.source(path.remote().getAddress());
    long now = now();
    if (!guesses.mayTry(source, path.transport().isStream())) {
      return busy(path, "too many failed authentications");
    }
    if (perSource.getOrDefault(source, 0) >= limits.sessionsPerSource()
        && !makeRoom(halfOpen.oldest(source))) {
      return busy(path, "too many sessions from one source");
    }
    if (live.size() - settled.size() >= limits.sessions() && !makeRoom(halfOpen.oldest())) {
      return busy(path, "too many sessions");
    }
    if (path.transport() == Transport.UDP && !hasMemory()) {
      return busy(path, "no memory for a session");
    }
    OpenSession session =
        new OpenSession(
            "s" + ++opened,
            path,
            new BrokerSession(path, services.apply(opening), confined, out),
            limits.phase(),
            now);
    live.put(session, holder);
    perSource.merge(source, 1, Integer::sum);
    if (path.transport() == Transport.UDP && !senders.hasProved(path.remote())) {
      halfOpen.add(session);
    }
    return Optional.of(session);
  }

  /** Takes note of what a session has become; to be called whenever something has happened. */
  void observe(OpenSession session) {
    session.observe(now());
    if (session.proved()) {
      halfOpen.remove(session);
      if (session.path().transport() == Transport.UDP) {
        senders.proved(session.path().remote());
      }
    }
    if (session.settled() && live.containsKey(session) && settled.add(session)) {
      uncount(session);
      if (settled.size() > limits.sessions()) {
        expire(settled.iterator().next());
      }
    }
  }

  /** Forgets a session that is over; a second time does nothing. */
  void release(OpenSession session) {
    if (live.remove(session) != null) {
      if (session.path().transport() == Transport.UDP) {
        memory.datagrams().release(Memory.UDP_SESSION);
      }
      halfOpen.remove(session);
      if (!settled.remove(session)) {
        uncount(session);
      }
    }
  }

  private void uncount(OpenSession session) {
    perSource.computeIfPresent(session.source(), (source, count) -> count > 1 ? count - 1 : null);
  }

  /** Ends the sessions whose phase lasts too long, or whose peer is silent. */
  void sweep() {
    refusals.log().settle();
    long now = now();
    for (OpenSession session : List.copyOf(live.keySet())) {
      observe(session);
      SessionHolder holder = live.get(session);
      if (session.overdue(now) || (holder != null && holder.silent(now))) {
        expire(session);
      }
    }
  }

  private void expire(OpenSession session) {
    SessionHolder holder = live.get(session);
    if (holder != null) {
      holder.expire();
    }
  }

  /** Returns what all sessions may take in sum. */
  Memory.Shares memory() {
    return memory;
  }

  /**
   * Ends some sessions whose offer was answered, because there is no memory for another connection;
   * to be called on the server's thread. They have what they came for.
   */
  void relieve() {
    settled.stream().limit(RELIEF).toList().forEach(this::expire);
  }

  private boolean hasMemory() {
    boolean has = memory.datagrams().reserve(Memory.UDP_SESSION);
    while (!has && makeRoom(halfOpen.oldest())) {
      has = memory.datagrams().reserve(Memory.UDP_SESSION);
    }
    return has;
  }

  /** Describes the live sessions, the oldest first. */
  List<SessionSummary> summaries() {
    long now = now();
    return live.keySet().stream().map(session -> session.summary(now)).toList();
  }

  private boolean makeRoom(Optional<OpenSession> oldest) {
    oldest.ifPresent(
        session -> {
          SessionHolder holder = live.get(session);
          dropped("half-open session made room for another");
          release(session);
          if (holder != null) {
            holder.evict();
          }
        });
    return oldest.isPresent();
  }
}
