package org.culvert.commands;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.signaling.SignalingSessions;

/** Lists what was dropped or refused, by reason. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "drops",
    description = "Count dropped packets and refused signaling by reason")
public final class DropsCommand extends ShellCommand {
  @Override
  void run(PrintStream out) {
    Listing listing = new Listing("where", "count", "reason");
    find(SignalingSessions.class, "")
        .ifPresent(sessions -> add(listing, "signaling", sessions.refusals()));
    for (String role : new String[] {TunnelEndpoint.SERVER, TunnelEndpoint.CLIENT}) {
      find(TunnelEndpoint.class, "(" + TunnelEndpoint.ROLE + "=" + role + ")")
          .ifPresent(endpoint -> add(listing, role, byLabel(endpoint)));
    }
    listing.print(out, json, width);
  }

  /** Packets that belong to no tunnel and those that tunnels dropped, together. */
  private static Map<String, Long> byLabel(TunnelEndpoint endpoint) {
    Map<String, Long> drops = new TreeMap<>();
    endpoint.drops().forEach((reason, count) -> drops.merge(reason.label(), count, Long::sum));
    endpoint
        .tunnels()
        .forEach(
            tunnel ->
                tunnel
                    .counters()
                    .drops()
                    .forEach((reason, count) -> drops.merge(reason.label(), count, Long::sum)));
    return drops;
  }

  private static void add(Listing listing, String where, Map<String, Long> counts) {
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .forEach(
            count -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("where", where);
              row.put("reason", count.getKey());
              row.put("count", count.getValue());
              listing.add(row);
            });
  }
}
