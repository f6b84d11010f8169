package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.lease.Lease;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells two hosts that use one account from one host that moves.
 *
 * <p>Whoever proves to be the user gets the tunnel, from anywhere and at once (RFC 5572 section
 * 2.3). With two hosts that means that each takes it from the other again and again, for ever. A
 * host that moved does not send from its old place any more; so the tunnel was taken from a host
 * that lives if packets came from it until just now, and from one that returns if it had the tunnel
 * shortly before. After {@link #RETURNS} such returns the tunnel stays with the one who has it, as
 * long as that one lives; the other is refused. If that was a host that moves to and fro after all,
 * its old place falls silent, and it gets the tunnel one keepalive later. For the broker's thread.
 */
final class Handovers {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  /** How often in a row hosts may take the tunnel back from one another. */
  static final int RETURNS = 3;

  /** How long it is remembered who had the tunnel; each refusal begins it anew. */
  static final Duration MEMORY = Duration.ofMinutes(20);

  /** A packet may be late, and what was heard is looked at once a second. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final Settings.Intervals intervals;
  private final TunnelEndpoint server;

  /** The one that was touched last is the last. */
  private final Map<Slot, Contest> contests = new LinkedHashMap<>();

  Handovers(Settings.Intervals intervals, TunnelEndpoint server) {
    this.intervals = intervals;
    this.server = server;
  }

  /**
   * Lets a newcomer ask for the tunnel, unless another host has it and lives.
   *
   * @param holder the running tunnel
   * @throws TspException with {@link StatusCode#ACCOUNT_IN_USE}
   */
  void check(Lease holder, TypeDecision newcomer, Instant now) {
    forget(now);
    Contest contest = contests.get(Slot.of(holder));
    Host host = new Host(newcomer.outer().remote().getAddress(), newcomer.claimed());
    if (contest == null
        || contest.returns < RETURNS
        || host.equals(Host.of(holder))
        || !lives(holder)) {
      return;
    }
    touch(Slot.of(holder), contest, now);
    String why =
        "another host uses the account %s and has its tunnel: %s; refused: %s"
            .formatted(LifeLog.printable(holder.owner()), Host.of(holder), host);
    if (!contest.told) {
      contest.told = true;
      LOG.warn("{}. They took it from one another; give each host an account of its own", why);
    }
    throw new TspException(StatusCode.ACCOUNT_IN_USE, why);
  }

  /** Notes that a running tunnel was accepted anew, while it is not changed yet. */
  void accepted(Lease before, Lease after, Instant now) {
    forget(now);
    Slot slot = Slot.of(after);
    Host loser = Host.of(before);
    Host winner = Host.of(after);
    if (before.anonymous() || loser.equals(winner)) {
      return;
    }
    if (!lives(before)) {
      contests.remove(slot);
      return;
    }
    Contest contest = contests.getOrDefault(slot, new Contest());
    if (contest.had.contains(winner)) {
      contest.returns++;
    }
    contest.had.add(loser);
    contest.had.add(winner);
    touch(slot, contest, now);
  }

  /** Goes on under a clock that was moved. */
  void move(Duration by) {
    contests.values().forEach(contest -> contest.touched = contest.touched.plus(by));
  }

  private void touch(Slot slot, Contest contest, Instant now) {
    contest.touched = now;
    contests.remove(slot);
    contests.put(slot, contest);
  }

  /** Forgets those of whom nothing was heard for long. */
  private void forget(Instant now) {
    Iterator<Contest> eldest = contests.values().iterator();
    while (eldest.hasNext() && eldest.next().touched.plus(MEMORY).isBefore(now)) {
      eldest.remove();
    }
  }

  /**
   * Tells whether packets came out of a tunnel until just now. The first packet of an anonymous
   * tunnel, which can be taken from its client at that moment, counts before the endpoint has
   * looked when it came.
   */
  boolean lives(Lease lease) {
    Duration interval = lease.keepAlive().orElse(intervals.usual());
    Optional<TunnelStatus> status = server.tunnel(lease.id());
    Optional<Duration> silence = status.flatMap(TunnelStatus::silence);
    if (silence.isEmpty() && lease.anonymous()) {
      return status.filter(one -> one.counters().receivedPackets() > 0).isPresent();
    }
    return silence.filter(s -> s.compareTo(interval.plus(SLACK)) <= 0).isPresent();
  }

  /** What is remembered of one user's hosts. */
  private static final class Contest {
    private final Set<Host> had = new HashSet<>();
    private int returns;
    private boolean told;
    private Instant touched = Instant.MIN;
  }

  /**
   * What tells hosts apart: ports change with each session, and two hosts behind one NAT have the
   * same address outside.
   *
   * @param outside where its packets come from
   * @param claimed the address that it says it has
   */
  private record Host(InetAddress outside, InetAddress claimed) {
    static Host of(Lease lease) {
      return new Host(lease.outer().remote().getAddress(), lease.claimedAddress());
    }

    @Override
    public String toString() {
      String text = UserAddresses.text(outside);
      return outside.equals(claimed) ? text : UserAddresses.text(claimed) + " behind " + text;
    }
  }
}
