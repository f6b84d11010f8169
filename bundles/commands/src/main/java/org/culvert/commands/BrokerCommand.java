package org.culvert.commands;

import java.util.List;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;

/** What the commands about the broker share. */
abstract class BrokerCommand extends ShellCommand {

  final BrokerAdministration broker() throws CommandException {
    return service(BrokerAdministration.class, "The broker", "culvert-broker");
  }

  /** Finds a tunnel by its id or by so much of it that no other begins alike. */
  final BrokeredTunnel tunnel(String id) throws CommandException {
    return choose(broker().tunnels(), id);
  }

  static BrokeredTunnel choose(List<BrokeredTunnel> tunnels, String id) throws CommandException {
    if (id.isEmpty()) {
      // Every id begins with nothing; a variable that was never set must not end a tunnel.
      throw refusal("The id is empty.", "Try: culvert:tunnels");
    }
    for (BrokeredTunnel tunnel : tunnels) {
      if (tunnel.lease().id().equals(id)) {
        return tunnel;
      }
    }
    List<BrokeredTunnel> found =
        tunnels.stream().filter(tunnel -> tunnel.lease().id().startsWith(id)).toList();
    if (found.isEmpty()) {
      throw refusal("There is no tunnel " + Text.safe(id) + ".", "Try: culvert:tunnels");
    }
    if (found.size() > 1) {
      throw refusal(
          found.size() + " tunnels begin with " + Text.safe(id) + ".", "Write more of the id.");
    }
    return found.get(0);
  }
}
