package org.culvert.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/** One of Karaf's commands or shells, which ends its own channel and no more. */
final class OrderlyCommand implements Command {
  private final Command karaf;
  private final boolean json;
  private final List<OutputStream> outputs = new ArrayList<>();
  private OutputStream out = OutputStream.nullOutputStream();
  private OutputStream err = OutputStream.nullOutputStream();

  private Optional<JsonErrors> errors = Optional.empty();

  /** Takes a command of Karaf's, and the line that asks for it; empty for a shell. */
  OrderlyCommand(Command karaf, String line) {
    this.karaf = karaf;
    this.json = JsonErrors.areWanted(line);
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
          end(status);
          callback.onExit(status, message, immediately);
        });
  }

  /** Colours are for terminals; a script has none, and asked for none. */
  @Override
  public void start(ChannelSession channel, Environment environment) throws IOException {
    boolean terminal = environment.getEnv().containsKey(Environment.ENV_TERM);
    errors = json ? Optional.of(new JsonErrors(out)) : Optional.empty();
    OutputStream last = errors.map(OutputStream.class::cast).orElse(out);
    karaf.setOutputStream(kept(terminal && !json ? last : new PlainText(last)));
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
  private void end(int status) {
    errors.ifPresent(last -> attempt(() -> last.end(status)));
    outputs.forEach(stream -> attempt(stream::flush));
  }

  private static void attempt(Writing writing) {
    try {
      writing.write();
    } catch (IOException e) {
      // The client is gone, or has waited for longer than a session may be idle.
      return;
    }
  }

  private interface Writing {
    void write() throws IOException;
  }
}
