package org.culvert.commands;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.service.ServiceAdministration;

/** Lets services try now what is queued or has failed. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "retry",
    description = "Let DNS and routing try now what is queued or has failed")
public final class RetryCommand extends DutyCommand {
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

  @Override
  void run(PrintStream out) throws CommandException {
    ServiceAdministration provisioning = provisioning();
    int tried = provisioning.retry(choose(provisioning.duties(), argument("id")));
    if (json) {
      out.println(Json.write(Map.of("tried", tried)));
    } else {
      out.println("Trying " + count(tried) + "; culvert:duties shows what comes of it.");
    }
  }
}
