package org.culvert.commands;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Collection;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.endpoint.TunnelEndpoint;

/** Lists the broker's tunnels. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "tunnels", description = "List the tunnels of this broker")
public final class TunnelsCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = listing();
    Instant now = Instant.now();
    Collection<BrokeredTunnel> tunnels = broker().tunnels();
    tunnels.forEach(tunnel -> listing.add(() -> Tunnels.row(tunnel, now)));
    listing.print(out, json, width);
    if (!json) {
      Tunnels.obstacles(tunnels).forEach(line -> out.println(Text.safe(line)));
      missing(TunnelEndpoint.SERVER).forEach(line -> out.println("Host: " + line));
    }
  }

  static Listing listing() {
    return new Listing("id", "type", "state", "idle", "user")
        .shorten("id", Tunnels.SHORT_ID)
        .secondLine(row -> row.get("address") + " via " + row.get("remote"));
  }
}
