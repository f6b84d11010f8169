package org.culvert.ssh;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.PasswordAuthenticator;
import org.apache.sshd.server.command.CommandFactory;
import org.apache.sshd.server.shell.ShellFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Stands between Karaf's SSH server and what it runs, so that this ends in order (RFC 4254, 5.3).
 *
 * <p>Karaf closes the whole connection right after it has sent a command's exit status. A client
 * that still holds output, because its reader is slower than the network, then drops that output,
 * says "closed by remote host", and ends with status 255 if the exit status was not read yet. Here
 * only the command's channel is closed; the client ends the connection when it has all. Who is
 * refused is logged, by {@link RefusedLogIns}.
 *
 * <p>There is no server where the operator wants none ({@code karaf.startRemoteShell}), and another
 * one after a change of its configuration.
 */
@Component(
    service = {},
    immediate = true)
public final class OrderlyEnd {
  private final Map<SshServer, Lent> servers = new ConcurrentHashMap<>();
  private final RefusedLogIns refused;

  /** What a server had before. */
  private record Lent(
      CommandFactory commands, ShellFactory shells, @Nullable PasswordAuthenticator passwords) {}

  /** Serves nobody yet. */
  @Activate
  public OrderlyEnd() {
    this(new RefusedLogIns(ShellUsers.ofThisInstallation(), System::nanoTime));
  }

  OrderlyEnd(RefusedLogIns refused) {
    this.refused = refused;
  }

  /** Begins with the next command; Karaf's own ways to run one stay underneath. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "release")
  public void serve(SshServer server) {
    PasswordAuthenticator passwords = server.getPasswordAuthenticator();
    Lent lent = new Lent(server.getCommandFactory(), server.getShellFactory(), passwords);
    servers.put(server, lent);
    // Whoever reads slowly, or pages, is waited for as long as a session may be idle; sshd's 30 s
    // for that end the output in the middle.
    Duration patience = CoreModuleProperties.IDLE_TIMEOUT.getRequired(server);
    CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(server, patience);
    CoreModuleProperties.CHANNEL_CLOSE_TIMEOUT.set(server, patience);
    server.setCommandFactory(
        (channel, line) -> new OrderlyCommand(lent.commands().createCommand(channel, line), line));
    server.setShellFactory(channel -> new OrderlyCommand(lent.shells().createShell(channel), ""));
    if (passwords != null) {
      server.setPasswordAuthenticator(refused.around(passwords));
    }
  }

  /** Gives a server back what it had; commands that run go on. */
  public void release(SshServer server) {
    Lent lent = servers.remove(server);
    if (lent != null) {
      server.setCommandFactory(lent.commands());
      server.setShellFactory(lent.shells());
      server.setPasswordAuthenticator(lent.passwords());
    }
  }
}
