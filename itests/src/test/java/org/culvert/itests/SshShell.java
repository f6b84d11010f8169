package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The Karaf shell of a started assembly, entered by OpenSSH with a key of its own. */
final class SshShell {
  /** What ssh says, told to be quiet, where nobody listens. */
  private static final String NO_CONNECTION = "status 255\n";

  private static final long PAUSE_MILLIS = 200;

  private final Path key;

  /** Makes a key in that file. */
  SshShell(Path key) throws IOException, InterruptedException {
    this.key = key;
    Process made =
        new ProcessBuilder(
                "ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", key.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
  }

  /** Lets the key in as an administrator, before that installation is started. */
  void letIn(Path home) throws IOException {
    Files.writeString(
        home.resolve("etc/keys.properties"),
        "\nadmin = %s,_g_:admingroup\n"
            .formatted(Files.readString(Path.of(key + ".pub")).split(" ")[1]),
        StandardOpenOption.APPEND);
  }

  /**
   * Returns what one command prints, in the network of its process. The shell's port opens a moment
   * after others, so as long as the process lives it is knocked at again.
   */
  String run(Started started, String command) throws IOException, InterruptedException {
    String printed = through(started, command, "cat");
    while (printed.equals(NO_CONNECTION) && started.handle().isAlive()) {
      Thread.sleep(PAUSE_MILLIS);
      printed = through(started, command, "cat");
    }
    return printed;
  }

  /** Returns what a program of the host makes of what one command prints, and ssh's status. */
  String through(Started started, String command, String program)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of("bash", "-c", "{ \"$@\" 2>&1; echo \"status $?\"; } | " + program));
    line.add("shell");
    line.addAll(List.of("nsenter", "-t", Long.toString(started.handle().pid()), "-n"));
    line.addAll(List.of("ssh", "-q", "-p", "8101", "-i", key.toString(), "-o", "BatchMode=yes"));
    line.addAll(List.of("-o", "StrictHostKeyChecking=no"));
    line.addAll(List.of("-o", "UserKnownHostsFile=/dev/null", "admin@127.0.0.1", command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed;
  }
}
