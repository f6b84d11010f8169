package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.signaling.SignalingSessions;
import org.culvert.api.signaling.SignalingSessions.SessionSummary;

/** Lists the TSP sessions. */
@Service
@Parsing(LineCheck.class)
@Command(scope = "culvert", name = "sessions", description = "List the TSP sessions of this moment")
public final class SessionsCommand extends ShellCommand {
  @Override
  void run(PrintStream out) throws CommandException {
    Listing listing = listing();
    service(SignalingSessions.class, "Signaling", "culvert-broker")
        .sessions()
        .forEach(session -> listing.add(row(session)));
    listing.print(out, json, width);
  }

  static Listing listing() {
    return new Listing("id", "transport", "phase", "version", "age", "user")
        .secondLine(row -> row.get("remote") + " to " + row.get("local"));
  }

  static Map<String, Object> row(SessionSummary session) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", session.id());
    row.put("transport", session.path().transport().name().toLowerCase(Locale.ROOT));
    row.put("phase", session.phase());
    row.put("version", session.version());
    row.put("age", session.age());
    row.put("user", session.user());
    row.put("local", Tunnels.text(session.path().local()));
    row.put("remote", Tunnels.text(session.path().remote()));
    return row;
  }
}
