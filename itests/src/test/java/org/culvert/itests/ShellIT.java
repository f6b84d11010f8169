package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Promises about the shell over SSH and the log, as scripts use them. */
public class ShellIT {
  /** More than a client, its host and the server keep of what nobody reads. */
  private static final int LINES = 400_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path home;
  private SshShell shell;

  @Before
  public void unpack() throws IOException, InterruptedException {
    assumeTrue(
        "tunnels and namespaces need root",
        Files.isWritable(Path.of("/dev/net/tun"))
            && "root".equals(System.getProperty("user.name")));
    home = folder.newFolder("culvert").toPath();
    shell = new SshShell(folder.getRoot().toPath().resolve("key"));
    Process unpacked =
        new ProcessBuilder(
                "tar",
                "-xzf",
                System.getProperty("culvert.assembly"),
                "-C",
                home.toString(),
                "--strip-components",
                "1")
            .inheritIO()
            .start();
    assertThat(unpacked.waitFor()).isZero();
    shell.letIn(home);
  }

  @Test
  public void outputIsWholeAndPlainAndWhatWentWrongIsJson() throws Exception {
    Path big =
        Files.writeString(
            home.resolve("big"),
            IntStream.range(0, LINES)
                .mapToObj(i -> "line " + i + "\n")
                .collect(Collectors.joining()));
    try (Started broker = start()) {
      broker.awaitWord(Started.SERVED);

      // A reader that is slow to begin, as a pager is; how slow is no part of the proof.
      assertThat(shell.through(broker, "shell:cat " + big, "(sleep 3; cksum)"))
          .isEqualTo(cksum(big, "status 0\n"));
      assertThat(shell.run(broker, "culvert:tunnel 660d --json"))
          .isEqualTo(
              """
              {
                "error": "There is no tunnel 660d.",
                "remedy": "Try: culvert:tunnels"
              }
              status 1
              """);
      assertThat(shell.run(broker, "culvert:tunnels --nosuch --json"))
          .isEqualTo(
              """
              {
                "error": "There is no option --nosuch.",
                "remedy": "Try: culvert:tunnels --help"
              }
              status 1
              """);
      assertThat(shell.run(broker, "culvert:tunnels --jsno"))
          .isEqualTo(
              """
              There is no option --jsno; the nearest is --json.
              Try: culvert:tunnels --help
              status 1
              """);
      assertThat(shell.run(broker, "culvert:tunnel $X"))
          .startsWith("The variable X has no value in this shell.\n")
          .endsWith("status 1\n");
      assertThat(shell.run(broker, "culvert:tunnel \"a"))
          .startsWith("The command line cannot be read.\n")
          .endsWith("status 1\n");
      assertThat(shell.run(broker, "culvert:tunnels --help")).contains("--json", "status 0");
      assertThat(Files.readString(home.resolve("data/log/karaf.log")))
          .doesNotContain("Exception caught while executing command");
      assertThat(shell.run(broker, "help"))
          .contains("culvert:tunnels ", "status 0")
          .doesNotContain("NullPointerException");
      assertThat(shell.run(broker, "log:display"))
          .containsPattern("(?m)^\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}([+-]\\d\\d:\\d\\d|Z) INFO ");
      assertThat(shell.run(broker, "culvert:nosuch"))
          .isEqualTo("Command not found: culvert:nosuch\nstatus 1\n");
      assertThat(shell.run(broker, "culvert:pools --json"))
          .contains("\"percent\": 0.0,", "\"capacity\": 18446744073709551358,");
    }
    // Whoever reads it elsewhere, or after a change of the clock, knows when it was.
    assertThat(Files.readAllLines(home.resolve("data/log/karaf.log")))
        .allMatch(
            line -> line.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:]{8},\\d{3}[+-]\\d\\d:?\\d\\d \\| .*"));
  }

  private Started start() throws IOException {
    return Started.of(
        folder.getRoot().toPath().resolve("said"),
        Map.of(),
        "",
        home.resolve("bin/culvert").toString(),
        "broker");
  }

  private static String cksum(Path file, String behind) throws IOException {
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "{ cat \"$1\"; printf %s \"$2\"; } | cksum",
                "cksum",
                file.toString(),
                behind)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
