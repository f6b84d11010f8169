package org.culvert.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.lease.Lease;

/** The tunnels of a user that are up, which a change of the account does not reach. */
final class UserTunnels {
  private final Optional<BrokerAdministration> broker;
  private final String user;

  UserTunnels(Optional<BrokerAdministration> broker, String user) {
    this.broker = broker;
    this.user = user;
  }

  /** Ends them, and tells so, a line each. */
  List<String> end() throws CommandException, InterruptedException {
    if (broker.isEmpty()) {
      return List.of("Note: no broker is running here, so no tunnel was ended.");
    }
    List<String> lines = new ArrayList<>();
    for (Lease lease : leases()) {
      boolean ended = ShellCommand.await(broker.get().delete(lease.id()));
      lines.add((ended ? "Ended" : "Already gone") + ": tunnel " + shortId(lease) + ".");
    }
    return lines;
  }

  /**
   * Tells what becomes of them, a line each, with the command that ends them.
   *
   * @param which those to tell of
   * @param what what becomes of one, as a verb and what follows
   */
  List<String> told(Predicate<Lease> which, Function<Lease, String> what) {
    return leases().stream()
        .filter(which)
        .map(
            lease ->
                "Note: tunnel %s %s. To end it: culvert:tunnel-delete %s"
                    .formatted(shortId(lease), what.apply(lease), shortId(lease)))
        .toList();
  }

  /** Those that ended are only reservations. */
  private List<Lease> leases() {
    return broker.stream()
        .flatMap(found -> found.tunnels().stream())
        .map(BrokerAdministration.BrokeredTunnel::lease)
        .filter(lease -> !lease.anonymous() && lease.owner().equals(user))
        .filter(
            lease -> lease.state() == Lease.State.ACTIVE || lease.state() == Lease.State.OFFERED)
        .toList();
  }

  private static String shortId(Lease lease) {
    return lease.id().substring(0, Math.min(Tunnels.SHORT_ID, lease.id().length()));
  }
}
