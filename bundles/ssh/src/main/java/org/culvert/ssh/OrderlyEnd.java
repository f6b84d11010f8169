package org.culvert.ssh;

import java.time.Duration;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.CommandFactory;
import org.apache.sshd.server.shell.ShellFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Stands between Karaf's SSH server and what it runs, so that this ends in order (RFC 4254, 5.3).
 *
 * <p>Karaf closes the whole connection right after it has sent a command's exit status. A client
 * that still holds output, because its reader is slower than the network, then drops that output,
 * says "closed by remote host", and ends with status 255 if the exit status was not read yet. Here
 * only the command's channel is closed; the client ends the connection when it has all.
 */
@Component(
    service = {},
    immediate = true)
public final class OrderlyEnd {
  private final SshServer server;
  private final CommandFactory commands;
  private final ShellFactory shells;

  /** Begins with the next command; Karaf's own ways to run one stay underneath. */
  @Activate
  public OrderlyEnd(@Reference SshServer server) {
    this.server = server;
    commands = server.getCommandFactory();
    shells = server.getShellFactory();
    // Whoever reads slowly, or pages, is waited for as long as a session may be idle; sshd's 30 s
    // for that end the output in the middle.
    Duration patience = CoreModuleProperties.IDLE_TIMEOUT.getRequired(server);
    CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(server, patience);
    CoreModuleProperties.CHANNEL_CLOSE_TIMEOUT.set(server, patience);
    server.setCommandFactory(
        (channel, line) -> new OrderlyCommand(commands.createCommand(channel, line)));
    server.setShellFactory(channel -> new OrderlyCommand(shells.createShell(channel)));
  }

  /** Gives the server back what it had; commands that run go on. */
  @Deactivate
  public void close() {
    server.setCommandFactory(commands);
    server.setShellFactory(shells);
  }
}
