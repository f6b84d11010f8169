package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.culvert.conformance.client.ClientKit;
import org.culvert.conformance.client.Subject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Promises that the client, as users unpack it, conforms: whole sessions, losses, refusals, and
 * what comes out of its tunnel. Every case is taken by the same code in a test of the client's
 * bundle; here are those that show the parts at work together.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientConformanceIT {
  private static final Path WORK = Path.of("target/client-conformance");
  private static final Path HOME = WORK.resolve("home");
  private static final Path SETTINGS = HOME.resolve("etc/org.culvert.client.cfg");
  private static final int START_MILLIS = 120_000;

  private Process client;

  @BeforeAll
  void startTheAssembly() throws IOException, InterruptedException {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name")),
        "tunnels need root");
    unpack();
    int shell;
    try (ServerSocket free = new ServerSocket(0)) {
      shell = free.getLocalPort();
    }
    Path shellFile = HOME.resolve("etc/org.apache.karaf.shell.cfg");
    Files.writeString(
        shellFile,
        Files.readString(shellFile).replaceAll("(?m)^sshPort *=.*$", "sshPort = " + shell));
    // Beside an assembly that runs on this machine in earnest.
    Files.writeString(HOME.resolve("etc/org.culvert.endpoint.client.cfg"), "device = culvertit1\n");
    client =
        new ProcessBuilder(HOME.resolve("bin/culvert").toAbsolutePath().toString(), "client")
            .redirectErrorStream(true)
            .redirectOutput(WORK.resolve("console.log").toFile())
            .start();
    awaitAQuestion();
  }

  /** The script that starts Karaf stays its parent, and does not hand signals on. */
  @AfterAll
  void stopTheAssembly() throws InterruptedException {
    if (client == null) {
      return;
    }
    List<ProcessHandle> family = client.descendants().toList();
    family.forEach(ProcessHandle::destroy);
    if (!client.waitFor(30, TimeUnit.SECONDS)) {
      family.forEach(ProcessHandle::destroyForcibly);
      client.destroyForcibly().waitFor();
    }
  }

  @Test
  void goesThroughWholeSessions() throws Exception {
    assertThat(violations("session-*", 10)).isEmpty();
  }

  @Test
  void sendsThroughItsTunnelWhatTheBrokerAskedFor() throws Exception {
    assertThat(violations("data-*", 4)).isEmpty();
  }

  @Test
  void repeatsWhatGetsLost() throws Exception {
    assertThat(violations("udp-lost-*", 5)).isEmpty();
  }

  @Test
  void waitsAfterARefusal() throws Exception {
    assertThat(violations("refusal-status-0?", 10)).isEmpty();
  }

  /** Returns what the kit says if there are violations, and nothing if there are none. */
  private static String violations(String cases, int least) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    List<String> words =
        List.of(
            "--cases",
            cases,
            "--has",
            "plain,scram,prefix,distrusts,slow,data",
            "--timeout",
            "20000",
            "--report",
            WORK.resolve(cases.replaceAll("[*?]", "") + ".xml").toString());
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

    int violations = ClientKit.run(words, ClientConformanceIT::configured, out);

    String text = said.toString(StandardCharsets.UTF_8);
    String all = text.lines().reduce("", (before, line) -> line);
    int passed = Integer.parseInt(all.replaceFirst(" passed.*", ""));
    assertThat(passed + violations).as(text).isGreaterThanOrEqualTo(least);
    return violations == 0 ? "" : text;
  }

  /** Tells the client whom to ask and how, until the next case tells it otherwise. */
  private static AutoCloseable configured(Subject.Task task) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "server = " + task.server() + ":" + task.port(),
                "transports = " + task.transport(),
                "tunnelType = " + task.type(),
                "defaultRoute = false",
                "routes = 2001:db8:100::/48",
                "retryMin = 1",
                "retryMax = 2",
                "plainInClear = " + task.needs().contains("plain"),
                "prefixLength = " + (task.needs().contains("prefix") ? 56 : 0),
                "state = "
                    + WORK.resolve(task.id() + task.transport() + ".properties").toAbsolutePath()));
    if (!task.user().isEmpty()) {
      lines.add("user = " + task.user());
      lines.add("password = " + task.password());
    }
    Path fresh = WORK.resolve("client.cfg");
    Files.write(fresh, lines);
    Files.move(fresh, SETTINGS, StandardCopyOption.REPLACE_EXISTING);
    return () -> {};
  }

  /** The assembly is there when its client asks. */
  private void awaitAQuestion() throws IOException {
    try (DatagramSocket broker = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      broker.setSoTimeout(START_MILLIS);
      Files.write(
          SETTINGS,
          List.of(
              "server = 127.0.0.1:" + broker.getLocalPort(), "transports = udp", "retryMax = 5"));
      broker.receive(new DatagramPacket(new byte[1], 1));
    }
  }

  private static void unpack() throws IOException, InterruptedException {
    run("rm", "-rf", WORK.toString());
    Files.createDirectories(HOME);
    String archive = System.getProperty("culvert.assembly");
    run("tar", "-xzf", archive, "-C", HOME.toString(), "--strip-components", "1");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }
}
