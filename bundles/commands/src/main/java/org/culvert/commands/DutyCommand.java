package org.culvert.commands;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServiceAdministration;

/** What the commands about the services around tunnels share. */
abstract class DutyCommand extends ShellCommand {
  final ServiceAdministration provisioning() throws CommandException {
    return service(ServiceAdministration.class, "Provisioning", "culvert-broker");
  }

  /**
   * Finds the tunnel that is meant, among those that some service has something to do for; also one
   * that has ended.
   *
   * @param given the tunnel's id or its beginning; empty: all
   * @return the whole id; empty: all
   */
  static String choose(List<Duty> duties, Optional<String> given) throws CommandException {
    if (given.isEmpty()) {
      return "";
    }
    String id = given.get();
    if (id.isEmpty()) {
      throw refusal("The id is empty.", "Leave it out for all tunnels.");
    }
    Set<String> found =
        duties.stream()
            .map(duty -> duty.tunnel().id())
            .filter(one -> one.startsWith(id))
            .collect(Collectors.toSet());
    if (found.contains(id)) {
      return id;
    }
    if (found.isEmpty()) {
      throw refusal(
          "No service has anything to do for a tunnel " + Text.safe(id) + ".",
          "Try: culvert:duties");
    }
    if (found.size() > 1) {
      throw refusal(
          found.size() + " tunnels begin with " + Text.safe(id) + ".", "Write more of the id.");
    }
    return found.iterator().next();
  }

  /** Writes a number of duties. */
  static String count(int duties) {
    return duties == 1 ? "1 duty" : duties + " duties";
  }
}
