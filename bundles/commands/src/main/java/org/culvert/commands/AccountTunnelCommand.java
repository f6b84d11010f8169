package org.culvert.commands;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.culvert.api.broker.BrokerAdministration;

/**
 * What the commands that lock a user out share. No new session is let in; a tunnel that is up stays
 * until its time is over and is not prolonged then, so it is named, or ended too.
 */
abstract class AccountTunnelCommand extends UserCommand {
  @Option(name = "--end-tunnel", description = "End the user's tunnel too")
  boolean endTunnel;

  /** Tells, a line each, what becomes of the user's tunnels. */
  final List<String> tunnels() throws CommandException, InterruptedException {
    UserTunnels tunnels = new UserTunnels(find(BrokerAdministration.class, ""), user());
    return endTunnel
        ? tunnels.end()
        : tunnels.told(
            lease -> true,
            lease ->
                "stays for "
                    + Text.of(Duration.between(Instant.now(), lease.expires()))
                    + " at most");
  }
}
