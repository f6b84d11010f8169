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

/** Forgets what a service that will not come back had to withdraw. */
@Service
@Parsing(LineCheck.class)
@Command(
    scope = "culvert",
    name = "forget",
    description = "Forget what a service that will not come back had to withdraw")
public final class ForgetCommand extends DutyCommand {
  @Argument(
      name = "service",
      description = "The service's name, as culvert:services shows it",
      multiValued = true)
  @Completion(DutyServiceCompleter.class)
  List<String> words = List.of();

  @Override
  List<String> words() {
    return words;
  }

  @Override
  void run(PrintStream out) throws CommandException, InterruptedException {
    ServiceAdministration provisioning = provisioning();
    String service = argument("service", "Try: culvert:services");
    int forgotten = await(provisioning.forget(service));
    if (json) {
      out.println(Json.write(Map.of("forgotten", forgotten)));
    } else {
      out.println(
          "Forgotten: "
              + count(forgotten)
              + " of "
              + Text.safe(service)
              + (forgotten == 0 ? "; it is there, or has nothing to withdraw." : "."));
    }
  }
}
