package org.culvert.commands;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.signaling.SignalingSessions;

/** Lists the addresses that signaling listens on. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "listeners", description = "List where TSP is listened for")
public final class ListenersCommand extends ShellCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = new Listing("transport", "address");
    service(SignalingSessions.class, "Signaling", "culvert-broker")
        .listeners()
        .forEach(
            listener ->
                listing.add(
                    Map.of(
                        "transport",
                        listener.transport().name().toLowerCase(Locale.ROOT),
                        "address",
                        Tunnels.text(listener.address()))));
    listing.print(out, json, width);
  }
}
