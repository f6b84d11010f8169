package org.culvert.commands;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.culvert.api.config.ConfigurationReport.Mistake;

/** Names what is wrong with the configuration. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "configuration",
    description = "Name each mistake in the configuration files, and what is meant")
public final class ConfigurationCommand extends ShellCommand {
  @Override
  void run(PrintStream out) {
    List<Mistake> mistakes = mistakes();
    if (json) {
      Listing listing = new Listing("text");
      for (Mistake mistake : mistakes) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("configuration", mistake.pid());
        row.put("refused", mistake.refused());
        row.put("text", mistake.text());
        listing.add(row);
      }
      listing.print(out, true, Width.NONE);
      return;
    }
    // A line is not cut: what to write stands at its end.
    mistakes.forEach(mistake -> out.println(Text.safe(mistake.text())));
    if (mistakes.isEmpty()) {
      out.println("All is as it should be.");
    }
  }
}
