package org.culvert.commands;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.Duty;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServiceAdministration;
import org.culvert.api.service.TunnelService;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Lists the services around tunnels, with how much they have done and have to do. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "services",
    description = "List the DNS, routing and prefix services, and how much each has to do")
public final class ServicesCommand extends DutyCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Optional<ServiceAdministration> provisioning = find(ServiceAdministration.class, "");
    List<Duty> duties = provisioning.map(ServiceAdministration::duties).orElse(List.of());
    Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
    add(rows, DnsRegistrar.class, "dns");
    add(rows, RoutingService.class, "routing");
    add(rows, PrefixService.class, "prefix");
    if (provisioning.isPresent()) {
      rows.values().forEach(ServicesCommand::countable);
      duties.forEach(duty -> count(rows, duty));
    } else if (rows.isEmpty()) {
      provisioning(); // Says what is missing.
    }
    Listing listing =
        new Listing("kind", "service", "there", "done", "queued", "failed", "ranking");
    rows.values().forEach(listing::add);
    listing.print(out, json, width);
    if (provisioning.isEmpty() && !json) {
      out.println("Provisioning is not running here; culvert:client shows a client's services.");
    }
    if (!json) {
      mistakes().forEach(mistake -> out.println(Text.safe(mistake.text())));
    }
  }

  private <T extends TunnelService> void add(
      Map<String, Map<String, Object>> rows, Class<T> type, String kind) {
    List<ServiceReference<T>> references;
    try {
      references = new ArrayList<>(context.getServiceReferences(type, null));
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
    references.sort(null);
    for (ServiceReference<T> reference : references) {
      T service = context.getService(reference);
      if (service != null) {
        Object ranking = reference.getProperty("service.ranking");
        Map<String, Object> row = row(kind, service.name(), true);
        row.put("ranking", ranking == null ? 0 : ranking);
        rows.put(kind + " " + service.name(), row);
      }
    }
  }

  private static Map<String, Object> row(String kind, String name, boolean there) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kind", kind);
    row.put("service", name);
    row.put("there", there);
    row.put("ranking", Optional.empty());
    for (Duty.State state : Duty.State.values()) {
      row.put(DutiesCommand.text(state), Optional.empty());
    }
    return row;
  }

  /** What provisioning does not care for has no numbers. */
  private static void countable(Map<String, Object> row) {
    if (!"prefix".equals(row.get("kind"))) {
      for (Duty.State state : Duty.State.values()) {
        row.put(DutiesCommand.text(state), 0);
      }
    }
  }

  private static void count(Map<String, Map<String, Object>> rows, Duty duty) {
    String kind = DutiesCommand.text(duty.kind());
    Map<String, Object> row =
        rows.computeIfAbsent(
            kind + " " + duty.service(),
            key -> {
              Map<String, Object> missing = row(kind, duty.service(), false);
              countable(missing);
              return missing;
            });
    row.merge(DutiesCommand.text(duty.state()), 1, (one, other) -> (Integer) one + (Integer) other);
  }
}
