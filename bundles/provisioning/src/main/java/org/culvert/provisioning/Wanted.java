package org.culvert.provisioning;

import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;

/** What a lease wants from the services around its tunnel. */
final class Wanted {
  private Wanted() {}

  /** Returns the tunnel to serve; empty if the lease wants nothing. */
  static Optional<ServedTunnel> of(Lease lease) {
    if (lease.state() != Lease.State.ACTIVE) {
      return Optional.empty();
    }
    ServedTunnel tunnel =
        new ServedTunnel(
            lease.id(),
            TunnelParameters.Side.SERVER,
            lease.owner(),
            lease.anonymous(),
            lease.type(),
            lease.serverAddress(),
            lease.clientAddress(),
            lease.prefix(),
            Optional.empty(),
            lease.arrangements());
    return from(Duty.Kind.DNS, tunnel) || from(Duty.Kind.ROUTING, tunnel)
        ? Optional.of(tunnel)
        : Optional.empty();
  }

  /** Tells whether something is wanted from a kind of service. */
  static boolean from(Duty.Kind kind, ServedTunnel tunnel) {
    Arrangements agreed = tunnel.arrangements();
    return switch (kind) {
      case DNS ->
          agreed.name().isPresent()
              || !agreed.dnsServers().isEmpty()
              || tunnel.prefix().isPresent();
      // Static routes are the tunnel server's; nobody needs to be asked for them.
      case ROUTING -> agreed.routing().filter(routing -> !routing.isStatic()).isPresent();
    };
  }

  /**
   * Tells whether two tunnels have the same records and the same neighbours; if not, those of the
   * one are withdrawn before those of the other are provided.
   */
  static boolean same(ServedTunnel one, ServedTunnel other) {
    return alike(one).equals(alike(other));
  }

  private static ServedTunnel alike(ServedTunnel tunnel) {
    return new ServedTunnel(
        tunnel.id(),
        tunnel.side(),
        tunnel.owner(),
        tunnel.anonymous(),
        TunnelType.V6V4,
        tunnel.serverAddress(),
        tunnel.clientAddress(),
        tunnel.prefix(),
        Optional.empty(),
        tunnel.arrangements());
  }
}
