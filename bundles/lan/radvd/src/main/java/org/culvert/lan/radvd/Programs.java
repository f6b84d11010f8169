package org.culvert.lan.radvd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.ServiceException;

/** Calls programs of the operating system, by their arguments and never through a shell. */
final class Programs {
  private static final List<String> PLACES =
      List.of("/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/", "/usr/local/sbin/");

  private static final int PATIENCE_SECONDS = 8;
  private static final int PAUSE_MILLIS = 10;
  private static final int LONGEST_OUTPUT = 65_536;

  private final List<String> prefix;

  /**
   * @param prefix what stands before each program, such as what enters a network namespace; usually
   *     nothing
   */
  Programs(List<String> prefix) {
    this.prefix = List.copyOf(prefix);
  }

  /**
   * Runs a program to its end.
   *
   * @param input what it reads
   * @throws ServiceException if it is not there or does not end
   */
  Result run(String input, String program, String... arguments) throws ServiceException {
    List<String> argv = new ArrayList<>(List.of(arguments));
    argv.add(0, program);
    Process process = start(prepared(argv).redirectErrorStream(true), program);
    try {
      write(process, input);
      return new Result(listen(process, program), process.exitValue());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServiceException.passing("interrupted while " + program + " was at work", e);
    } catch (IOException e) {
      throw ServiceException.passing(program + " cannot be heard: " + e.getMessage(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns what the kernel says in a file of its own; nothing if there is no such file. */
  String read(String file) throws ServiceException {
    if (!prefix.isEmpty()) {
      Result result = run("", "cat", file);
      return result.succeeded() ? result.output() : "";
    }
    try {
      return Files.readString(Path.of(file), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw ServiceException.passing(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Starts a program that stays, and whose output goes to a file. */
  Process stay(Path log, List<String> argv) throws ServiceException {
    return start(
        prepared(argv)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(log.toFile())),
        argv.get(0));
  }

  private ProcessBuilder prepared(List<String> argv) throws ServiceException {
    List<String> whole = new ArrayList<>(prefix);
    whole.add(find(argv.get(0)));
    whole.addAll(argv.subList(1, argv.size()));
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder.environment().clear();
    return builder;
  }

  /** Returns a program where it is usually installed, or where the operator says it is. */
  private static String find(String program) throws ServiceException {
    List<String> places =
        program.startsWith("/") ? List.of(program) : PLACES.stream().map(p -> p + program).toList();
    return places.stream()
        .filter(place -> Files.isExecutable(Path.of(place)))
        .findFirst()
        .orElseThrow(
            () ->
                ServiceException.lasting(program + " is not installed; install its package", null));
  }

  private static Process start(ProcessBuilder builder, String program) throws ServiceException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw ServiceException.passing(program + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Waits for its end and returns its first words. All are read, for it waits on a full pipe. */
  private static String listen(Process process, String program)
      throws IOException, InterruptedException, ServiceException {
    InputStream output = process.getInputStream();
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    long begin = System.nanoTime();
    while (!process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
      if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw ServiceException.passing(
            program + " did not end within " + PATIENCE_SECONDS + " s", null);
      }
      byte[] more = output.readNBytes(output.available());
      first.write(more, 0, Math.min(more.length, LONGEST_OUTPUT - first.size()));
    }
    first.writeBytes(output.readNBytes(LONGEST_OUTPUT - first.size()));
    return first.toString(StandardCharsets.UTF_8);
  }

  /** It may end before it has read everything; then what it says tells more than our error. */
  private static void write(Process process, String input) {
    try (OutputStream stream = process.getOutputStream()) {
      stream.write(input.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return;
    }
  }

  /**
   * What a program said.
   *
   * @param output all that it wrote
   * @param status its exit status
   */
  record Result(String output, int status) {
    boolean succeeded() {
      return status == 0;
    }

    /** Returns its complaint in one line. */
    String complaint() {
      return output
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .reduce((a, b) -> a.contains("rror") ? a : b)
          .orElse("it says nothing and ends with " + status);
    }
  }
}
