package org.culvert.conformance.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Sorts what comes from the network: sessions of the client, packets out of its tunnel,
 * measurements. For one thread.
 */
final class Hearing {
  private static final String ECHO_REQUEST = "ECHO REQUEST";
  private static final int SIGNALING = 0xF;
  private static final int IPV6 = 6;
  private static final long NEVER = -1;

  private final Ears ears;
  private final Notes notes;
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Deque<Session> fresh = new ArrayDeque<>();
  private final Map<String, Long> echoDelays = new HashMap<>();
  private final Map<String, Integer> measured = new HashMap<>();
  private final List<Ping> pings = new ArrayList<>();
  private final boolean running;
  private boolean reachable = true;
  private int lose;

  /**
   * @param running whether the client runs already, so that there may be rests of what it did
   *     before
   */
  Hearing(Ears ears, Notes notes, boolean running) {
    this.ears = ears;
    this.notes = notes;
    this.running = running;
  }

  /** Waits for one arrival; false if none came in time. */
  boolean once(long deadline) throws InterruptedException, IOException {
    Optional<Arrival> next = ears.next(deadline - System.nanoTime());
    if (next.isPresent()) {
      take(next.get());
    }
    return next.isPresent();
  }

  /** Listens until a time has passed. */
  void until(long deadline) throws InterruptedException, IOException {
    boolean more = true;
    while (more) {
      more = once(deadline);
    }
  }

  private void take(Arrival arrival) throws IOException {
    switch (arrival.kind()) {
      case OPENED -> session(arrival);
      case OCTETS -> session(arrival).stream().append(arrival.octets());
      case ENDED -> session(arrival).ended();
      case DATAGRAM -> datagram(arrival);
    }
  }

  private Session session(Arrival arrival) {
    return sessions.computeIfAbsent(
        key(arrival),
        unknown -> {
          Session opened = new Session(arrival.line(), arrival.nanos(), notes);
          fresh.add(opened);
          notes.note("-- a session at " + unknown);
          return opened;
        });
  }

  private static String key(Arrival arrival) {
    return arrival.line().place() + " from " + arrival.line().remote();
  }

  private void datagram(Arrival arrival) throws IOException {
    String octets = arrival.octets();
    int first = octets.isEmpty() ? 0 : octets.charAt(0) >> 4;
    if (first == IPV6) {
      data(arrival);
    } else if (first != SIGNALING || octets.length() < Session.HEADER) {
      notes.find(
          Level.MUST,
          "a datagram that is neither signaling nor a packet: \"" + Words.shown(octets) + "\"");
    } else if (octets.startsWith(ECHO_REQUEST, Session.HEADER)) {
      echo(arrival);
    } else if (running
        && !sessions.containsKey(key(arrival))
        && !octets.startsWith("VERSION", Session.HEADER)) {
      notes.note("-- the rest of another session");
    } else if (session(arrival).datagram(octets, arrival.nanos(), lose)) {
      lose = 0;
    }
  }

  private void data(Arrival arrival) throws IOException {
    Optional<Session> session = Optional.ofNullable(sessions.get(key(arrival)));
    if (session.filter(Session::isAcknowledged).isEmpty()) {
      notes.find(Level.FIELD, "data before the accept was acknowledged");
    }
    Optional<Ping> ping = Ping.read(arrival.octets(), arrival.nanos());
    if (ping.isPresent()) {
      notes.note("C: (an echo request to " + ping.get().destination() + ")");
      pings.add(ping.get());
      if (reachable) {
        arrival.line().send(ping.get().answer());
      }
    }
  }

  private void echo(Arrival arrival) throws IOException {
    String place = arrival.line().place();
    String octets = arrival.octets();
    measured.merge(place, 1, Integer::sum);
    notes.note("C: (echo request at " + place + ")");
    if (octets.length() != Session.HEADER + ECHO_REQUEST.length()) {
      notes.find(Level.FIELD, "an echo request has more than its two words");
    }
    if (!octets.startsWith("\u00f0\0\0\u00f0")) {
      notes.find(Level.FIELD, "the first sequence number of an echo request is not 240");
    }
    String answer = octets.substring(0, Session.HEADER) + "200 Success\r\n";
    long delay = echoDelays.getOrDefault(place, 0L);
    if (delay != NEVER) {
      CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                try {
                  arrival.line().send(answer);
                } catch (IOException e) {
                  // The script is over, and its socket closed.
                  return;
                }
              });
    }
  }

  /** Sets when echo requests at a place are answered: milliseconds, or {@code never}. */
  void echoDelay(String place, String delay) {
    echoDelays.put(place, delay.equals("never") ? NEVER : Long.parseLong(delay));
  }

  /** Stops answering what comes out of the tunnel. */
  void unreachable() {
    reachable = false;
  }

  /** Has the next new message get lost so many times. */
  void lose(int times) {
    lose = times;
  }

  /** Returns the next session that nobody has dealt with, and takes it. */
  Optional<Session> fresh() {
    return Optional.ofNullable(fresh.poll());
  }

  /** Tells whether there is a session that nobody has dealt with. */
  boolean hasFresh() {
    return !fresh.isEmpty();
  }

  /** Returns how many sessions began that the script has not turned to. */
  int untaken() {
    return fresh.size();
  }

  /** Returns how many sessions began at a place. */
  long begunAt(String place) {
    return sessions.values().stream().filter(s -> s.line().place().equals(place)).count();
  }

  boolean isMeasured(String place) {
    return measured.containsKey(place);
  }

  List<Ping> pings() {
    return pings;
  }
}
