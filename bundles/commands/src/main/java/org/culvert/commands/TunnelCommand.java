package org.culvert.commands;

import java.io.PrintStream;
import java.time.Instant;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** Shows one tunnel whole. */
@Service
@Command(scope = "culvert", name = "tunnel", description = "Show everything about one tunnel")
public final class TunnelCommand extends BrokerCommand {
  @Argument(name = "id", description = "The tunnel's id, or its beginning", required = true)
  @Completion(TunnelIdCompleter.class)
  String id = "";

  @Override
  void run(PrintStream out) throws CommandException {
    Listing.printOne(out, json, Tunnels.detail(tunnel(id), Instant.now()));
  }
}
