package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.endpoint.TunnelEndpoint;

/** Looks whether leases, pools, tunnels and the operating system's routes fit together. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "verify-leases",
    description = "Name each lease, address, prefix, tunnel and route that is not as it should be")
public final class VerifyLeasesCommand extends BrokerCommand {
  @Override
  void run(PrintStream out) throws CommandException, InterruptedException {
    Set<String> found = new LinkedHashSet<>(await(broker().verify()));
    found.addAll(missing(TunnelEndpoint.SERVER));
    print(out, json, List.copyOf(found));
  }

  static void print(PrintStream out, boolean json, List<String> violations) {
    if (json) {
      Listing listing = new Listing("violation");
      violations.forEach(violation -> listing.add(Map.of("violation", violation)));
      listing.print(out, true, Width.NONE);
      return;
    }
    // A line is not cut: what it names stands at its end as often as not.
    violations.forEach(violation -> out.println(Text.safe(violation)));
    out.println(
        violations.isEmpty() ? "All is as it should be." : violations.size() + " violations.");
  }
}
