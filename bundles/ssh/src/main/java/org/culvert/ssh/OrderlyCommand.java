package org.culvert.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/** One of Karaf's commands or shells, which ends its own channel and no more. */
final class OrderlyCommand implements Command {
  private final Command karaf;
  private final List<OutputStream> outputs = new ArrayList<>();
  private OutputStream out = OutputStream.nullOutputStream();
  private OutputStream err = OutputStream.nullOutputStream();

  OrderlyCommand(Command karaf) {
    this.karaf = karaf;
  }

  @Override
  public void setInputStream(InputStream in) {
    karaf.setInputStream(in);
  }

  @Override
  public void setOutputStream(OutputStream stream) {
    out = stream;
  }

  @Override
  public void setErrorStream(OutputStream stream) {
    err = stream;
  }

  @Override
  public void setExitCallback(ExitCallback callback) {
    karaf.setExitCallback(
        (status, message, immediately) -> {
          flush();
          callback.onExit(status, message, immediately);
        });
  }

  /** Colours are for terminals; a script has none, and asked for none. */
  @Override
  public void start(ChannelSession channel, Environment environment) throws IOException {
    boolean terminal = environment.getEnv().containsKey(Environment.ENV_TERM);
    karaf.setOutputStream(kept(terminal ? out : new PlainText(out)));
    karaf.setErrorStream(kept(terminal ? err : new PlainText(err)));
    karaf.start(new LentChannel(channel), environment);
  }

  @Override
  public void destroy(ChannelSession channel) throws Exception {
    karaf.destroy(new LentChannel(channel));
  }

  private OutputStream kept(OutputStream stream) {
    outputs.add(stream);
    return stream;
  }

  /** The exit status must not overtake output. Waits for a reader that is slow. */
  private void flush() {
    for (OutputStream stream : outputs) {
      try {
        stream.flush();
      } catch (IOException e) {
        // The client is gone, or has waited for longer than a session may be idle.
        continue;
      }
    }
  }
}
