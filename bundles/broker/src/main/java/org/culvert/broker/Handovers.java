package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.lease.Lease;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.broker.Contest.Host;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells two hosts that use one account from one host that moves.
 *
 * <p>Whoever proves to be the user gets the tunnel, from anywhere and at once (RFC 5572 section
 * 2.3). With two hosts that means that each takes it from the other again and again, for ever. A
 * host that moved does not send from its old place any more; so the tunnel was taken from a host
 * that lives if packets came from it until just now. The host that came last for the first time has
 * the tunnel: after {@link #RETURNS} times that an earlier one took it back, earlier ones are
 * refused as long as the newest lives. If that was a host that moves to and fro after all, its
 * other place falls silent, and it gets the tunnel one keepalive later. An operator may want the
 * other way round ({@link SecondHost#REFUSED}). For the broker's thread.
 */
final class Handovers {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  /** How often an earlier host may take the tunnel back. */
  static final int RETURNS = 2;

  /** How long it is remembered who had the tunnel; each refusal begins it anew. */
  static final Duration MEMORY = Duration.ofMinutes(20);

  /** A packet may be late, and what was heard is looked at once a second. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final Settings settings;
  private final TunnelEndpoint server;

  /** The one that was touched last is the last. */
  private final Map<Slot, Contest> contests = new LinkedHashMap<>();

  Handovers(Settings settings, TunnelEndpoint server) {
    this.settings = settings;
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
    Slot slot = Slot.of(holder);
    Contest contest = contests.getOrDefault(slot, new Contest());
    Host has = Host.of(holder);
    Host asks = Host.of(newcomer);
    if (holder.anonymous()
        || contest.isOneHost(has, asks)
        || mayTake(contest, asks)
        || !lives(holder)) {
      return;
    }
    touch(slot, contest, now);
    String why =
        "another host uses the account %s and has its tunnel: %s; refused: %s"
            .formatted(LifeLog.printable(holder.owner()), has, asks);
    if (!contest.told) {
      contest.told = true;
      LOG.warn("{}. Give each host an account of its own", why);
    }
    throw new TspException(StatusCode.ACCOUNT_IN_USE, why)
        .advising(
            "the tunnel comes free when the other host is silent for %d seconds"
                .formatted(patience(holder).toSeconds()));
  }

  private boolean mayTake(Contest contest, Host asks) {
    return settings.secondHost() == SecondHost.WINS
        && (contest.returns() < RETURNS || contest.isNewest(asks));
  }

  /**
   * Notes that a running tunnel was accepted anew, while it is not changed yet.
   *
   * @return the place that it was taken from although packets came from there; empty: none
   */
  Optional<Host> accepted(Lease before, Lease after, Instant now) {
    forget(now);
    Slot slot = Slot.of(after);
    Host loser = Host.of(before);
    Host winner = Host.of(after);
    if (before.anonymous() || loser.equals(winner)) {
      return Optional.empty();
    }
    if (!lives(before)) {
      if (!loser.isLike(winner) && isSilent(before)) {
        contests.remove(slot);
      }
      return Optional.empty();
    }
    Contest contest = contests.getOrDefault(slot, new Contest());
    contest.taken(loser, winner);
    touch(slot, contest, now);
    return Optional.of(loser);
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
    Optional<TunnelStatus> status = server.tunnel(lease.id());
    Optional<Duration> silence = status.flatMap(TunnelStatus::silence);
    if (silence.isEmpty() && lease.anonymous()) {
      return status.filter(one -> one.counters().receivedPackets() > 0).isPresent();
    }
    return silence.filter(s -> s.compareTo(patience(lease)) <= 0).isPresent();
  }

  /**
   * Tells whether no packet has come for too long. While the endpoint has not looked yet, a host is
   * neither known to live nor known to be silent.
   */
  private boolean isSilent(Lease lease) {
    return server
        .tunnel(lease.id())
        .flatMap(TunnelStatus::silence)
        .filter(silence -> silence.compareTo(patience(lease)) > 0)
        .isPresent();
  }

  /** Returns how long after its last packet a host counts as living. */
  private Duration patience(Lease lease) {
    return lease.keepAlive().orElse(settings.keepAlive().usual()).plus(SLACK);
  }
}
