package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;

/** Ends a tunnel as if its time had run out; of an ended one, gives the reservation up. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "tunnel-delete",
    description = "End a tunnel; of an ended one, give its reservation up")
public final class TunnelDeleteCommand extends BrokerCommand {
  @Argument(name = "id", description = "The tunnel's id, or its beginning", multiValued = true)
  @Completion(TunnelIdCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Override
  void run(PrintStream out) throws CommandException, InterruptedException {
    Lease lease = tunnel(argument("id", "Try: culvert:tunnels")).lease();
    boolean known = await(broker().delete(lease.id()));
    Optional<Lease> now =
        broker().tunnels().stream()
            .map(BrokerAdministration.BrokeredTunnel::lease)
            .filter(other -> other.id().equals(lease.id()))
            .findFirst();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", lease.id());
    row.put("user", lease.owner());
    row.put("ended", known && lease.state() == State.ACTIVE);
    row.put("state", now.map(Lease::state).map(State::name).orElse("gone"));
    report(out, row, List.of(Ending.of(lease, now)));
  }
}
