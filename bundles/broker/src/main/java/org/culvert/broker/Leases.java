package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelParameters;

/** How a lease goes from one revision to the next, and the tunnel that follows from it. */
final class Leases {
  private Leases() {}

  /** The first revision of a new user's lease, or the next of a resting one, for an offer. */
  static Lease offered(Proposal proposal, Instant now) {
    return next(proposal, State.OFFERED, proposal.deadline(), proposal.before(), now);
  }

  /**
   * The same as it is stored: a prefix that the user has, and what is agreed, stay until the offer
   * is accepted, so that nobody else can have them if it is not.
   */
  static Lease waiting(Proposal proposal, Instant now) {
    Lease offered = offered(proposal, now);
    return proposal
        .before()
        .map(
            before ->
                new Lease(
                    offered.id(),
                    offered.owner(),
                    offered.anonymous(),
                    offered.state(),
                    offered.type(),
                    offered.outer(),
                    offered.claimedAddress(),
                    offered.serverAddress(),
                    offered.clientAddress(),
                    before.prefix().or(offered::prefix),
                    offered.keepAlive(),
                    before.arrangements(),
                    offered.grant(),
                    offered.created(),
                    offered.expires(),
                    offered.revision()))
        .orElse(offered);
  }

  /** The lease after its offer was accepted. */
  static Lease accepted(Proposal proposal, Lease current, Instant expires, Instant now) {
    return next(proposal, State.ACTIVE, expires, Optional.of(current), now);
  }

  private static Lease next(
      Proposal proposal, State state, Instant expires, Optional<Lease> current, Instant now) {
    return new Lease(
        proposal.leaseId(),
        proposal.identity().user(),
        proposal.identity().anonymous(),
        state,
        proposal.decision().type(),
        proposal.decision().outer(),
        proposal.decision().claimed(),
        proposal.inner().server(),
        proposal.inner().client(),
        proposal.prefix(),
        proposal.keepAlive(),
        proposal.arrangements(),
        proposal.grant(),
        current.map(Lease::created).orElse(now),
        expires,
        current.map(Lease::revision).orElse(0L) + 1);
  }

  static Lease inState(Lease lease, State state, Instant expires) {
    return amended(lease, state, lease.prefix(), lease.arrangements(), expires);
  }

  static Lease withPrefix(Lease lease, Optional<IpPrefix> prefix) {
    return amended(lease, lease.state(), prefix, lease.arrangements(), lease.expires());
  }

  /**
   * The lease after the clock was moved.
   *
   * @param since what was made since then was made under that clock, so its date moves too
   */
  static Lease moved(Lease lease, Duration by, Instant since) {
    Instant created = lease.created().isBefore(since) ? lease.created() : lease.created().plus(by);
    return dated(lease, created, lease.expires().plus(by), lease.revision() + 1);
  }

  /** The lease with a later end. */
  static Lease prolonged(Lease lease, Instant expires) {
    return dated(lease, lease.created(), expires, lease.revision() + 1);
  }

  /** The same lease, with what is left of it told by a clock that is ahead by so much. */
  static Lease shown(Lease lease, Duration ahead) {
    return dated(lease, lease.created(), lease.expires().plus(ahead), lease.revision());
  }

  private static Lease dated(Lease lease, Instant created, Instant expires, long revision) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        lease.grant(),
        created,
        expires,
        revision);
  }

  /**
   * The lease after its tunnel ended: an account's addresses stay reserved, an anonymous user's
   * rest.
   */
  static Lease ended(Lease lease, Times times, Instant now) {
    return lease.anonymous()
        ? inState(lease, State.QUARANTINED, now.plus(times.quarantine()))
        : inState(lease, State.EXPIRED, now.plus(times.reservation()));
  }

  /** What the server's end of a lease's tunnel must be. */
  static TunnelParameters tunnel(Lease lease, Settings settings) {
    IpPrefix client = IpPrefix.host(lease.clientAddress());
    List<IpPrefix> behind =
        lease.prefix().map(prefix -> List.of(client, prefix)).orElse(List.of(client));
    RoutingAgreement routing = routing(lease);
    return new TunnelParameters(
        lease.id(),
        TunnelParameters.Side.SERVER,
        lease.type(),
        lease.outer(),
        lease.serverAddress(),
        lease.clientAddress(),
        behind,
        List.of(),
        settings.mtu().of(lease.outer()),
        lease.keepAlive().map(interval -> keepAlive(interval, lease.serverAddress())),
        settings.routing().prefixRoutes(routing),
        RoutingSettings.needsLink(routing),
        lease.grant().groups());
  }

  /** Returns how a lease's prefix is routed; statically if nothing was agreed. */
  static RoutingAgreement routing(Lease lease) {
    return lease.arrangements().routing().orElse(RoutingAgreement.STATIC);
  }

  static KeepAlive keepAlive(Duration interval, InetAddress server) {
    return new KeepAlive(interval, server);
  }

  /** The next revision. What was agreed about a prefix goes with it. */
  static Lease amended(
      Lease lease,
      State state,
      Optional<IpPrefix> prefix,
      Arrangements arrangements,
      Instant expires) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        state,
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        prefix,
        lease.keepAlive(),
        prefix.isPresent()
            ? arrangements
            : new Arrangements(arrangements.name(), List.of(), Optional.empty()),
        lease.grant(),
        lease.created(),
        expires,
        lease.revision() + 1);
  }
}
