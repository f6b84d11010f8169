package org.culvert.commands;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
      List<Shown> lines = new ArrayList<>();
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

  private static Shown line(Duty duty, Instant now) {
    Duration time = Duration.between(duty.since(), now);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("goal", DutiesCommand.text(duty.goal()));
    json.put("service", duty.service());
    json.put("state", DutiesCommand.text(duty.state()));
    json.put("for", time);
    json.put("problem", duty.problem());
    String text =
        "%s at %s: %s for %s%s"
            .formatted(
                json.get("goal"),
                duty.service(),
                json.get("state"),
                Text.of(time),
                duty.problem().map(problem -> ", " + problem).orElse(""));
    return new Shown(text, json);
  }
}
