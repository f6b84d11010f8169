package org.culvert.commands;

import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.status.StatusCode;

/** Lists who was refused lately, and why. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "refusals",
    description = "List who was refused lately, and why, the latest first")
public final class RefusalsCommand extends ShellCommand {
  @Argument(name = "user", description = "Only what this user attempted", multiValued = true)
  @Completion(UserCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Override
  void run(PrintStream out) throws CommandException {
    Optional<String> user = argument("user");
    Listing listing = listing();
    SignalingSessions sessions = service(SignalingSessions.class, "Signaling", "culvert-broker");
    user.map(sessions::refusedAttempts)
        .orElseGet(sessions::refusedAttempts)
        .forEach(attempt -> listing.add(row(attempt)));
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("last", "times", "code", "transport", "mechanism", "user")
        .secondLine(row -> row.get("source") + ": " + row.get("reason"));
  }

  static Map<String, Object> row(RefusedAttempt attempt) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("last", attempt.last().truncatedTo(ChronoUnit.SECONDS));
    row.put("times", attempt.times());
    row.put("code", attempt.code().map(StatusCode::number));
    row.put("transport", attempt.transport().name().toLowerCase(Locale.ROOT));
    row.put("mechanism", attempt.mechanism());
    row.put("user", attempt.user());
    row.put("source", attempt.source());
    row.put("reason", attempt.reason());
    return row;
  }
}
