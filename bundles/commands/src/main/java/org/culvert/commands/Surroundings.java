package org.culvert.commands;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;

/** Turns what surrounds a tunnel into named values. */
final class Surroundings {
  private Surroundings() {}

  /** Adds what was agreed on. Scripts find these keys with every tunnel. */
  static void agreed(Map<String, Object> row, Arrangements agreed) {
    row.put("name", agreed.name().orElse(""));
    row.put(
        "name servers",
        String.join(", ", agreed.dnsServers().stream().map(ClientCommand::text).toList()));
    row.put(
        "routing",
        agreed.routing().map((RoutingAgreement one) -> ClientCommand.text(one)).orElse(""));
  }

  /** Adds how far the services are with it, and what it has there. */
  static void provided(
      Map<String, Object> row, List<Duty> duties, List<String> details, Instant now) {
    for (Duty.Kind kind : Duty.Kind.values()) {
      List<String> lines = new ArrayList<>();
      for (Duty duty : duties) {
        if (duty.kind() == kind) {
          lines.add(line(duty, now));
        }
      }
      if (!lines.isEmpty()) {
        row.put(kind == Duty.Kind.DNS ? "in the DNS" : "in routing", lines);
      }
    }
    row.put("has", details);
  }

  private static String line(Duty duty, Instant now) {
    return "%s at %s: %s for %s%s"
        .formatted(
            DutiesCommand.text(duty.goal()),
            duty.service(),
            DutiesCommand.text(duty.state()),
            Text.of(Duration.between(duty.since(), now)),
            duty.problem().map(text -> ", " + text).orElse(""));
  }
}
