package org.culvert.commands;

import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.service.ServiceAdministration;

/** Lets services look whether all is as it was provided, and provides anew what is not. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "verify-services",
    description = "Look whether DNS and routing have what was provided, and provide the rest anew")
public final class VerifyServicesCommand extends DutyCommand {
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
  void run(PrintStream out) throws CommandException, InterruptedException {
    ServiceAdministration provisioning = provisioning();
    List<String> found = await(provisioning.verify(choose(provisioning.duties(), argument("id"))));
    if (json) {
      out.println(Json.write(found));
    } else if (found.isEmpty()) {
      out.println("All is as it was provided.");
    } else {
      found.forEach(line -> out.println(Text.safe(line)));
    }
  }
}
