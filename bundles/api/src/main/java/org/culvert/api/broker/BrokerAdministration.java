package org.culvert.api.broker;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.Lease;
import org.culvert.api.tunnel.TunnelStatus;
import org.osgi.annotation.versioning.ConsumerType;

/** What the broker's operator may see and do. No method blocks. */
@ConsumerType
public interface BrokerAdministration {

  /** Returns every lease, with its tunnel as the tunnel server sees it. */
  List<BrokeredTunnel> tunnels();

  /** Returns the pools with their use. */
  List<PoolUse> pools();

  /** Returns the prefixes that are reserved for users. */
  List<PrefixReservation> reservations();

  /**
   * Compares the lease store, the pools, the tunnels and what the operating system has for them.
   *
   * @return completes with what does not fit together, a line each
   */
  CompletionStage<List<String>> verify();

  /**
   * Ends a tunnel as if its lifetime had run out.
   *
   * @return completes with false if there is none of this id
   */
  CompletionStage<Boolean> delete(String id);

  /**
   * A lease and its tunnel.
   *
   * @param lease the broker's side of it
   * @param status the tunnel server's side; empty while no tunnel is desired
   */
  record BrokeredTunnel(Lease lease, Optional<TunnelStatus> status) {}
}
