package org.culvert.commands;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.lease.Lease;

/**
 * What the commands that lock a user out share. No new session is let in; a tunnel that is up knows
 * of no user and stays, so it is named, or ended too.
 */
abstract class AccountTunnelCommand extends UserCommand {
  @Option(name = "--end-tunnel", description = "End the user's tunnel too")
  boolean endTunnel;

  /** Tells, a line each, what becomes of the user's tunnels. */
  final List<String> tunnels() throws CommandException, InterruptedException {
    List<String> lines = new ArrayList<>();
    Optional<BrokerAdministration> broker = find(BrokerAdministration.class, "");
    if (broker.isEmpty()) {
      return endTunnel
          ? List.of("Note: no broker is running here, so no tunnel was ended.")
          : lines;
    }
    for (BrokeredTunnel tunnel : of(user(), broker.get().tunnels())) {
      Lease lease = tunnel.lease();
      String id = lease.id().substring(0, Math.min(Tunnels.SHORT_ID, lease.id().length()));
      if (endTunnel) {
        boolean ended = await(broker.get().delete(lease.id()));
        lines.add((ended ? "Ended" : "Already gone") + ": tunnel " + id + ".");
      } else {
        lines.add(
            "Note: tunnel "
                + id
                + " stays for "
                + Text.of(Duration.between(Instant.now(), lease.expires()))
                + " at most. To end it: culvert:tunnel-delete "
                + id);
      }
    }
    return lines;
  }

  /** Returns the tunnels that a user has; those that ended are only reservations. */
  static List<BrokeredTunnel> of(String user, List<BrokeredTunnel> tunnels) {
    return tunnels.stream()
        .filter(tunnel -> !tunnel.lease().anonymous() && tunnel.lease().owner().equals(user))
        .filter(
            tunnel ->
                tunnel.lease().state() == Lease.State.ACTIVE
                    || tunnel.lease().state() == Lease.State.OFFERED)
        .toList();
  }
}
