package org.culvert.commands;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.lease.Lease;

/** Ends a tunnel as if its time had run out; of an ended one, gives the reservation up. */
@Service
@Command(
    scope = "culvert",
    name = "tunnel-delete",
    description = "End a tunnel; of an ended one, give its reservation up")
public final class TunnelDeleteCommand extends BrokerCommand {
  @Argument(name = "id", description = "The tunnel's id, or its beginning", required = true)
  @Completion(TunnelIdCompleter.class)
  String id = "";

  @Override
  void run(PrintStream out) throws CommandException, InterruptedException {
    Lease lease = tunnel(id).lease();
    boolean ended = await(broker().delete(lease.id()));
    out.println(
        (ended ? "Ended" : "Already gone") + ": the tunnel of " + Text.safe(lease.owner()) + ".");
  }
}
