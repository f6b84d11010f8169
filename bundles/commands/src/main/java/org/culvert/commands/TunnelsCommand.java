package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Lists the broker's tunnels. */
@Service
@Command(scope = "culvert", name = "tunnels", description = "List the tunnels of this broker")
public final class TunnelsCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing =
        new Listing("id", "type", "state", "idle", "user")
            .secondLine(row -> row.get("address") + " via " + row.get("remote"));
    broker().tunnels().forEach(tunnel -> listing.add(Tunnels.row(tunnel)));
    listing.print(out, json);
  }
}
