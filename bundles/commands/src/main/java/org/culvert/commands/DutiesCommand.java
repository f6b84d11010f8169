package org.culvert.commands;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.culvert.api.service.Duty;

/** Lists what services have to do for tunnels, or have done. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "duties",
    description = "List what DNS and routing have to do for tunnels, or have done")
public final class DutiesCommand extends DutyCommand {
  @Argument(
      name = "id",
      description = "A tunnel's id, or its beginning; without it: all",
      multiValued = true)
  @Completion(DutyTunnelCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Option(name = "--service", description = "Only what this service has to do")
  @Completion(DutyServiceCompleter.class)
  String service = "";

  @Option(name = "--state", description = "Only what is done, queued or failed")
  @Completion(
      value = StringsCompleter.class,
      values = {"done", "queued", "failed"})
  String state = "";

  @Option(name = "--kind", description = "Only dns or routing")
  @Completion(
      value = StringsCompleter.class,
      values = {"dns", "routing"})
  String kind = "";

  @Option(name = "--user", description = "Only the tunnels of this user")
  String user = "";

  @Override
  void run(PrintStream out) throws CommandException {
    List<Duty> duties = provisioning().duties();
    String tunnel = choose(duties, argument("id"));
    Listing listing = listing();
    Instant now = Instant.now();
    duties.stream()
        .filter(duty -> tunnel.isEmpty() || duty.tunnel().id().equals(tunnel))
        .filter(duty -> service.isEmpty() || duty.service().equals(service))
        .filter(duty -> state.isEmpty() || text(duty.state()).equals(state))
        .filter(duty -> kind.isEmpty() || text(duty.kind()).equals(kind))
        .filter(duty -> user.isEmpty() || duty.tunnel().owner().equals(user))
        .sorted(
            Comparator.comparing((Duty duty) -> duty.tunnel().owner())
                .thenComparing(duty -> duty.tunnel().id())
                .thenComparing(Duty::kind))
        .forEach(duty -> listing.add(() -> row(duty, now)));
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("id", "kind", "goal", "state", "for", "tries", "again", "user")
        .shorten("id", Tunnels.SHORT_ID)
        .secondLine(
            row -> {
              String problem = row.getOrDefault("problem", "").toString();
              return row.get("service") + (problem.isEmpty() ? "" : ": " + problem);
            });
  }

  static Map<String, Object> row(Duty duty, Instant now) {
    boolean queued = duty.state() == Duty.State.QUEUED;
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", duty.tunnel().id());
    row.put("user", duty.tunnel().owner());
    row.put("kind", text(duty.kind()));
    row.put("service", duty.service());
    row.put("goal", text(duty.goal()));
    row.put("state", text(duty.state()));
    row.put("since", duty.since());
    row.put("for", Duration.between(duty.since(), now));
    row.put("tries", duty.attempts());
    row.put("next", queued ? Optional.of(duty.next()) : Optional.empty());
    row.put("again", queued ? Optional.of(Duration.between(now, duty.next())) : Optional.empty());
    row.put("problem", duty.problem().orElse(""));
    return row;
  }

  static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
