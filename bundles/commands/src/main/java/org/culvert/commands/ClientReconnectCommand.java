package org.culvert.commands;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.client.TunnelClient;

/** Makes the tunnel client ask for a new tunnel at once. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "client-reconnect",
    description = "Drop the client's tunnel and ask for a new one at once")
public final class ClientReconnectCommand extends ShellCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    service(TunnelClient.class, ClientCommand.MISSING, ClientCommand.FEATURE).reconnect();
    report(out, Map.of(), List.of("Asking for a new tunnel."));
  }
}
