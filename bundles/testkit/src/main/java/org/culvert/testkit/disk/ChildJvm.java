package org.culvert.testkit.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Java program in a process of its own, with this one's class path, that can be killed. */
public final class ChildJvm implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 600;

  private final Process process;
  private final BufferedReader out;

  private ChildJvm(Process process) {
    this.process = process;
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a class's {@code main}. What it writes to its error stream goes to this process's.
   *
   * @param environment what is added to this process's environment
   */
  public static ChildJvm start(Class<?> main, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(java(main, arguments), environment);
  }

  /** Starts it where a directory is a small disk of its own, which no other process sees. */
  public static ChildJvm startOnSmallDisk(
      Path directory, String size, Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" && shift 2 && exec \"$@\"",
                "small-disk",
                size,
                directory.toString()));
    command.addAll(java(main, arguments));
    return start(command, Map.of());
  }

  /** Tells whether this process may make small disks. */
  public static boolean canHaveSmallDisk() {
    try {
      Process trial =
          new ProcessBuilder("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return trial.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static ChildJvm start(List<String> command, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new ChildJvm(builder.start());
  }

  private static List<String> java(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits for the next line that it prints; empty at its end. */
  public Optional<String> readLine() throws IOException {
    return Optional.ofNullable(out.readLine());
  }

  /** Ends it as {@code kill -9} does, and waits until it is gone. What it printed can be read. */
  public void kill() {
    // Its handle, for the process itself would throw away what it printed.
    process.toHandle().destroyForcibly();
    await();
  }

  /** Waits for its end, and returns its exit value. */
  public int await() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the child does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    out.close();
  }
}
