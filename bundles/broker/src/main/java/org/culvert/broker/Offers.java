package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelOffer.Party;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;

/** Says what a lease grants, in the words of a reply (RFC 5572 section 4.7.3). */
final class Offers {
  private Offers() {}

  /**
   * Describes a lease.
   *
   * @param id the offer's or the lease's
   * @param router whether the prefix is told, if there is one
   */
  static TunnelOffer describe(
      Lease lease, String id, boolean router, Duration lifetime, Settings settings) {
    return new TunnelOffer(
        id,
        lease.type(),
        Optional.of(lifetime),
        party(
            lease,
            settings.outside().of(lease.outer().local().getAddress()),
            lease.serverAddress(),
            Optional.empty()),
        party(lease, lease.claimedAddress(), lease.clientAddress(), lease.arrangements().name()),
        lease.keepAlive().map(interval -> Leases.keepAlive(interval, lease.serverAddress())),
        router ? lease.prefix().map(prefix -> grant(lease, prefix)) : Optional.empty(),
        settings.resolvers(),
        OptionalInt.of(settings.mtu().of(lease.outer())));
  }

  private static RouterGrant grant(Lease lease, IpPrefix prefix) {
    return new RouterGrant(prefix, lease.arrangements().dnsServers(), Leases.routing(lease));
  }

  private static Party party(
      Lease lease, InetAddress outer, InetAddress inner, Optional<String> name) {
    return Family.of(inner) == Family.IPV4
        ? new Party(outer, inner, name, Inner.of(lease).ipv4Length())
        : new Party(outer, inner, name);
  }

  /** Rounds up to the wire's unit. */
  static Duration wholeMinutes(Duration time) {
    return Duration.ofMinutes(Math.max(1, time.plusSeconds(59).toMinutes()));
  }
}
