package org.culvert.routing.frr;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.ServiceException;

/**
 * FRR's shell, called without any other shell and with arguments only. One call says several
 * commands, and stops at the first that FRR refuses.
 */
final class Vtysh {
  /** The configuration of tens of thousands of tunnels has room in it. */
  static final int LONGEST_ANSWER = 64 << 20;

  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL", "C", "TERM", "dumb");
  private static final int PAUSE_MILLIS = 5;

  private final String program;
  private final List<String> options;
  private final Duration timeout;
  private final int longest;

  Vtysh(String program, List<String> options, Duration timeout, int longest) {
    this.program = program;
    this.options = List.copyOf(options);
    this.timeout = timeout;
    this.longest = longest;
  }

  /** Asks and returns what is printed, whatever it is. */
  String ask(String... commands) throws ServiceException {
    return run(List.of(), List.of(commands)).text();
  }

  /**
   * Changes the running configuration, which FRR forgets when it ends unless somebody saves it.
   *
   * @throws ServiceException with the command that was refused; none after it was carried out
   */
  void configure(List<String> commands) throws ServiceException {
    List<String> all = new ArrayList<>();
    all.add("configure terminal");
    all.addAll(commands);
    Answer answer = run(List.of("-E"), all);
    Optional<Refusal> refusal = Refusal.in(answer.text(), answer.status());
    if (refusal.isPresent()) {
      throw refusal.get().toException();
    }
  }

  private Answer run(List<String> mode, List<String> commands) throws ServiceException {
    List<String> argv = new ArrayList<>();
    argv.add(program);
    argv.addAll(options);
    argv.addAll(mode);
    for (String command : commands) {
      argv.add("-c");
      argv.add(command);
    }
    Process process = start(argv);
    try {
      return listen(process);
    } catch (IOException e) {
      throw ServiceException.passing("no answer from " + program + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServiceException.passing("interrupted while FRR was asked", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start(List<String> argv) throws ServiceException {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(new File("/dev/null")));
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    try {
      return builder.start();
    } catch (IOException e) {
      throw ServiceException.lasting(program + " cannot be called; is FRR installed?", e);
    }
  }

  /** Reads all the time, for it waits while a pipe is full. */
  private Answer listen(Process process)
      throws IOException, InterruptedException, ServiceException {
    InputStream output = process.getInputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    long begin = System.nanoTime();
    boolean ended = false;
    while (!ended) {
      ended = process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      said.writeBytes(output.readNBytes(output.available()));
      if (said.size() > longest) {
        throw ServiceException.lasting("FRR's answer is longer than " + longest + " octets", null);
      }
      if (!ended && System.nanoTime() - begin > timeout.toNanos()) {
        throw ServiceException.passing(
            "FRR did not answer within " + timeout.toSeconds() + " s", null);
      }
    }
    said.writeBytes(output.readNBytes(longest));
    return new Answer(process.exitValue(), said.toString(StandardCharsets.UTF_8));
  }

  /**
   * What a call came to.
   *
   * @param status zero if all was carried out
   * @param text what was printed
   */
  private record Answer(int status, String text) {}
}
