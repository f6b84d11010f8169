package org.culvert.itests;

import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code bin/culvert} as its user starts it, in a network of its own, with what it says kept in a
 * file. The process is killed when this is closed.
 */
final class Started implements AutoCloseable {
  static final String SERVED = "clients are served on TCP";

  /** The machine may be busy; nothing is proved by how long this takes. */
  private static final long PATIENCE_SECONDS = 600;

  private final Process process;
  private final Path output;

  private Started(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts it, after some preparations in namespaces of its own. */
  static Started of(
      Path output, Map<String, String> environment, String prepared, String... command)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("unshare", "-n", "-m", "sh", "-c"));
    all.add("ip link set lo up && " + prepared + " exec env --default-signal=HUP,INT \"$@\"");
    all.add("start");
    all.addAll(List.of(command));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()))
            .redirectInput(new File("/dev/null"));
    builder.environment().putAll(environment);
    return new Started(builder.start(), output);
  }

  String said() throws IOException {
    return Files.readString(output);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Waits until it says something. */
  Started awaitWord(String word) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!said().contains(word)) {
      if (!process.isAlive() && !said().contains(word)) {
        fail(
            "it ended with "
                + process.exitValue()
                + " before it said \""
                + word
                + "\":\n"
                + said());
      }
      if (System.nanoTime() > end) {
        fail("it did not say \"" + word + "\", but:\n" + said());
      }
      Thread.sleep(100);
    }
    return this;
  }

  /** Waits until a file is there. */
  Started awaitFile(Path file) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(file)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        fail(file + " is not there, and it said:\n" + said());
      }
      Thread.sleep(20);
    }
    return this;
  }

  /** Waits until so many lines of a file, its log for example, have something in them. */
  Started awaitLines(Path file, int count, String part) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (lines(file, part).size() < count) {
      if (!process.isAlive() || System.nanoTime() > end) {
        fail(
            "\""
                + part
                + "\" is not "
                + count
                + " times in:\n"
                + String.join("\n", lines(file, "")));
      }
      Thread.sleep(100);
    }
    return this;
  }

  private static List<String> lines(Path file, String part) throws IOException {
    return Files.exists(file)
        ? Files.readAllLines(file).stream().filter(line -> line.contains(part)).toList()
        : List.of();
  }

  /** Sends a signal. */
  Started signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    return this;
  }

  /** Waits for its end and returns its exit code. */
  int awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      fail("it has not ended, and said:\n" + said());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
