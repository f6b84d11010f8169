package org.culvert.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.ssh.ShellCommand;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.PtyChannelConfiguration;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Karaf's own command behind a real server, asked by a real client. */
class OrderlyEndTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int LINES = 200_000;

  private final SshServer server = SshServer.setUpDefaultServer();
  private final SshClient client = SshClient.setUpDefaultClient();
  private final OrderlyEnd mended = new OrderlyEnd();
  private Optional<ClientSession> connection = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    server.setKeyPairProvider(KeyPairProvider.wrap(keys.generateKeyPair()));
    server.setHost("127.0.0.1");
    server.setPasswordAuthenticator((user, password, session) -> true);
    server.setCommandFactory((channel, line) -> new ShellCommand(sessions(), line));
    server.start();
    mended.serve(server);
    client.setServerKeyVerifier((session, address, key) -> true);
    client.start();
    ClientSession session =
        client.connect("admin", "127.0.0.1", server.getPort()).verify(PATIENCE).getSession();
    session.addPasswordIdentity("secret");
    session.auth().verify(PATIENCE);
    connection = Optional.of(session);
  }

  @AfterEach
  void stop() throws Exception {
    client.stop();
    mended.release(server);
    server.stop(true);
  }

  @Test
  void connectionOutlivesACommandAndTheClientEndsIt() throws Exception {
    assertThat(run("lines 1", false)).isEqualTo("0: line 0\n");
    assertThat(run("lines 2", false)).isEqualTo("0: line 0\nline 1\n");
    assertThat(run("fail", false)).startsWith("1: ");
  }

  @Test
  void outputOfAnySizeArrivesWhole() throws Exception {
    String printed = run("lines " + LINES, false);

    assertThat(printed.lines().count()).isEqualTo(LINES);
    assertThat(printed).startsWith("0: line 0\n").endsWith("line " + (LINES - 1) + "\n");
  }

  @Test
  void scriptsGetNoColoursAndTerminalsDo() throws Exception {
    assertThat(run("colours", false)).isEqualTo("0: red\n");
    assertThat(run("colours", true).replace("\r", "")).isEqualTo("0: \u001b[31mred\u001b[m\n");
  }

  @Test
  void givesTheServerBackWhatItHad() throws Exception {
    mended.release(server);

    assertThat(server.getCommandFactory().createCommand(null, "lines 1"))
        .isInstanceOf(ShellCommand.class);
  }

  /** Runs a command and returns its exit status and what it printed. */
  private String run(String line, boolean terminal) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ChannelExec channel =
        terminal
            ? connection
                .orElseThrow()
                .createExecChannel(line, new PtyChannelConfiguration(), Map.of())
            : connection.orElseThrow().createExecChannel(line);
    try (channel) {
      channel.setUsePty(terminal);
      channel.setOut(printed);
      channel.setErr(OutputStream.nullOutputStream());
      channel.open().verify(PATIENCE);
      channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
      return channel.getExitStatus() + ": " + printed.toString(StandardCharsets.UTF_8);
    }
  }

  /** Sessions of a shell with three commands. */
  private static SessionFactory sessions() {
    return proxy(
        SessionFactory.class,
        (name, arguments) -> {
          PrintStream out = (PrintStream) arguments.get(1);
          return proxy(Session.class, (method, given) -> answer(out, method, given));
        });
  }

  private static Object answer(PrintStream out, String method, List<Object> arguments) {
    switch (method) {
      case "execute":
        String[] words = arguments.get(0).toString().split(" ", -1);
        if (words[0].equals("fail")) {
          throw new IllegalStateException("it failed");
        }
        if (words[0].equals("colours")) {
          out.print("\u001b[31mred\u001b[m\n");
          return 0;
        }
        for (int i = 0; i < Integer.parseInt(words[1]); i++) {
          out.print("line " + i + "\n");
        }
        return 0;
      case "getConsole":
        return out;
      default:
        return "";
    }
  }

  private interface Answer {
    Object to(String method, List<Object> arguments);
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object given =
                  answer.to(method.getName(), arguments == null ? List.of() : List.of(arguments));
              return method.getReturnType() == void.class
                      || !method.getReturnType().isInstance(given)
                  ? null
                  : given;
            }));
  }
}
