package org.culvert.start;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells the service manager that started this process, if it wants to know, how it stands: the
 * states of sd_notify(3), by the program systemd-notify, which comes with systemd. Java 17 cannot
 * send datagrams to a socket of the file system, and no native code is loaded for three words.
 *
 * <p>Each call waits for that program, some milliseconds as a rule.
 */
final class ServiceManager {
  private static final String PROGRAM = "systemd-notify";
  private static final long PATIENCE_SECONDS = 10;

  /** Characters; systemd takes messages of 4,096 octets at most. */
  private static final int LONGEST = 1_000;

  private final String program;
  private final boolean listens;
  private final Consumer<String> failures;
  private boolean isReady;
  private boolean failureIsTold;

  /**
   * Tells somebody or nobody.
   *
   * @param program sends a message that it is given word by word
   * @param listens whether anybody wants to know
   * @param failures takes one line when nobody can be told; not a log, which is not there yet
   *     before Karaf
   */
  ServiceManager(String program, boolean listens, Consumer<String> failures) {
    this.program = program;
    this.listens = listens;
    this.failures = failures;
  }

  static ServiceManager fromEnvironment(Consumer<String> failures) {
    return new ServiceManager(PROGRAM, System.getenv("NOTIFY_SOCKET") != null, failures);
  }

  /**
   * Tells how it stands.
   *
   * @param status what {@code systemctl status} shows, one line
   * @param serves whether it does what it was started for; once told, that stays so
   * @return whether it was told, or nobody wants to know
   */
  synchronized boolean tell(String status, boolean serves) {
    String line = status.replaceAll("\\p{Cntrl}", " ");
    String cut = line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    boolean told = send(List.of("STATUS=" + cut));
    // By itself: systemd passes over a message that is too long, and says nothing of that. Last, so
    // that whoever waits for it reads the status that belongs to it.
    if (serves && !isReady) {
      isReady = send(List.of("READY=1"));
    }
    return told && (isReady || !serves);
  }

  /** Tells that the process is about to end. */
  synchronized void stopping() {
    send(List.of("STOPPING=1"));
  }

  private boolean send(List<String> words) {
    if (!listens) {
      return true;
    }
    List<String> command = new ArrayList<>(words);
    command.add(0, program);
    try {
      Process sender =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        return sender.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && sender.exitValue() == 0;
      } finally {
        sender.destroyForcibly();
      }
    } catch (IOException e) {
      if (!failureIsTold) {
        failures.accept("NOTIFY_SOCKET is set, but the service manager cannot be told: " + e);
        failureIsTold = true;
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
