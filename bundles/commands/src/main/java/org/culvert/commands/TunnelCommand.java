package org.culvert.commands;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServiceAdministration;

/** Shows one tunnel whole. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "tunnel", description = "Show everything about one tunnel")
public final class TunnelCommand extends BrokerCommand {
  @Argument(name = "id", description = "The tunnel's id, or its beginning", multiValued = true)
  @Completion(TunnelIdCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Override
  void run(PrintStream out) throws CommandException, InterruptedException {
    BrokeredTunnel tunnel = tunnel(argument("id", "Try: culvert:tunnels"));
    Instant now = Instant.now();
    Map<String, Object> row = Tunnels.detail(tunnel, now);
    Surroundings.agreed(row, tunnel.lease().arrangements());
    Optional<ServiceAdministration> provisioning = find(ServiceAdministration.class, "");
    if (provisioning.isPresent()) {
      provided(row, provisioning.get(), tunnel.lease().id(), now);
    }
    Listing.printOne(out, json, width, row);
  }

  private static void provided(
      Map<String, Object> row, ServiceAdministration provisioning, String id, Instant now)
      throws InterruptedException {
    List<Duty> duties =
        provisioning.duties().stream().filter(duty -> duty.tunnel().id().equals(id)).toList();
    if (!duties.isEmpty()) {
      Surroundings.provided(row, duties, details(provisioning, id), now);
    }
  }

  /** A service that does not answer must not hide the tunnel. */
  private static List<String> details(ServiceAdministration provisioning, String id)
      throws InterruptedException {
    try {
      return await(provisioning.details(id));
    } catch (CommandException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
