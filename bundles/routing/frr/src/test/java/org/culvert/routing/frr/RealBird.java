package org.culvert.routing.frr;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/** A BIRD of the test's own in a namespace, as another make of peer. */
final class RealBird implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/bird");

  private final Process process;

  private RealBird(Process process) {
    this.process = process;
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  static RealBird start(String namespace, String configuration) throws IOException {
    Path directory = Files.createDirectories(Path.of("target", namespace).toAbsolutePath());
    Path file = directory.resolve("bird.conf");
    Files.writeString(
        file, "router id 192.0.2.2;\nprotocol device { scan time 1; }\n" + configuration);
    return new RealBird(
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                namespace,
                PROGRAM.toString(),
                "-f",
                "-c",
                file.toString(),
                "-s",
                directory.resolve("ctl").toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(directory.resolve("bird.log").toFile()))
            .start());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
